import { describeWork, type WorkView } from "../../src/work/mod.ts";
import type { Description, StepInput } from "../../src/mod.ts";
import { type KubeClient, type KubeObject, textAt } from "../../src/kube/mod.ts";
import { diagnoseWorkflow } from "./diagnose.ts";
import { readNodes } from "./nodes.ts";
import { progressNodes } from "./show_progress.ts";
import { WORKFLOW, workflowOutcome } from "./workflow.ts";

/**
 * Describes the Workflow of the context's name: its nodes, and why it failed or what it waits for.
 *
 * @throws {RunError} `TargetMissing` if there is no such object, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeWorkflow(kube: KubeClient, input: StepInput): Promise<Description> {
  return await describeWork(kube, input, {
    type: WORKFLOW,
    outcome: workflowOutcome,
    view: workflowView,
    diagnose: (diagnosed) => diagnoseWorkflow(kube, diagnosed),
  });
}

async function workflowView(workflow: KubeObject): Promise<WorkView> {
  const { nodes } = await readNodes(workflow);
  return {
    state: textAt(workflow, "status", "phase") || "Pending",
    message: textAt(workflow, "status", "message") || undefined,
    nodes: progressNodes([...nodes.values()]),
  };
}
