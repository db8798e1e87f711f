/**
 * Tells work to end, and waits to see whether it ends.
 *
 * @module
 */
import { unlessAborted, withDeadline } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import { formatDuration } from "../time/duration.ts";
import { messageOf, reasonOf } from "../errors.ts";
import type { Left, Reason } from "../exit_codes.ts";
import { silentLog } from "../io/log.ts";
import type {
  ActionRunner,
  ExecutionContext,
  StopInput,
  StopMode,
  WaitForCompletionOutput,
} from "../runner.ts";

/** The runner's input, and the clock. */
export interface StopWorkInput extends StopInput {
  clock: Clock;
}

/** The result of telling work to end. */
export interface StoppedWork {
  /** What is left of the work; absent if the stop itself failed. */
  left?: Left | undefined;
  /** A sentence for the report. */
  words: string;
  /** The work's verdict, if it succeeded before it could be stopped. */
  succeeded?: WaitForCompletionOutput | undefined;
}

/** How long the stop and the wait for the work's end may take together, milliseconds. */
const STOP_MS = 10_000;

/** How the settings end the work of a run that ends for this reason; `leave`: the work goes on. */
export function stopMode(reason: Reason, context: ExecutionContext): StopMode | "leave" {
  if (reason === "TimedOut") return context.onTimeout;
  const isSignal = reason === "Terminated" || reason === "Interrupted";
  return isSignal ? context.onTerminate : "leave";
}

/**
 * Tells a runner's work to end, and waits until it sees the end: for at most 10 s, or until the signal is aborted. It
 * never throws.
 */
export async function stopWork(runner: ActionRunner, input: StopWorkInput): Promise<StoppedWork> {
  const { clock, log, mode, signal } = input;
  const reason = () => new Error(`no answer within ${formatDuration(STOP_MS)}`);
  try {
    return await withDeadline(STOP_MS, { clock, signal, reason }, async (inner) => {
      if (!runner.stop) throw new Error(`the runner ${runner.name} has no way to do it`);
      const stop = async () => await runner.stop?.({ ...input, signal: inner });
      const note = await unlessAborted(stop(), inner);
      return stoppedWork(await endSeen(runner, { ...input, signal: inner }), note);
    });
  } catch (error) {
    log.error(`Cannot ${mode} the work: ${messageOf(error)}`);
    return { words: `the work could not be told to end: ${messageOf(error)}` };
  }
}

function stoppedWork(end: WaitForCompletionOutput | "gone" | undefined, note: string | void): StoppedWork {
  const said = ["the work was told to end", end ? "" : "it has not ended yet", note];
  return {
    left: end ? "stopped" : "left running",
    words: said.filter(Boolean).join("; "),
    succeeded: typeof end === "object" && end.finishedSuccessfully ? end : undefined,
  };
}

/** How the work ended, if it ends in time. */
async function endSeen(
  runner: ActionRunner,
  { context, signal, started }: StopWorkInput,
): Promise<WaitForCompletionOutput | "gone" | undefined> {
  // The wait of the run has already logged all of this.
  const input = { context: { ...context, followLogs: false }, signal, started, log: silentLog };
  try {
    return await unlessAborted(runner.waitForCompletion(input), signal);
  } catch (error) {
    return ["ObjectGone", "ObjectReplaced"].includes(reasonOf(error)) ? "gone" : undefined;
  }
}
