import { type CommandLine, lastFlag } from "../config/command_line.ts";
import { InvalidInputError } from "../errors.ts";

/** The output format of `check` and `explain`: for people, or JSON. */
export type OutputFormat = "text" | "json";

/**
 * Removes the flag `--format` from the command line and returns the format.
 *
 * @throws {InvalidInputError} If the flag names another format
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
