/**
 * The settings of a run, with the context file that they may name.
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
 * @throws {InvalidInputError} If any is missing or wrong: with one line for each of them
 */
export async function readConfig(input: ConfigInput): Promise<Config> {
  const path = contextPathOf(input);
  return parseConfig(path === undefined ? input : { ...input, contextFile: await readContextFile(path) });
}

async function readContextFile(path: string): Promise<ContextFile | InvalidInputError> {
  try {
    return parseContextFile(path, await readObject(path));
  } catch (error) {
    // It is told together with all else that is wrong.
    if (error instanceof InvalidInputError) return error;
    throw error;
  }
}
