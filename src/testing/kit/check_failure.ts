/**
 * The errors of the checks: what a runner does wrong, in words.
 *
 * @module
 */
import { formatDuration } from "../../time/duration.ts";
import { EXIT_CODES, type Reason } from "../../exit_codes.ts";
import type { ExecuteResult } from "../../run/outcome/execute_result.ts";

/** The runner does something wrong; the message says what. */
export class CheckFailure extends Error {}

/** How a run should have ended. */
export interface Expectation {
  /** Such as `after its object was deleted`. */
  when: string;
  /** The reason with which it should have ended. */
  expected: Reason;
  /** How much time it had, milliseconds. */
  limitMs: number;
}

/** The run ended in another way than expected; without a result it did not end in time. */
export function unexpectedEnd(
  result: ExecuteResult | undefined,
  { expected, limitMs, when }: Expectation,
): CheckFailure {
  const did = result ? endOf(result) : `did not end within ${formatDuration(limitMs)}`;
  return new CheckFailure(`${did} ${when}, expected code ${EXIT_CODES[expected].code} (${expected})`);
}

/** How a run ended, in words. */
export function endOf({ exitCode, outcome: { completed, message, reason } }: ExecuteResult): string {
  if (completed) return `said ${completed.finishedSuccessfully ? "success" : "failure"}`;
  return `ended with code ${exitCode} (${reason}: ${message})`;
}

/** Lists objects for a message: `Pod "a", Pod "b"`. */
export function names(objects: { kind: string; metadata: { name: string } }[]): string {
  return objects.map(({ kind, metadata }) => `${kind} "${metadata.name}"`).join(", ");
}
