/**
 * Failed requests as typed values.
 *
 * @module
 */
import { isJsonObject, type JsonObject, objectAt, objectsAt } from "../text/json.ts";
import { oneLine } from "../text/one_line.ts";
import { messageOf } from "../errors.ts";

/** Why a request failed. Each fault calls for a different reaction. */
export type Fault =
  /** No connection: refused, no route, no such host. Nothing was sent. */
  | "refused"
  /** The server's certificate is not trusted, or it does not speak TLS. Nothing was sent. */
  | "tls"
  /** A file with the CA, a token or a client certificate is missing or cannot be used. Nothing was sent. */
  | "credentials"
  /** The connection broke, or no answer came in time: a write may have been done. */
  | "broken"
  /** An answer that no working API server gives: 5xx, a redirect, a web page. A write may have been done. */
  | "server"
  /** An admission webhook could not be reached. */
  | "webhook"
  /** 429. Nothing was done. */
  | "throttled"
  | "unauthorized"
  | "forbidden"
  | "quota"
  /** Two writers updated one quota at the same time: another try helps. */
  | "quotaConflict"
  | "notFound"
  /** The API server does not know the kind: its definition is missing. */
  | "kindMissing"
  | "namespaceMissing"
  | "namespaceTerminating"
  | "exists"
  | "conflict"
  /** 410: the resourceVersion is too old to watch from. */
  | "expired"
  /** A policy or webhook denied the request. */
  | "denied"
  /** A policy or webhook denied the request because it was a dry run. */
  | "noDryRun"
  | "tooLarge"
  /** 400, 422 and every other 4xx: the same request will never succeed. */
  | "invalid";

/** Options of {@linkcode ApiError}. */
export interface ApiErrorOptions extends ErrorOptions {
  /** Why the request failed. */
  fault: Fault;
  /** HTTP status; 0 if no answer came. */
  status?: number;
  /** The Status object that came as the answer. */
  body?: JsonObject | undefined;
  /** How long the server asks the client to wait, in milliseconds. */
  retryAfterMs?: number | undefined;
  /** Whether the caller wants the first answer, so that nothing is tried again. `false` by default. */
  noRetry?: boolean;
}

/** A request that failed. */
export class ApiError extends Error {
  /** `ApiError`. */
  override readonly name = "ApiError";
  /** Why the request failed. */
  readonly fault: Fault;
  /** HTTP status; 0 if no answer came. */
  readonly status: number;
  /** The Status object that came as the answer. */
  readonly body: JsonObject | undefined;
  /** How long the server asks the client to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;
  /** Whether the caller wants the first answer, so that nothing is tried again. */
  readonly noRetry: boolean;

  /**
   * Keeps the values as they are.
   *
   * @param message one line for people, without a full stop
   */
  constructor(message: string, options: ApiErrorOptions) {
    super(message, options);
    this.fault = options.fault;
    this.status = options.status ?? 0;
    this.body = options.body;
    this.retryAfterMs = options.retryAfterMs;
    this.noRetry = options.noRetry ?? false;
  }
}

/** Whether an error is an {@linkcode ApiError} with one of these faults. */
export function isFault(error: unknown, ...faults: Fault[]): error is ApiError {
  return error instanceof ApiError && faults.includes(error.fault);
}

/** Most characters that an error quotes of an answer that is not a Status. */
const MAX_QUOTE = 200;

/** An HTTP error answer. */
export interface ErrorAnswer {
  status: number;
  /** The answer's text. */
  text: string;
  /** The `Retry-After` header. */
  retryAfter?: string | null;
  /** The apiVersion of the request's kind. */
  apiVersion?: string;
}

/**
 * Turns an HTTP error answer into an error.
 *
 * @param doing such as `get Workflow "x"`
 * @param plural the kind's plural in the request's URL
 */
export function errorFromAnswer(doing: string, plural: string, answer: ErrorAnswer): ApiError {
  const body = parseStatus(answer.text);
  const said = typeof body?.message === "string" ? body.message : quote(answer.text);
  const fault = faultOf(answer.status, plural, body, said);
  // For a kind that it does not know the API server answers only "404 page not found".
  const unknown = fault === "kindMissing" && answer.apiVersion
    ? `the API server does not know ${plural} of ${answer.apiVersion}: `
    : "";
  return new ApiError(`Cannot ${doing}: ${unknown}${said} (${answer.status})`, {
    fault,
    status: answer.status,
    body,
    retryAfterMs: retryAfterMs(answer.retryAfter, body),
  });
}

