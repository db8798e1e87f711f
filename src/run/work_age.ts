import type { WorkRef } from "../runner.ts";

/**
 * The age of a run's work when `start` returned, milliseconds. A gateway with a wrong clock may have written the dates of
 * the answers; so work that this run has created is at most as old as its `start`, and no age is below 0.
 *
 * @param startTookMs the duration of `start`
 */
export function workAgeMs(object: WorkRef | undefined, startTookMs: number): number {
  const { adopted = true, ageMs = 0 } = object ?? {};
  return Math.min(Math.max(0, ageMs), adopted ? Infinity : startTookMs);
}
