/**
 * JSON's types, reading values from it, and its canonical form for hashes.
 *
 * @module
 */

/** Any JSON value. */
export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;

/** A JSON object. A key with the value `undefined` counts as absent. */
export interface JsonObject {
  /** A value by its key. */
  [key: string]: JsonValue | undefined;
}

/** Whether a value is a JSON object: neither a list nor null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a text is absent: null and the empty text count as absent, as for the API server. */
export function isNoText(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || value === "";
}

/** Whether a value says nothing: null, an empty text, or a list or object of only such values. */
export function saysNothing(value: JsonValue | undefined): boolean {
  if (isNoText(value)) return true;
  return typeof value === "object" && Object.values(value ?? {}).every(saysNothing);
}

/** The value at a path of keys; `undefined` if there is no value. */
export function valueAt(value: unknown, ...keys: string[]): JsonValue | undefined {
  return keys.reduce<unknown>((at, key) => isJsonObject(at) ? at[key] : undefined, value) as JsonValue;
}

/** The object at a path of keys; empty if there is no object. */
export function objectAt(value: unknown, ...keys: string[]): JsonObject {
  const found = valueAt(value, ...keys);
  return isJsonObject(found) ? found : {};
}

/** The list at a path of keys; empty if there is no list. */
export function arrayAt(value: unknown, ...keys: string[]): JsonValue[] {
  const found = valueAt(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** The objects in the list at a path of keys. */
export function objectsAt(value: unknown, ...keys: string[]): JsonObject[] {
  return arrayAt(value, ...keys).filter(isJsonObject);
}

/** The text at a path of keys; empty if there is no text. */
export function textAt(value: unknown, ...keys: string[]): string {
  const found = valueAt(value, ...keys);
  return typeof found === "string" ? found : "";
}

/** The text of a JSON value with the keys of every object in order, so that equal values give equal texts. */
export function canonicalJson(value: JsonValue): string {
  return JSON.stringify(
    value,
    (_key, inner) =>
      isJsonObject(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
  );
}

/** The SHA-256 of a text, as 64 hexadecimal digits. */
export async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex();
}
