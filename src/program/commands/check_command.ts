/**
 * The command `check`.
 *
 * @module
 */
import { checkProgram } from "../../check/check_program.ts";
import { InvalidInputError } from "../../errors.ts";
import { writeText } from "../../io/standard_streams.ts";
import { clientOf, type CommandInput, configOf } from "./command_input.ts";
import { takeFormat } from "../output_format.ts";

/** Prints whether a run with these settings could succeed; it creates nothing. */
export async function checkCommand(input: CommandInput): Promise<number> {
  const { format, rest } = takeFormat(input.commandLine);
  const config = await configOf(input, { commandLine: rest }).catch((error) => {
    if (error instanceof InvalidInputError) return error;
    throw error;
  });
  const kube = clientOf(input);
  const { text, exitCode } = await checkProgram(input.program, input, { config, format, kube });
  writeText(Deno.stdout, text);
  return exitCode;
}
