/**
 * The body of a request, read as the API server reads it.
 *
 * @module
 */
import { isJsonObject, type JsonObject } from "../../../text/json.ts";
import { badRequest, requestEntityTooLarge, unrecognizedObject } from "../objects/status_error.ts";

/** https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/server/config.go: MaxRequestBodyBytes */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

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

/** The media type of the request's body, without parameters; empty if the request names no type. */
export function mediaType(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]?.trim() ??
    "";
}

const GO_STRUCT =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

/** Why the text is not one JSON object, in the words of Go's parser where these do not depend on the text. */
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
 * @throws {StatusError} 400 if it is not one JSON object.
 */
export function parseObject(text: string, kind: string): JsonObject {
  const fault = jsonFault(text);
  if (fault === undefined) return JSON.parse(text);
  throw unrecognizedObject(kind, `couldn't get version/kind; json parse error: ${fault}`, text);
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
