import type { JsonObject } from "../text/json.ts";
import { readObject } from "./read_object.ts";
import { type Mask, secretsIn } from "./secrets.ts";

/**
 * Reads a manifest, and hides its secrets in all that is written from then on.
 *
 * @throws {InvalidInputError} If it cannot be read, or is no manifest; its message begins with the path
 */
export async function readManifest(path: string, mask: Mask): Promise<JsonObject> {
  const manifest = await readObject(path);
  mask.hide(secretsIn(manifest));
  return manifest;
}
