/**
 * What `explain` prints of work that runs or has ended.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import { failureLines } from "../run/failure_text.ts";
import { printable } from "../text/printable.ts";
import { viewLines } from "../io/progress.ts";
import type { Description } from "../runner.ts";

/** How a description is printed: for people, or as JSON. */
export type DescriptionFormat = "text" | "json";

/**
 * Takes the flag `--format` out of the arguments.
 *
 * @throws {InvalidInputError} If it is none of the formats
 */
export function takeFormat(args: string[]): { format: DescriptionFormat; rest: string[] } {
  const at = args.findIndex((arg) => arg === "--format" || arg.startsWith("--format="));
  if (at < 0) return { format: "text", rest: args };
  const inOne = args[at] !== "--format";
  const format = inOne ? args[at]?.slice("--format=".length) : args[at + 1];
  if (format !== "text" && format !== "json") {
    throw new InvalidInputError(
      `--format: ${JSON.stringify(format ?? "")} is not known, expected text, json`,
    );
  }
  return { format, rest: args.toSpliced(at, inOne ? 1 : 2) };
}

/** A description as it is printed. `now`, milliseconds since 1970, is what durations of what runs count to. */
export function descriptionText(description: Description, format: DescriptionFormat, now: number): string {
  if (format === "json") return JSON.stringify(description, null, 2) + "\n";
  const { name, namespace, kind, state, message, nodes, ended, failure } = description;
  const said = message === undefined ? "" : `: ${message}`;
  const tree = viewLines(nodes, { columns: 120, rows: Infinity, now });
  const why = failure ? failureLines(ended ? "failed" : "waits for", failure) : [];
  return printable(
    [`${kind} "${name}" in "${namespace}" is ${state}${said}`, ...tree, ...why, ""].join("\n"),
  );
}
