/**
 * Abandons steps of runners that ignore their signal.
 *
 * @module
 */
import { unlessAborted } from "../time/signals.ts";
import { messageOf, reasonOf, RunError } from "../errors.ts";

/** How long a step may go on after the time-out, milliseconds. */
export const AFTER_TIMEOUT_MS = 10_000;
/**
 * How long a step may go on after SIGTERM or SIGINT, including the stop of the work, milliseconds: together with the
 * final report the program then ends within 5 s.
 */
export const AFTER_SIGNAL_MS = 2_500;

/**
 * Waits for a step of a runner until `late` is aborted, some time after the step's own signal.
 *
 * @param name the runner's name
 * @throws {RunError} With the reason of `late` if the step has not ended by then: what it has left is unknown
 */
export async function heeded<T>(
  step: Promise<T>,
  { name, late }: { name: string; late: AbortSignal },
): Promise<T> {
  try {
    return await unlessAborted(step, late);
  } catch (error) {
    if (!late.aborted || error !== late.reason) throw error;
    throw new RunError(
      reasonOf(error),
      `${messageOf(error)}; the runner ${name} did not heed it and was given up`,
      { cause: error, left: "unknown" },
    );
  }
}
