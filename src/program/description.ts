/**
 * The output of `explain` for work that runs or has ended.
 *
 * @module
 */
import { failureLines } from "../run/outcome/failure_text.ts";
import { printable } from "../text/printable.ts";
import { viewLines } from "../io/live_view.ts";
import type { Description } from "../runner.ts";
import type { OutputFormat } from "./output_format.ts";

/** Formats a description. The durations of running steps end at `now`, in milliseconds since 1970. */
export function descriptionText(description: Description, format: OutputFormat, now: number): string {
  if (format === "json") return JSON.stringify(description, null, 2) + "\n";
  const { name, namespace, kind, state, message, nodes, ended, failure } = description;
  const said = message === undefined ? "" : `: ${message}`;
  const tree = viewLines(nodes, { columns: 120, rows: Infinity, now });
  const why = failure ? failureLines(ended ? "failed" : "waits for", failure) : [];
  return printable(
    [`${kind} "${name}" in "${namespace}" is ${state}${said}`, ...tree, ...why, ""].join("\n"),
  );
}
