import type { KubeClient } from "../../src/kube/mod.ts";
import {
  scoped,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
  waitForObject,
} from "../../src/mod.ts";
import { tellOfHolds } from "../../src/pods/mod.ts";
import { WorkflowHolds } from "./find_holds.ts";
import { followedWorkflow } from "./follow_logs.ts";
import { ProgressView } from "./show_progress.ts";
import { outcomeOfLabels, phaseOfLabels, workflowOutcome } from "./workflow.ts";

/** Waits for a Workflow's end; meanwhile it logs what holds it up, shows it at a terminal and follows its logs. */
export async function waitForWorkflow(
  kube: KubeClient,
  { context, started, signal, log, progress }: WaitForCompletionInput,
): Promise<WaitForCompletionOutput> {
  const target = started.object!;
  return await scoped(signal, async (whileWaiting) => {
    const options = { signal: whileWaiting, log };
    const holds = new WorkflowHolds(kube, target);
    tellOfHolds(kube, (signal) => holds.find(signal), options);
    const view = progress && new ProgressView(kube, target, { progress, signal: whileWaiting });
    view?.run();
    const logs = context.followLogs ? followedWorkflow(kube, target, options) : undefined;
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
}
