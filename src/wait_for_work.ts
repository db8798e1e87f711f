/**
 * The wait of a run: for as long as its settings allow, and what becomes of the work then.
 *
 * @module
 */
import { type Clock, withDeadline } from "./clock.ts";
import { formatDuration } from "./duration.ts";
import { messageOf, reasonOf, RunError } from "./errors.ts";
import type { Reason } from "./exit_codes.ts";
import type { OwnerRef } from "./kube/ownership.ts";
import type {
  ActionRunner,
  ExecutionContext,
  StopMode,
  WaitForCompletionInput,
  WaitForCompletionOutput,
} from "./runner.ts";

/** Beside what the runner gets: the clock, and how long ago the work was started. */
export interface WaitForWorkInput extends WaitForCompletionInput {
  clock: Clock;
  /** Milliseconds since the work's creation. */
  ageMs: number;
}

/** How long the work may take to be told to end, milliseconds. */
const STOP_MS = 10_000;
/** How long that may take when the run has 5 s to end, milliseconds. */
const HURRIED_STOP_MS = 1_000;

/**
 * Waits for a runner's work.
 *
 * @throws {RunError} `TimedOut` if the context's time is up first; the signal's reason if that comes first. Where the
 * context asks for it, the work has then been told to end.
 */
export async function waitForWork(
  runner: ActionRunner,
  input: WaitForWorkInput,
): Promise<WaitForCompletionOutput> {
  try {
    return await withinTimeout(input, (signal) => runner.waitForCompletion({ ...input, signal }));
  } catch (error) {
    const reason = reasonOf(error);
    if (reason === "ObjectGone" && input.context.ownerRef) throw withOwner(error, input.context.ownerRef);
    const mode = modeFor(reason, input.context);
    const stopped = mode === "leave" ? undefined : await stopWork(runner, input, mode, reason);
    if (!stopped) throw error;
    const message = [messageOf(error), "the work was told to end", stopped.note].filter(Boolean).join("; ");
    throw new RunError(reason, message, { cause: error, left: "stopped" });
  }
}

/**
 * Does something with a signal that is aborted when the context's time is up.
 *
 * @throws {RunError} `TimedOut` if it then ends with the signal's reason
 */
export async function withinTimeout<T>(
  { clock, context: { timeoutMs }, ageMs, signal }: Omit<WaitForWorkInput, "started">,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (timeoutMs === undefined) return await work(signal);
  const reason = () =>
    new RunError("TimedOut", `the work did not end within ${formatDuration(timeoutMs)} of its creation`);
  return await withDeadline(Math.max(0, timeoutMs - ageMs), { clock, signal, reason }, work);
}

/** Of an owner that is gone, or never was, the API server says nothing when it takes a create. */
function withOwner(error: unknown, { kind, name }: OwnerRef): RunError {
  const owner = `${kind} ${JSON.stringify(name)}`;
  return new RunError("ObjectGone", `${messageOf(error)}; it is deleted when its owner ${owner} is gone`, {
    cause: error,
  });
}

function modeFor(reason: Reason, context: ExecutionContext): StopMode | "leave" {
  if (reason === "TimedOut") return context.onTimeout ?? "leave";
  const isSignal = reason === "Terminated" || reason === "Interrupted";
  return isSignal ? context.onTerminate ?? "leave" : "leave";
}

/** Tells the work to end; `undefined` if that was not possible. */
async function stopWork(
  runner: ActionRunner,
  { clock, context, log, started }: WaitForWorkInput,
  mode: StopMode,
  reason: Reason,
): Promise<{ note: string | void } | undefined> {
  const ms = reason === "TimedOut" ? STOP_MS : HURRIED_STOP_MS;
  const tooLong = () => new Error(`no answer within ${formatDuration(ms)}`);
  try {
    if (!runner.stop) throw new Error(`the runner ${runner.name} has no way to do it`);
    const stop = async (signal: AbortSignal) =>
      await runner.stop?.({ context, log, signal, started, mode, reason });
    return { note: await withDeadline(ms, { clock, reason: tooLong }, stop) };
  } catch (error) {
    log.error(`Cannot ${mode} the work: ${messageOf(error)}`);
    return undefined;
  }
}
