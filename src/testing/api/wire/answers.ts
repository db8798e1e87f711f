/**
 * The bodies and headers of the embedded API's answers.
 *
 * @module
 */
import type { StoredObject } from "../objects/api_object.ts";
import { type AnswerForm, inForm } from "./answer_form.ts";
import { type ApiResource, apiVersionOf } from "../objects/api_resource.ts";
import type { StatusError } from "../objects/status_error.ts";

const COMMON_HEADERS = { "cache-control": "no-cache, private" };

/** A JSON answer, which ends with a line feed as in the real API. */
export function jsonAnswer(body: object, code = 200): Response {
  const headers = { ...COMMON_HEADERS, "content-type": "application/json" };
  return new Response(JSON.stringify(body) + "\n", { status: code, headers });
}

/** An answer of plain text. */
export function textAnswer(text: string, code = 200, contentType = "text/plain; charset=utf-8"): Response {
  const headers = { ...COMMON_HEADERS, "content-type": contentType };
  return new Response(text, { status: code, headers });
}

/** The answer of a path that nothing serves, such as that of a CRD that is not installed. */
export function noSuchPath(): Response {
  return textAnswer("404 page not found\n", 404);
}

/** An error as an answer. */
export function errorAnswer(error: StatusError): Response {
  const answer = jsonAnswer(error.body, error.code);
  const seconds = error.body.details?.retryAfterSeconds;
  if (seconds !== undefined) answer.headers.set("retry-after", String(seconds));
  return answer;
}

/** The body of a list. */
export function listBody(
  resource: ApiResource,
  objects: readonly StoredObject[],
  options: { version: number; form: AnswerForm },
): object {
  const metadata = { resourceVersion: String(options.version) };
  if (options.form !== "object") {
    // Without objects the real API's list of metadata has `items: null`.
    const items = objects.length === 0 ? null : objects.map((object) => inForm(object, options.form));
    return { kind: "PartialObjectMetadataList", apiVersion: options.form, metadata, items };
  }
  const own = { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource) };
  if (resource.custom) {
    return { ...own, metadata: { continue: "", ...metadata }, items: objects };
  }
  return { ...own, metadata, items: objects.map(withoutKind) };
}

/** In a list, items of a built-in kind have no `kind`; items of a CRD's kind have it. */
function withoutKind({ kind: _kind, apiVersion: _apiVersion, ...rest }: StoredObject): object {
  return rest;
}

const VERSION = { major: "1", minor: "34", gitVersion: "v1.34.4", platform: "linux/amd64" };

/** Answers by path, the same for every client; they need no token. */
export const FIXED_ANSWERS: Record<string, () => Response> = {
  "/version": () => jsonAnswer(VERSION),
  "/readyz": () => textAnswer("ok"),
  "/livez": () => textAnswer("ok"),
  "/healthz": () => textAnswer("ok"),
};
