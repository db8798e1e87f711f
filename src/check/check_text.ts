/**
 * What `check` prints.
 *
 * @module
 */
import type { DescriptionFormat } from "../description.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import type { CheckItem } from "./check_item.ts";
import { reasonOfItems } from "./check_run.ts";

/** The items as text, a line each, or as JSON; and how a run would end. */
export function checkText(items: CheckItem[], format: DescriptionFormat): string {
  const reason = reasonOfItems(items);
  const { code, meaning } = EXIT_CODES[reason];
  if (format === "json") return JSON.stringify({ exitCode: code, reason, items }, null, 2) + "\n";
  const lines = items.map(({ state, item, message }) =>
    `${state.padEnd(12)} ${item.padEnd(14)} ${message.replace(/\s*\n\s*/g, "; ")}`
  );
  const end = reason === "Succeeded"
    ? "nothing is missing"
    : `a run would end with exit code ${code} (${reason}): ${meaning}`;
  return [...lines, "", end, ""].join("\n");
}
