/**
 * Abort signals that follow others.
 *
 * @module
 */

/** A controller whose signal follows another one. */
export interface Follower {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Stops following. */
  release(): void;
}

/**
 * A new signal that is aborted with `outer`, or by itself.
 *
 * Not `AbortSignal.any`: what that returns is garbage-collected in Deno 2.7 when only its listeners refer to it, and
 * then the abort never comes.
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
 * What `work` ends with, or the signal's reason as soon as that is aborted: work that does not heed its own signal is
 * left behind.
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
 * Does work with a signal for what goes on beside it: aborted with `outer`, and as soon as the work is done.
 *
 * @example
 * ```ts ignore
 * await scoped(signal, async (over) => {
 *   tellOfHolds(kube, findHolds, { signal: over, log });
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
