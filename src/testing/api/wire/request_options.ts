/**
 * The options in a request's query and body, read as the API server reads them.
 *
 * @module
 */
import { isJsonObject, type JsonObject } from "../../../text/json.ts";
import { badRequest, invalidOption, requestEntityTooLarge } from "../objects/status_error.ts";

/** https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/server/config.go: MaxRequestBodyBytes */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/**
 * Whether the query asks for a dry run.
 *
 * @param kind the options' kind for the message, as `CreateOptions`.
 * @throws {StatusError} 422 if `dryRun` is anything but `All`.
 */
export function isDryRun(values: readonly string[], kind: string): boolean {
  const unknown = values.filter((value) => value !== "All");
  if (unknown.length === 0) return values.includes("All");
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  throw invalidOption(kind, { reason: "FieldValueNotSupported", message, field: "dryRun" });
}

/**
 * A number in the query, or undefined where it is absent.
 *
 * @throws {StatusError} 400 if it is not a whole number.
 */
export function numberOption(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
}

/** Whether the query has the flag set, as Go's ParseBool reads it. */
export function flagOption(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null &&
    !["false", "False", "FALSE", "f", "F", "0"].includes(text);
}

/**
 * Reads the request's body, whatever its media type.
 *
 * @throws {StatusError} 413 if it is larger than 3 MiB.
 */
export async function readBody(request: Request): Promise<string> {
  const text = await request.text();
  if (new TextEncoder().encode(text).length > MAX_BODY_BYTES) {
    throw requestEntityTooLarge(MAX_BODY_BYTES);
  }
  return text;
}

/** The media type of the request's body, without parameters; empty where none is named. */
export function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim() ??
    "";
}

const GO_STRUCT =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Why the text is not one JSON object, in the words of Go's parser as far as they are the same for all faults. */
export function jsonFault(text: string, goType: string = GO_STRUCT): string | undefined {
  if (text.trim() === "") return "unexpected end of JSON input";
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value)) return undefined;
    const kind = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
    return `json: cannot unmarshal ${kind} into Go value of type ${goType}`;
  } catch {
    return "invalid character looking for beginning of value";
  }
}

/**
 * Reads a body as one object of a kind.
 *
 * @throws {StatusError} 400 if it is anything else.
 */
export function parseObject(text: string, kind: string): JsonObject {
  const fault = jsonFault(text);
  if (fault === undefined) return JSON.parse(text);
  const why = `couldn't get version/kind; json parse error: ${fault}`;
  throw badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${excerpt(text)})`,
  );
}

/**
 * Reads a body as a merge patch.
 *
 * @throws {StatusError} 400 if it is not one JSON object.
 */
export function parsePatch(text: string): JsonObject {
  const fault = jsonFault(text, "map[string]interface {}");
  if (fault === undefined) return JSON.parse(text);
  throw badRequest(`error decoding patch: ${fault}`);
}

/** The start of a body for a message: as text where it looks like JSON, else in hexadecimal digits. */
export function excerpt(text: string): string {
  if (text === "") return "<empty>";
  if (text.startsWith("{")) {
    return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
  }
  const bytes = [...new TextEncoder().encode(text)].slice(0, 30);
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.length > 30 ? `${hex} ...` : hex;
}
