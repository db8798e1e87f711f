/**
 * Time and chance, injected so that tests need no real sleep.
 *
 * @module
 */
import { follow } from "./abort.ts";

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

/** A signal that follows another one `ms` later, so that what is under way can still end. `stop` when it has ended. */
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
 * Runs `work` with a signal that is aborted after `ms`, or with the outer signal, whichever comes first.
 *
 * The timer lives no longer than the work: a pending one would keep the process alive.
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
