/**
 * The runner for Argo Workflows.
 *
 * @module
 */
import {
  type ActionRunner,
  type KubeClient,
  type ObjectFound,
  objectRunnerSteps,
  scoped,
  stopByPatch,
  tellOfHolds,
  waitForObject,
} from "../../src/mod.ts";
import { workflowRbac } from "./rbac.ts";
import { describeWorkflow } from "./describe.ts";
import { diagnoseWorkflow } from "./diagnose.ts";
import { WorkflowHolds } from "./find_holds.ts";
import { followedWorkflow } from "./follow_logs.ts";
import { ProgressView } from "./show_progress.ts";
import { holdNote, outcomeOfLabels, parseWorkflow, phaseOfLabels, workflowOutcome } from "./workflow.ts";

/**
 * A runner that creates the manifest's Workflow, named after the context, and waits for its end.
 *
 * Its status is `{argoWorkflowRef: {name, namespace}}`.
 */
export function argoRunner(kube: KubeClient): ActionRunner<ObjectFound> {
  const steps = objectRunnerSteps(kube, {
    parse: parseWorkflow,
    statusKey: "argoWorkflowRef",
    hasEnded: (workflow) => workflowOutcome(workflow) !== undefined,
    mayHaveEnded: (metadata) => outcomeOfLabels(metadata) !== undefined,
  });
  return {
    name: "argo.workflow",
    ...steps,

    async waitForCompletion({ context, started, signal, log, progress }) {
      const target = started.object!;
      return await scoped(signal, async (whileWaiting) => {
        const holds = new WorkflowHolds(kube, target);
        tellOfHolds(kube, (signal) => holds.find(signal), { signal: whileWaiting, log });
        const view = progress && new ProgressView(kube, target, { progress, signal: whileWaiting });
        view?.run();
        const logs = context.followLogs
          ? followedWorkflow(kube, target, { signal: whileWaiting, log })
          : undefined;
        logs?.run();
        const completed = await waitForObject(kube, target, {
          outcome: (workflow) => {
            view?.show(workflow);
            return workflowOutcome(workflow);
          },
          outcomeOfMetadata: outcomeOfLabels,
          state: ({ metadata }) => phaseOfLabels(metadata),
          seen: () => view?.changed(),
          signal,
          log,
        });
        await logs?.finish();
        return completed;
      });
    },

    rbac: workflowRbac,
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
