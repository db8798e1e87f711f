import { type CommandLine, lastFlag } from "../config/command_line.ts";
import { InvalidInputError } from "../errors.ts";

/** How `check` and `explain` print what they found: for people, or as JSON. */
export type OutputFormat = "text" | "json";

/**
 * Takes the flag `--format` off the command line.
 *
 * @throws {InvalidInputError} If it is none of the formats
 */
export function takeFormat(commandLine: CommandLine): { format: OutputFormat; rest: CommandLine } {
  const last = lastFlag(commandLine, "format");
  if (!last) return { format: "text", rest: commandLine };
  const { text: format = "" } = last;
  if (format !== "text" && format !== "json") {
    throw new InvalidInputError(`--format: ${JSON.stringify(format)} is not known, expected text, json`);
  }
  return {
    format,
    rest: { ...commandLine, given: commandLine.given.filter(({ flag }) => flag !== "format") },
  };
}
