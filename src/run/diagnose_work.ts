/**
 * Asks a runner why its work failed.
 *
 * @module
 */
import { followLater, unlessAborted, withDeadline } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import { messageOf } from "../errors.ts";
import type { Reason } from "../exit_codes.ts";
import type { ActionRunner, DiagnoseInput, Diagnosis } from "../runner.ts";

/** How long the diagnosis may take, milliseconds: the report waits for it. */
const DIAGNOSE_MS = 10_000;
/** How long the diagnosis may go on after a signal, milliseconds: the run then has 5 s to end. */
const HURRIED_DIAGNOSE_MS = 1_000;
/** How long after its deadline the runner may still return what it has found, milliseconds. */
const LATE_DIAGNOSE_MS = 500;

/**
 * Why the work failed or has not ended in time; `undefined` if the run ended otherwise, or if the runner finds nothing.
 * It never throws: a diagnosis that fails changes no verdict.
 */
export async function diagnoseWork(
  runner: ActionRunner,
  reason: Reason,
  input: DiagnoseInput & { clock: Clock },
): Promise<Diagnosis | undefined> {
  if (!runner.diagnose || (reason !== "WorkFailed" && reason !== "TimedOut")) return undefined;
  const { clock, log } = input;
  const tooLong = () => new Error("the explanation took too long");
  const hurry = followLater(input.signal, { ms: HURRIED_DIAGNOSE_MS, clock });
  try {
    return await withDeadline(
      DIAGNOSE_MS,
      { clock, signal: hurry.signal, reason: tooLong },
      (signal) => diagnoseUntilLate(runner, { ...input, signal }),
    );
  } catch (error) {
    log.warn(`Cannot explain the failure: ${messageOf(error)}`);
    return undefined;
  } finally {
    hurry.stop();
  }
}

async function diagnoseUntilLate(
  runner: ActionRunner,
  input: DiagnoseInput & { clock: Clock },
): Promise<Diagnosis | undefined> {
  const late = followLater(input.signal, { ms: LATE_DIAGNOSE_MS, clock: input.clock });
  const diagnose = async () => await runner.diagnose?.(input);
  try {
    return await unlessAborted(diagnose(), late.signal);
  } finally {
    late.stop();
  }
}
