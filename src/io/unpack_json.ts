/**
 * JSON that was compressed to fit into an object.
 *
 * @module
 */
import type { JsonValue } from "../text/json.ts";
import { readAtMost } from "./read_at_most.ts";

/** Most bytes of JSON: many times what people keep in an object, and within the memory of a run. */
const MAX_BYTES = 64 * 1024 * 1024;

/**
 * Unpacks base64 of gzip of JSON, as Argo and Helm store it.
 *
 * @throws {Error} If it is not that, or if the JSON has more than 64 MiB
 */
export async function unpackJson(base64: string): Promise<JsonValue> {
  const packed = new Blob([Uint8Array.fromBase64(base64)]).stream();
  const bytes = await readAtMost(packed.pipeThrough(new DecompressionStream("gzip")), MAX_BYTES);
  return JSON.parse(new TextDecoder().decode(bytes));
}
