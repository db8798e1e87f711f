/**
 * Abort signals that follow others, at once or later, and work that ends with them.
 *
 * @module
 */
import type { Clock } from "./clock.ts";

/** A controller whose signal is aborted with another signal, or by itself. */
export interface Follower {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Stops following. */
  release(): void;
}

/**
 * Makes a signal that is aborted with `outer`, or by itself.
 *
 * Not `AbortSignal.any`: Deno 2.7 collects what that returns as garbage when only its listeners refer to it, and then
 * the abort never comes.
 */
export function follow(outer: AbortSignal | undefined): Follower {
  const own = new AbortController();
  const released = new AbortController();
  const passOn = () => own.abort(outer?.reason);
  if (outer?.aborted) passOn();
  outer?.addEventListener("abort", passOn, { once: true, signal: released.signal });
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    release: () => released.abort(),
  };
}

/**
 * Makes a signal that follows another signal `ms` later, so that what is under way can still end. `stop` is called when
 * that has ended: the signal is not aborted any more.
 */
export function followLater(
  signal: AbortSignal,
  { ms, clock }: { ms: number; clock: Clock },
): { signal: AbortSignal; stop: () => void } {
  const late = new AbortController();
  const done = new AbortController();
  const wait = () => {
    clock.sleep(ms, done.signal).then(() => late.abort(signal.reason), () => {});
  };
  if (signal.aborted) wait();
  signal.addEventListener("abort", wait, { once: true, signal: done.signal });
  return { signal: late.signal, stop: () => done.abort() };
}

/**
 * Runs `action` with a signal that is aborted after `ms`, or with the outer signal, whichever comes first.
 *
 * The timer lives no longer than the action: a pending timer would keep the process alive.
 */
export async function withDeadline<T>(
  ms: number,
  options: { clock: Clock; signal?: AbortSignal | undefined; reason: () => Error },
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const inner = follow(options.signal);
  const done = new AbortController();
  options.clock.sleep(ms, done.signal).then(() => inner.abort(options.reason()), () => {});
  try {
    return await action(inner.signal);
  } finally {
    done.abort();
    inner.release();
  }
}

/**
 * Returns what `action` ends with, or throws the signal's reason as soon as that is aborted. An action that does not
 * heed its own signal is left behind.
 */
export async function unlessAborted<T>(action: Promise<T>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const aborted = new Promise<never>((_resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener("abort", leave, { once: true, signal: ended.signal });
  });
  try {
    return await Promise.race([action, aborted]);
  } finally {
    ended.abort();
  }
}

/**
 * Runs `action` with a signal for what goes on beside it: aborted with `outer`, and as soon as the action has ended.
 *
 * @example
 * ```ts ignore
 * await scoped(signal, async (whileWaiting) => {
 *   tellOfHolds(kube, findHolds, { signal: whileWaiting, log });
 *   return await waitForObject(kube, target, { outcome, signal });
 * });
 * ```
 */
export async function scoped<T>(
  outer: AbortSignal,
  action: (scope: AbortSignal) => Promise<T>,
): Promise<T> {
  const scope = follow(outer);
  try {
    return await action(scope.signal);
  } finally {
    scope.abort(new Error("it is over"));
    scope.release();
  }
}
