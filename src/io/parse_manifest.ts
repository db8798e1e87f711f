/**
 * Parsing a manifest: bytes in, a plain JSON object out, without any I/O.
 *
 * The errors name keys and positions, never values, since a manifest may hold secrets.
 *
 * @module
 */
import { parseAll } from "@std/yaml";
import { InvalidInputError, messageOf } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../text/json.ts";

/**
 * Largest manifest, and largest object, in bytes: etcd accepts no larger request.
 * https://etcd.io/docs/v3.6/dev-guide/limit/
 */
export const MAX_STORED_BYTES = 1.5 * 1024 * 1024;

/** Deepest nesting: far more than a workflow needs, and far less than what overflows the stack. */
const MAX_DEPTH = 100;
const TOO_DEEP = `is nested deeper than ${MAX_DEPTH} levels`;

/** Most values. Each use of an alias counts: a bomb of aliases has billions of values. */
const MAX_VALUES = 100_000;

/**
 * Parses a manifest: YAML with the core schema, and an object at the root of its one document. Documents that are empty
 * or hold only comments do not count, since every rendered chart has some.
 *
 * @throws {InvalidInputError} If the bytes are not a manifest
 *
 * @example
 * ```ts
 * import { parseManifest } from "@action-runner/core";
 *
 * const manifest = parseManifest(new TextEncoder().encode("entrypoint: main"));
 * console.log(manifest.entrypoint); // main
 * ```
 */
export function parseManifest(bytes: Uint8Array): JsonObject {
  const text = decode(bytes);
  const value = parseYaml(text);
  if (value === null) throw new InvalidInputError("is empty");
  checkValue(value);
  if (!isJsonObject(value)) {
    throw new InvalidInputError(`is a ${Array.isArray(value) ? "list" : typeof value}, expected an object`);
  }
  return value;
}

function decode(bytes: Uint8Array): string {
  if (bytes.length > MAX_STORED_BYTES) {
    throw new InvalidInputError(`is larger than the limit of ${MAX_STORED_BYTES} bytes`);
  }
  let text;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new InvalidInputError("is not UTF-8 text");
  }
  if (text.includes("\0")) throw new InvalidInputError("is not UTF-8 text: it has a NUL character");
  if (text.includes("\ufeff")) throw new InvalidInputError("has a byte order mark inside the text");
  return text;
}

/** The value of the one document that is not empty; `null` if all are empty. */
function parseYaml(text: string): unknown {
  const filled = parseDocuments(text).filter((value) => value !== null && value !== undefined);
  if (filled.length > 1) throw new InvalidInputError(`has ${filled.length} documents, expected one`);
  return filled[0] ?? null;
}

function parseDocuments(text: string): unknown[] {
  try {
    return parseAll(text, { schema: "core" });
  } catch (error) {
    const message = messageOf(error);
    // The parser makes a call for each level, until the stack overflows.
    if (message.includes("call stack")) throw new InvalidInputError(TOO_DEEP);
    throw new InvalidInputError(`is not YAML: ${withoutValues(message)}`);
  }
}

/** The parser's message up to the position, without the excerpt of the manifest that follows. */
function withoutValues(message: string): string {
  const [reason = message, position] = message.split("\n")[0]!.split(/ at (?=line \d+, column \d+)/);
  const withoutQuotes = reason.replace(/".*"|!<.*>|(?<=characters: ).*/g, "…");
  return position ? `${withoutQuotes} at ${position.replace(/:$/, "")}` : withoutQuotes;
}

interface Visit {
  value: unknown;
  path: string;
  depth: number;
}

function checkValue(root: unknown): void {
  const pending: Visit[] = [{ value: root, path: "", depth: 0 }];
  let count = 0;
  for (let visit = pending.pop(); visit; visit = pending.pop()) {
    const { value, path, depth } = visit;
    if (depth > MAX_DEPTH) throw new InvalidInputError(TOO_DEEP);
    if (typeof value === "number") checkNumber(value, path);
    if (typeof value !== "object" || value === null) continue;
    for (const [key, inner] of Object.entries(value)) {
      if (++count > MAX_VALUES) throw new InvalidInputError(`has more than ${MAX_VALUES} values`);
      checkKey(key, path);
      pending.push({
        value: inner,
        path: Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`,
        depth: depth + 1,
      });
    }
  }
}

function checkNumber(value: number, path: string): void {
  const where = `has at ${path || "its root"}`;
  if (!Number.isFinite(value)) throw new InvalidInputError(`${where} a number that JSON cannot hold`);
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
    throw new InvalidInputError(`${where} an integer beyond 2^53, which would be rounded; quote it`);
  }
}

function checkKey(key: string, path: string): void {
  const where = `has at ${path || "its root"}`;
  if (key === "[object Object]") {
    throw new InvalidInputError(`${where} an object as a key; quote templates: "{{…}}"`);
  }
  if (key === "<<") throw new InvalidInputError(`${where} a merge key (<<), which YAML 1.2 does not have`);
}
