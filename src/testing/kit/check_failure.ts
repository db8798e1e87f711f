/**
 * What a runner does wrong, in words.
 *
 * @module
 */
import { formatDuration } from "../../time/duration.ts";
import { EXIT_CODES, type Reason } from "../../exit_codes.ts";
import type { ExecuteResult } from "../../run/execute_result.ts";

/** Something that a runner does wrong; its message says what. */
export class CheckFailure extends Error {}

/** How a run should have ended. */
export interface Expectation {
  /** Such as `after its object was deleted`. */
  when: string;
  /** The right end. */
  expected: Reason;
  /** How long it had time, milliseconds. */
  limitMs: number;
}

/** An end that is wrong, or none: no result. */
export function unexpectedEnd(
  result: ExecuteResult | undefined,
  { expected, limitMs, when }: Expectation,
): CheckFailure {
  const did = result ? endOf(result) : `did not end within ${formatDuration(limitMs)}`;
  return new CheckFailure(`${did} ${when}, expected code ${EXIT_CODES[expected].code} (${expected})`);
}

/** How a run ended. */
export function endOf({ exitCode, outcome: { completed, message, reason } }: ExecuteResult): string {
  if (completed) return `said ${completed.finishedSuccessfully ? "success" : "failure"}`;
  return `ended with code ${exitCode} (${reason}: ${message})`;
}

/** Objects as people write them: `Pod "a", Pod "b"`. */
export function names(objects: { kind: string; metadata: { name: string } }[]): string {
  return objects.map(({ kind, metadata }) => `${kind} "${metadata.name}"`).join(", ");
}
