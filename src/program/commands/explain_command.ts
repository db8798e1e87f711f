/**
 * The command `explain`.
 *
 * @module
 */
import { InvalidInputError, messageOf, reasonOf } from "../../errors.ts";
import { EXIT_CODES } from "../../exit_codes.ts";
import { openLog } from "../../io/log.ts";
import { writeText } from "../../io/standard_streams.ts";
import { clientOf, type CommandInput, configOf, tellWarnings } from "./command_input.ts";
import { descriptionText } from "../description.ts";
import { takeFormat } from "../output_format.ts";

/** Prints the state of work, also if another run started it; it changes nothing. */
export async function explainCommand(input: CommandInput): Promise<number> {
  const { program: { program, runner: runnerFor }, signal } = input;
  const { format, rest } = takeFormat(input.commandLine);
  const config = await configOf(input, { commandLine: rest, for: "describe" });
  const { context, devMode } = config;
  const log = openLog({ devMode });
  tellWarnings(log, input, config);
  if (!input.apiServer) throw new InvalidInputError(input.apiServerProblem);
  const kube = clientOf(input);
  const runner = runnerFor(kube, kube);
  if (!runner.describe) throw new InvalidInputError(`the runner ${runner.name} does not tell of its work`);
  try {
    const description = await runner.describe({ context, signal, log: log(`runner.${runner.name}`) });
    writeText(Deno.stdout, descriptionText(description, format, Date.now()));
    return EXIT_CODES.Succeeded.code;
  } catch (error) {
    writeText(Deno.stderr, `${program}: ${messageOf(error)}\n`);
    return EXIT_CODES[reasonOf(error)].code;
  }
}
