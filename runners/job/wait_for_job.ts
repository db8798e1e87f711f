import type { KubeClient, KubeObject } from "../../src/kube/mod.ts";
import {
  scoped,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
  waitForObject,
} from "../../src/mod.ts";
import { tellOfHolds } from "../../src/pods/mod.ts";
import { findJobHolds } from "./holds.ts";
import { jobNode, jobOutcome, jobState } from "./job.ts";
import { followedJob } from "./pods.ts";

/** Waits for a Job's end; meanwhile it logs what holds it up, shows it at a terminal and follows its logs. */
export async function waitForJob(
  kube: KubeClient,
  { context, started, signal, log, progress }: WaitForCompletionInput,
): Promise<WaitForCompletionOutput> {
  const target = started.object!;
  return await scoped(signal, async (whileWaiting) => {
    const options = { signal: whileWaiting, log };
    let seen: KubeObject | undefined;
    tellOfHolds(kube, (signal) => findJobHolds(kube, target, { signal, seen }), options);
    const logs = context.followLogs ? followedJob(kube, target, options) : undefined;
    logs?.run();
    const completed = await waitForObject(kube, target, {
      outcome: jobOutcome,
      state: jobState,
      seen: (job) => {
        seen = job;
        progress?.show([jobNode(job)]);
      },
      signal,
      log,
    });
    await logs?.finish();
    return completed;
  });
}
