/**
 * Files that hold one YAML object: manifests and contexts.
 *
 * @module
 */
import { InvalidInputError } from "./errors.ts";
import type { JsonObject } from "./json.ts";
import { MAX_MANIFEST_BYTES, parseManifest } from "./manifest.ts";
import { readFile } from "./read_file.ts";

/**
 * Reads a file that holds one YAML object.
 *
 * @throws {InvalidInputError} If it cannot be read, or holds none; its message begins with the path
 */
export async function readObject(path: string): Promise<JsonObject> {
  const bytes = await readFile(path, MAX_MANIFEST_BYTES);
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw error instanceof InvalidInputError
      ? new InvalidInputError(`${JSON.stringify(path)} ${error.message}`)
      : error;
  }
}
