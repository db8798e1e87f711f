import { InvalidInputError } from "../errors.ts";

/** How `check` and `explain` print what they found: for people, or as JSON. */
export type OutputFormat = "text" | "json";

/**
 * Takes the flag `--format` out of the arguments.
 *
 * @throws {InvalidInputError} If it is none of the formats
 */
export function takeFormat(args: string[]): { format: OutputFormat; rest: string[] } {
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
