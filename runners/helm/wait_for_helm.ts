/**
 * Waits until helm's Job has ended, and reads the state of the release.
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

/** How long before helm's time-out to read the release's pods, milliseconds: with `atomic` helm then deletes them. */
const READ_BEFORE_MS = 5_000;
/** How long reading the release may take after helm's end, milliseconds: the verdict waits for it. */
const RESULT_MS = 3_000;
/** How long it may take after a signal, milliseconds: the run then has 5 s to end. */
const HURRIED_RESULT_MS = 250;

/**
 * Waits for helm's Job. Without a Job it succeeds at once: the release is already as it should be.
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

/** Reads the release's pods shortly before helm's time-out, after which helm deletes them with `atomic`. */
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

/** The verdict with the state of the release, if that can be read. */
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

/** Omits the Job's message if helm failed on its own, since the message then says nothing new. */
function endText(command: string, { finishedSuccessfully, message }: WaitForCompletionOutput): string {
  if (finishedSuccessfully) return `helm ${command} succeeded`;
  return message.includes("BackoffLimitExceeded")
    ? `helm ${command} failed`
    : `helm ${command} failed (${message})`;
}
