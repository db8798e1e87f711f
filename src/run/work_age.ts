import type { WorkRef } from "../runner.ts";

/**
 * The age of a run's work when `start` returned, milliseconds. The dates in answers may be those of a gateway whose
 * clock is wrong: work that this run has created is not older than its start, and nothing is younger than 0.
 *
 * @param startTookMs how long `start` took
 */
export function workAgeMs(object: WorkRef | undefined, startTookMs: number): number {
  const { adopted = true, ageMs = 0 } = object ?? {};
  return Math.min(Math.max(0, ageMs), adopted ? Infinity : startTookMs);
}
