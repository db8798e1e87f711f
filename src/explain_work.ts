/**
 * Asking a runner why its work failed.
 *
 * @module
 */
import { type Clock, withDeadline } from "./clock.ts";
import { messageOf } from "./errors.ts";
import type { Reason } from "./exit_codes.ts";
import type { ActionRunner, ExplainInput, Failure } from "./runner.ts";

/** How long the explanation may take, milliseconds: the verdict waits for it. */
const EXPLAIN_MS = 10_000;

/**
 * Why the work failed or has not ended in time; `undefined` for other ends, and where nothing could be found out. It
 * never throws: an explanation that fails changes no verdict.
 */
export async function explainWork(
  runner: ActionRunner,
  reason: Reason,
  input: Omit<ExplainInput, "signal"> & { clock: Clock },
): Promise<Failure | undefined> {
  if (!runner.explain || (reason !== "WorkFailed" && reason !== "TimedOut")) return undefined;
  const { clock, log } = input;
  const tooLong = () => new Error("the explanation took too long");
  try {
    return await withDeadline(
      EXPLAIN_MS,
      { clock, reason: tooLong },
      async (signal) => await runner.explain?.({ ...input, signal }),
    );
  } catch (error) {
    log.warn(`Cannot explain the failure: ${messageOf(error)}`);
    return undefined;
  }
}
