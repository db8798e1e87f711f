/**
 * The commands of a program.
 *
 * @module
 */
import type { CommandLine } from "../../config/command_line.ts";
import { checkCommand } from "./check_command.ts";
import type { CommandInput } from "./command_input.ts";
import { explainCommand } from "./explain_command.ts";
import { rbacCommand } from "./rbac_command.ts";
import { runCommand } from "./run_command.ts";

/** A command. */
export interface Command {
  /** The first word of the command line. */
  name: string;
  /** Its line in `--help`. */
  help: string;
  /** Runs the command. Returns the exit code; throws an `InvalidInputError` for bad input. */
  run: (input: CommandInput) => Promise<number>;
}

const RUN: Command = {
  name: "run",
  help: "start the work, report it, wait for its end and exit with its verdict; the default",
  run: runCommand,
};

/** Every command, in the order in which `--help` lists them. */
export const COMMANDS: Command[] = [
  RUN,
  {
    name: "check",
    help: "check whether such a run could succeed, and create nothing; with --format json as data",
    run: checkCommand,
  },
  {
    name: "rbac",
    help: "print the least Role that a run with these settings needs, for kubectl apply -f -",
    run: rbacCommand,
  },
  {
    name: "explain",
    help: "tell what became of the work --name in --namespace; with --format json as data",
    run: explainCommand,
  },
];

/** Removes the command from the command line. `run` also gets an unknown command, and reports it with other problems. */
export function takeCommand(commandLine: CommandLine): { command: Command; rest: CommandLine } {
  const { command: name = RUN.name } = commandLine;
  const command = COMMANDS.find((known) => known.name === name);
  return command
    ? { command, rest: { ...commandLine, command: undefined } }
    : { command: RUN, rest: commandLine };
}
