/**
 * Time and chance, passed in so that tests need no real sleep.
 *
 * @module
 */

/** A monotonic clock with sleep and randomness. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, whatever the wall clock does. */
  now(): number;
  /** Resolves after `ms` milliseconds. Rejects with the signal's reason as soon as it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** A number in [0, 1). */
  random(): number;
}

/** The real clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", stop);
        resolve();
      }, ms);
      signal?.addEventListener("abort", stop, { once: true });
    });
  },
};

/** `value` ± `share` of it, so that many runners do not act at the same moment. */
export function jitter(clock: Clock, value: number, share: number): number {
  return value * (1 + share * (2 * clock.random() - 1));
}
