/**
 * A reporter without a status object: for people at a terminal, and for engines that only read the exit code.
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