/** Turns the Status of a watch's ERROR event into an error. */
export function errorFromStatus(doing: string, plural: string, status: JsonObject): ApiError {
  const code = typeof status.code === "number" ? status.code : 500;
  return errorFromAnswer(doing, plural, { status: code, text: JSON.stringify(status) });
}

/**
 * Turns what `fetch` throws into an error. Deno throws a TypeError, and only its text shows the cause: the message or,
 * in later versions, the cause's message.
 */
export function errorFromFetch(doing: string, server: string, error: unknown): ApiError {
  const cause = error instanceof Error && error.cause ? messageOf(error.cause) : "";
  // Without URLs: a name in a URL must not be read as a cause, and a proxy's URL may hold a password.
  const text = `${messageOf(error)} ${cause}`.replace(/\(?\b[a-z0-9]+:\/\/[^\s)]+\)?/g, "");
  return new ApiError(`Cannot ${doing}: no answer from ${server}: ${readable(text)}`, {
    fault: faultOfFetch(text),
    cause: error,
  });
}

function faultOfFetch(text: string): Fault {
  if (/certificate|InvalidContentType|corrupt message|HandshakeFailure|received fatal alert/i.test(text)) {
    return "tls";
  }
  // The only text that proves that nothing was sent.
  return text.includes("client error (Connect)") ? "refused" : "broken";
}

/** The last two parts of Deno's chain of causes, which say what happened. */
function readable(text: string): string {
  const chain = text.replace(/\(os error \d+\)/g, "").split(/: (?=[a-zA-Z])/);
  return chain.slice(-2).join(": ").trim();
}

function faultOf(status: number, plural: string, body: JsonObject | undefined, said: string): Fault {
  // An admission webhook chooses its own code, such as 429 or 5xx: only the text shows a denial.
  const isDenied = /denied the request|denied request/.test(said);
  // https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/admission/plugin/webhook/errors/statuserror.go
  if (said.includes("does not support dry run") || (isDenied && /dry.?run/i.test(said))) return "noDryRun";
  if (isDenied) return "denied";
  if (/request is too large|larger than max/.test(said)) return "tooLarge";
  if (said.includes("failed calling webhook")) return "webhook";
  switch (status) {
    case 401:
      return "unauthorized";
    case 403:
      return faultOfForbidden(body, said);
    case 404:
      return faultOfNotFound(body);
    // From a proxy: the API server never sends it.
    case 408:
      return "server";
    case 409:
      return faultOfConflict(plural, body);
    case 410:
      return "expired";
    case 413:
      return "tooLarge";
    case 429:
      return "throttled";
  }
  return status >= 400 && status < 500 ? "invalid" : "server";
}

function faultOfForbidden(body: JsonObject | undefined, said: string): Fault {
  if (said.includes("exceeded quota")) return "quota";
  const isTerminating = objectsAt(body, "details", "causes")
    .some(({ reason }) => reason === "NamespaceTerminating");
  return isTerminating ? "namespaceTerminating" : "forbidden";
}

function faultOfNotFound(body: JsonObject | undefined): Fault {
  if (!body) return "kindMissing";
  return objectAt(body, "details").kind === "namespaces" ? "namespaceMissing" : "notFound";
}

function faultOfConflict(plural: string, body: JsonObject | undefined): Fault {
  const kind = objectAt(body, "details").kind;
  if (kind === "resourcequotas") return "quotaConflict";
  return body?.reason === "AlreadyExists" && kind === plural ? "exists" : "conflict";
}

function retryAfterMs(header: string | null | undefined, body: JsonObject | undefined): number | undefined {
  const seconds = header ? Number(header) : objectAt(body, "details").retryAfterSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1_000 : undefined;
}

function parseStatus(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text);
    return isJsonObject(value) && value.kind === "Status" ? value : undefined;
  } catch {
    return undefined;
  }
}

function quote(text: string): string {
  const line = oneLine(text);
  return line.length > MAX_QUOTE ? `${line.slice(0, MAX_QUOTE)}…` : line || "an empty answer";
}
