/**
 * Timers, which tests can replace.
 *
 * @module
 */

/** Calls back after `delayMs` milliseconds, unless the result is called before. */
export type Timer = (callback: () => void, delayMs: number) => () => void;

/** The timer of `setTimeout`. */
export const realTimer: Timer = (callback, delayMs) => {
  const id = setTimeout(callback, delayMs);
  return () => clearTimeout(id);
};
