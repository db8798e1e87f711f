/**
 * The runner for Argo Workflows.
 *
 * @module
 */
import type { ActionRunner } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { type ObjectFound, objectRunnerSteps, stopByPatch } from "../../src/work/mod.ts";
import { describeWorkflow } from "./describe.ts";
import { diagnoseWorkflow } from "./diagnose.ts";
import { workflowRbac } from "./rbac.ts";
import { waitForWorkflow } from "./wait_for_workflow.ts";
import { holdNote, outcomeOfLabels, parseWorkflow, workflowOutcome } from "./workflow.ts";

/**
 * A runner that creates the manifest's Workflow, named after the context, and waits for its end.
 *
 * Its status is `{argoWorkflowRef: {name, namespace}}`.
 */
export function argoRunner(kube: KubeClient): ActionRunner<ObjectFound> {
  return {
    name: "argo.workflow",
    rbac: workflowRbac,

    ...objectRunnerSteps(kube, {
      parse: parseWorkflow,
      statusKey: "argoWorkflowRef",
      hasEnded: (workflow) => workflowOutcome(workflow) !== undefined,
      mayHaveEnded: (metadata) => outcomeOfLabels(metadata) !== undefined,
    }),
    waitForCompletion: (input) => waitForWorkflow(kube, input),
    diagnose: (input) => diagnoseWorkflow(kube, input),
    describe: (input) => describeWorkflow(kube, input),

    /** https://argo-workflows.readthedocs.io/en/latest/walk-through/stopping-workflows/ */
    async stop(input) {
      const shutdown = input.mode === "stop" ? "Stop" : "Terminate";
      return holdNote(await stopByPatch(kube, input, { shutdown }));
    },

    commands: ({ object: { name, namespace } }) => ({
      show: `kubectl -n ${namespace} get workflow ${name} -o yaml`,
      stop:
        `kubectl -n ${namespace} patch workflow ${name} --type merge -p '{"spec":{"shutdown":"Terminate"}}'`,
    }),
  };
}
