/**
 * Reads the settings of a run, and the context file if they name such a file.
 *
 * @module
 */
import { type Config, type ConfigInput, contextPathOf, parseConfig } from "./config.ts";
import { type ContextFile, parseContextFile } from "./context_file.ts";
import { InvalidInputError } from "../errors.ts";
import { readObject } from "../io/read_object.ts";

/**
 * Reads the settings.
 *
 * @throws {InvalidInputError} If settings are missing or wrong: one line for each
 */
export async function readConfig(input: ConfigInput): Promise<Config> {
  const path = contextPathOf(input);
  return parseConfig(path === undefined ? input : { ...input, contextFile: await readContextFile(path) });
}

async function readContextFile(path: string): Promise<ContextFile | InvalidInputError> {
  try {
    return parseContextFile(path, await readObject(path));
  } catch (error) {
    // `parseConfig` reports it together with all other problems.
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
}
