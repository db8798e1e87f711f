/**
 * Files that hold one YAML object: manifests, contexts and kubeconfigs.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import type { JsonObject } from "../text/json.ts";
import { MAX_STORED_BYTES, parseManifest } from "./parse_manifest.ts";
import { readFile } from "./read_file.ts";

/**
 * Reads a file that holds one YAML object.
 *
 * @param maxBytes the largest file; a manifest's limit by default
 * @throws {InvalidInputError} If it cannot be read or does not hold an object; the message begins with the path
 */
export async function readObject(path: string, maxBytes = MAX_STORED_BYTES): Promise<JsonObject> {
  const bytes = await readFile(path, maxBytes);
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw error instanceof InvalidInputError
      ? new InvalidInputError(`${JSON.stringify(path)} ${error.message}`)
      : error;
  }
}
