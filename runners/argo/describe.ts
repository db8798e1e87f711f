/**
 * What a Workflow looks like, for people.
 *
 * @module
 */
import {
  type Description,
  type Diagnosis,
  type KubeClient,
  type KubeObject,
  Mask,
  readWork,
  secretsIn,
  type StepInput,
  textAt,
  workRef,
} from "../../src/mod.ts";
import { diagnoseWorkflow } from "./diagnose.ts";
import { readNodes } from "./nodes.ts";
import { progressNodes } from "./show_progress.ts";
import { WORKFLOW, workflowOutcome } from "./workflow.ts";

/**
 * The Workflow of the context's name: its nodes, and why it failed or what it waits for.
 *
 * @throws {RunError} `TargetMissing` if there is none, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeWorkflow(kube: KubeClient, input: StepInput): Promise<Description> {
  const { name, platform: { namespace } } = input.context;
  const workflow = await readWork(kube, { ...WORKFLOW, name, namespace }, { signal: input.signal });
  const completed = workflowOutcome(workflow);
  const found = completed?.finishedSuccessfully ? undefined : await why(kube, workflow, input);
  const mask = new Mask();
  mask.hide(secretsIn(workflow.spec));
  const message = mask.apply(textAt(workflow, "status", "message"));
  const { nodes } = await readNodes(workflow);
  return {
    kind: WORKFLOW.kind,
    name,
    namespace,
    state: textAt(workflow, "status", "phase") || "Pending",
    ended: completed !== undefined,
    ...(message ? { message } : {}),
    // A node is named after the item that it works on.
    nodes: progressNodes([...nodes.values()]).map((node) => ({ ...node, name: mask.apply(node.name) })),
    ...(found ? { failure: mask.applyToFailure(found) } : {}),
  };
}

async function why(kube: KubeClient, workflow: KubeObject, input: StepInput): Promise<Diagnosis> {
  const object = workRef(kube, { object: workflow, adopted: true });
  return await diagnoseWorkflow(kube, { ...input, started: { status: {}, object } });
}
