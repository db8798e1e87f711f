/**
 * The program inside its Worker: from the input of the main thread to the exit code.
 *
 * @module
 */
import { parseCommandLine } from "../config/command_line.ts";
import { InvalidInputError } from "../errors.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import { writeText } from "../io/standard_streams.ts";
import { takeCommand } from "./commands/commands.ts";
import { helpText, informationAsked } from "./help.ts";
import type { Program } from "./program.ts";
import { versionText } from "./version.ts";
import type { WorkInput } from "./worker.ts";

/** Runs a program in its sandbox. Returns the exit code. */
export async function run(program: Program, input: WorkInput): Promise<number> {
  const commandLine = parseCommandLine(input.args);
  const asked = informationAsked(commandLine);
  if (asked) {
    writeText(Deno.stdout, asked === "help" ? helpText(program) : versionText(program.program));
    return EXIT_CODES.Succeeded.code;
  }
  const { command, rest } = takeCommand(commandLine);
  try {
    return await command.run({ ...input, program, commandLine: rest });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    writeText(Deno.stderr, error.problems.map((problem) => `${program.program}: ${problem}\n`).join(""));
    return EXIT_CODES.InvalidInput.code;
  }
}
