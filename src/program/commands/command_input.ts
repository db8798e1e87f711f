/**
 * What the commands of a program have in common: settings, warnings and the API server.
 *
 * @module
 */
import type { CommandLine } from "../../config/command_line.ts";
import type { Config, ConfigInput } from "../../config/config.ts";
import { readConfig } from "../../config/read_config.ts";
import type { LogFactory } from "../../io/log.ts";
import type { KubeClient } from "../../kube/client.ts";
import { fetchClient } from "../../kube/fetch_client.ts";
import type { Program } from "../program.ts";
import type { WorkInput } from "../worker.ts";

/** What a command gets. */
export interface CommandInput extends WorkInput {
  /** The program. */
  program: Program;
  /** The command line, without the command. */
  commandLine: CommandLine;
}

/**
 * The settings of a command.
 *
 * @param more `commandLine` without the flags that are not settings, and `for` if the command is not `run`
 * @throws {InvalidInputError} If settings are missing or wrong: one line for each
 */
export function configOf(
  { commandLine, env, program }: CommandInput,
  more: Partial<Pick<ConfigInput, "commandLine" | "for">> = {},
): Promise<Config> {
  return readConfig({ ...program, env, commandLine, ...more });
}

/** Logs the warnings of the main thread and of the settings. */
export function tellWarnings(log: LogFactory, { warnings }: CommandInput, config: Config): void {
  for (const warning of [...warnings, ...config.warnings]) log("config").warn(warning);
}

/** A client for the API server, or a client whose requests all fail. */
export function clientOf({ apiServer }: CommandInput): KubeClient {
  return fetchClient(apiServer ?? { server: "https://none.invalid" });
}
