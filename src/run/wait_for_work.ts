/**
 * Waits for a run's work, for as long as the settings allow.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { followLater, withDeadline } from "../time/signals.ts";
import { formatDuration } from "../time/duration.ts";
import { messageOf, reasonOf, RunError } from "../errors.ts";
import { AFTER_TIMEOUT_MS, heeded } from "./heeded.ts";
import type { OwnerRef } from "../kube/client.ts";
import type { ActionRunner, WaitForCompletionInput, WaitForCompletionOutput } from "../runner.ts";

/** The runner's input, and what the time-out needs. */
export interface WaitForWorkInput extends WaitForCompletionInput {
  clock: Clock;
  /** The work's age at the start of the wait, milliseconds. */
  ageMs: number;
}

/**
 * Waits for a runner's work.
 *
 * @throws {RunError} `TimedOut` if the time-out comes first; the signal's reason if the signal aborts first
 */
export async function waitForWork(
  runner: ActionRunner,
  input: WaitForWorkInput,
): Promise<WaitForCompletionOutput> {
  try {
    return await withinTimeout(
      runner,
      input,
      async (signal) => await runner.waitForCompletion({ ...input, signal }),
    );
  } catch (error) {
    const { ownerRef } = input.context;
    throw ownerRef && reasonOf(error) === "ObjectGone" ? withOwner(error, ownerRef) : error;
  }
}

/**
 * Runs a step of a runner with a signal that is aborted at the time-out.
 *
 * @throws {RunError} `TimedOut` if the step then ends with the signal's reason, or has not ended 10 s later
 */
export async function withinTimeout<T>(
  runner: ActionRunner,
  { clock, context: { timeoutMs }, ageMs, signal }: Omit<WaitForWorkInput, "started">,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return await step(signal);
  const reason = () =>
    new RunError("TimedOut", `the work did not end within ${formatDuration(timeoutMs)} of its creation`);
  return await withDeadline(Math.max(0, timeoutMs - ageMs), { clock, signal, reason }, async (inner) => {
    const late = followLater(inner, { ms: AFTER_TIMEOUT_MS, clock });
    try {
      return await heeded(step(inner), { name: runner.name, late: late.signal });
    } finally {
      late.stop();
    }
  });
}

/** Adds a hint: the API server accepts an object whose owner does not exist, and the garbage collector deletes it. */
function withOwner(error: unknown, { kind, name }: OwnerRef): RunError {
  const owner = `${kind} ${JSON.stringify(name)}`;
  return new RunError("ObjectGone", `${messageOf(error)}; it is deleted when its owner ${owner} is gone`, {
    cause: error,
  });
}
