/**
 * Durations in Go's form, as Kubernetes users write them.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";

/** Milliseconds in each of Go's units: https://pkg.go.dev/time#ParseDuration */
const MS_PER_UNIT: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  "µs": 1e-3,
  "μs": 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** The longest delay of a timer; a timer with a longer delay fires at once: https://developer.mozilla.org/docs/Web/API/setTimeout#maximum_delay_value */
const MAX_MS = 2 ** 31 - 1;

const PART = /(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/y;

/**
 * Reads a Go duration such as `90s`, `1h30m` or `1h2m3.5s`; `0` needs no unit.
 *
 * @returns milliseconds, 0 or more
 * @throws {InvalidInputError} If the text is not a duration, is negative, or is longer than 2^31 - 1 ms (24.8 days)
 *
 * @example
 * ```ts
 * import { parseDuration } from "@action-runner/core";
 *
 * console.log(parseDuration("1h2m3.5s")); // 3723500
 * ```
 */
export function parseDuration(text: string): number {
  if (text === "0") return 0;
  let ms = 0;
  PART.lastIndex = 0;
  do {
    const part = PART.exec(text);
    if (!part) {
      throw new InvalidInputError(
        `${JSON.stringify(text)} is not a duration (examples: 90s, 10m, 1h30m; 0 = none)`,
      );
    }
    ms += Number(part[1]) * (MS_PER_UNIT[part[2]!] ?? 0);
  } while (PART.lastIndex < text.length);
  if (ms > MAX_MS) {
    throw new InvalidInputError(`${JSON.stringify(text)} is longer than the longest time-out, 596h31m23s`);
  }
  return ms;
}

/** Writes milliseconds as people read them: `1h2m`, `3.5s`, `250ms`. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)}ms`;
  if (ms < 60_000) return `${Math.round(ms / 100) / 10}s`;
  const seconds = Math.round(ms / 1_000);
  const parts = [
    [Math.floor(seconds / 3_600), "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  return parts.filter(([count]) => count > 0).map(([count, unit]) => `${count}${unit}`).join("");
}
