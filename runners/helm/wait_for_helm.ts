/**
 * Waiting until helm's Job has ended, and reading what became of the release.
 *
 * @module
 */
import {
  type ActionRunner,
  messageOf,
  scoped,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
} from "../../src/mod.ts";
import { clockOf, type KubeClient } from "../../src/kube/mod.ts";
import { readWithRetry } from "../../src/work/mod.ts";
import { tellOfHolds } from "../../src/pods/mod.ts";
import { failingPod } from "./failing_pod.ts";
import { helmTimeoutSeconds } from "./helm_job.ts";
import type { HelmStarted } from "./helm_started.ts";
import { findReleaseHolds } from "./holds.ts";
import { readResult, resultText } from "./result.ts";

type Wait = WaitForCompletionInput<HelmStarted>;

/** How long before the end of helm's time the release's pods are read, milliseconds: with `atomic` helm deletes them. */
const READ_BEFORE_MS = 5_000;
/** How long the read of the release after the end may take, milliseconds: the verdict waits for it. */
const RESULT_MS = 3_000;
/** How long it may take after a signal, when the run has 5 s to end, milliseconds. */
const HURRIED_RESULT_MS = 250;

/**
 * Waits for helm's Job. The release is as it should be already where there is no Job.
 *
 * @param jobs the runner of the Job
 */
export async function waitForHelm(
  kube: KubeClient,
  jobs: Pick<ActionRunner, "waitForCompletion">,
  input: Wait,
): Promise<WaitForCompletionOutput> {
  const { started: { object, work: { args: { command } } } } = input;
  if (!object) {
    const nothing = { finishedSuccessfully: true, message: `helm ${command} has nothing to do` };
    return await withResult(kube, nothing, input);
  }
  const completed = await scoped(input.signal, async (whileWaiting) => {
    keepFailingPod(kube, { ...input, signal: whileWaiting });
    tellOfReleaseHolds(kube, { ...input, signal: whileWaiting });
    return await jobs.waitForCompletion(input);
  });
  return await withResult(kube, { ...completed, message: endText(command, completed) }, input);
}

/** Reads the release's pods shortly before helm's time is up: with `atomic` helm then deletes them. */
async function keepFailingPod(kube: KubeClient, { context, started, signal, log }: Wait): Promise<void> {
  const { work: { args, release }, object, kept } = started;
  if (!args.atomic) return;
  const waitMs = helmTimeoutSeconds(args, context.timeoutMs) * 1_000 - READ_BEFORE_MS - (object?.ageMs ?? 0);
  try {
    await clockOf(kube).sleep(Math.max(0, waitMs), signal);
    kept.failingPod = await failingPod(kube, release, { signal, context });
  } catch (error) {
    if (!signal.aborted) log.debug(`Cannot look at the release's pods: ${messageOf(error)}`);
  }
}

function tellOfReleaseHolds(kube: KubeClient, { context, started, signal, log }: Wait): void {
  const { release } = started.work;
  const findHolds = (signal: AbortSignal) => findReleaseHolds(kube, release, { context, signal });
  tellOfHolds(kube, findHolds, { signal, log });
}

/** The verdict with what became of the release, as far as that can be read. */
async function withResult(
  kube: KubeClient,
  completed: WaitForCompletionOutput,
  { started: { work }, signal, log }: Wait,
): Promise<WaitForCompletionOutput> {
  const inTime = AbortSignal.timeout(signal.aborted ? HURRIED_RESULT_MS : RESULT_MS);
  try {
    const read = () => readResult(kube, work.release, { signal: inTime, mask: work.mask });
    const release = await readWithRetry(kube, read, { signal: inTime, log });
    return { ...completed, message: `${completed.message}; ${resultText(release)}`, outputs: { release } };
  } catch (error) {
    const message = `${completed.message}; the release could not be read: ${messageOf(error)}`;
    return { ...completed, message };
  }
}

/** Leaves out what a Job says of a helm that failed on its own: it is nothing new. */
function endText(command: string, { finishedSuccessfully, message }: WaitForCompletionOutput): string {
  if (finishedSuccessfully) return `helm ${command} succeeded`;
  return message.includes("BackoffLimitExceeded")
    ? `helm ${command} failed`
    : `helm ${command} failed (${message})`;
}
