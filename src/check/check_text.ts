/**
 * What `check` prints.
 *
 * @module
 */
import type { OutputFormat } from "../program/output_format.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import type { CheckItem } from "./check_item.ts";
import { firstMissing, reasonOfItems } from "./check_run.ts";

/** The items as text, one line per item, or as JSON; and how a run would end. */
export function checkText(items: CheckItem[], format: OutputFormat): string {
  const reason = reasonOfItems(items);
  const { code } = EXIT_CODES[reason];
  if (format === "json") return JSON.stringify({ exitCode: code, reason, items }, null, 2) + "\n";
  const lines = items.map(({ state, item, message }) =>
    `${state.padEnd(12)} ${item.padEnd(14)} ${message.replace(/\s*\n\s*/g, "; ")}`
  );
  return [...lines, "", endText(items), ""].join("\n");
}

function endText(items: CheckItem[]): string {
  const first = firstMissing(items);
  if (!first) return "nothing is missing";
  const reason = reasonOfItems(items);
  const { code, meaning } = EXIT_CODES[reason];
  return first.isEndless
    ? `a run would wait without end; with a RUNNER_TIMEOUT it would end with exit code ${code} (${reason})`
    : `a run would end with exit code ${code} (${reason}): ${meaning}`;
}
