/**
 * Writes the status of a run within a time limit.
 *
 * @module
 */
import { followLater, unlessAborted, withDeadline } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import { formatDuration } from "../time/duration.ts";
import type { Reason } from "../exit_codes.ts";
import type { JsonObject } from "../text/json.ts";
import type { ReportInput, StatusReporter } from "../runner.ts";

/** How long the first report may take, milliseconds: the wait must not begin late because of it. */
const FIRST_REPORT_MS = 10_000;
/** How long the final report may take, milliseconds. */
const FINAL_REPORT_MS = 30_000;
/** How long it may take after a signal (the run then has 5 s to end) or after missing rights, milliseconds. */
const HURRIED_REPORT_MS = 1_500;
/** How long the final report may take after bad input, milliseconds: people wait for the error line. */
const BAD_INPUT_REPORT_MS = 600;

/** The reporter's input, and the clock. */
export interface ReportStatusInput extends ReportInput {
  clock: Clock;
}

/** Writes the first status of a run whose work has started, within 10 s. */
export async function writeFirstStatus(
  reporter: StatusReporter,
  status: JsonObject,
  input: ReportStatusInput,
): Promise<void> {
  await report(reporter, status, { ...input, ms: FIRST_REPORT_MS });
}

/**
 * Writes the final report of a run, within 30 s, or within a shorter time if people wait for it. If the input's signal
 * has ended the run, the report still gets some time.
 *
 * @param reason how the run ended
 */
export async function writeFinalStatus(
  reporter: StatusReporter,
  status: JsonObject,
  { reason, ...input }: ReportStatusInput & { reason: Reason },
): Promise<void> {
  const { clock, signal } = input;
  // A signal during the report shortens its time as a signal before the report does.
  const hurry = followLater(signal, { ms: HURRIED_REPORT_MS, clock });
  try {
    await report(reporter, status, { ...input, ms: finalMs(reason, signal), signal: hurry.signal });
  } finally {
    hurry.stop();
  }
}

function finalMs(reason: Reason, signal: AbortSignal): number {
  if (reason === "InvalidInput") return BAD_INPUT_REPORT_MS;
  return signal.aborted || reason === "NotAllowed" ? HURRIED_REPORT_MS : FINAL_REPORT_MS;
}

async function report(
  reporter: StatusReporter,
  status: JsonObject,
  { clock, context, ms, signal }: ReportStatusInput & { ms: number },
): Promise<void> {
  const reason = () => new Error(`the status could not be written within ${formatDuration(ms)}`);
  const write = (inner: AbortSignal) =>
    unlessAborted(reporter.report({ context, signal: inner }, status), inner);
  await withDeadline(ms, { clock, signal, reason }, write);
}
