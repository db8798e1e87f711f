/**
 * No status object: for people at a terminal, and for engines that read the exit code alone.
 *
 * @module
 */
import type { StatusReporter } from "../runner.ts";

/** A reporter that writes nowhere. */
export function nopReporter(): StatusReporter {
  return {
    check: () => Promise.resolve(),
    report: () => Promise.resolve(),
  };
}
