/**
 * The errors of the Kubernetes API, with the texts of the real one
 * ({@link https://github.com/kubernetes/apimachinery/blob/master/pkg/api/errors/errors.go}).
 *
 * @module
 */
import { type ApiResource, qualifiedKind, qualifiedName } from "./api_resource.ts";

/** One cause of an error. */
export interface StatusCause {
  /** Machine-readable word, as `FieldValueInvalid`. */
  reason?: string;
  /** For people. */
  message?: string;
  /** The field, as `metadata.name`. */
  field?: string;
}

/** What an error is about. */
export interface StatusDetails {
  /** Name of the object. */
  name?: string;
  /** API group. */
  group?: string;
  /** Plural name of the resource; for invalid objects the kind. */
  kind?: string;
  /** Identity of the object. */
  uid?: string;
  /** The causes. */
  causes?: StatusCause[];
  /** After how many seconds a client should try again. */
  retryAfterSeconds?: number;
}

/** The body of an answer without an object: `kind: Status`. */
export interface StatusBody {
  /** Always `Status`. */
  kind: "Status";
  /** Always `v1`. */
  apiVersion: "v1";
  /** Always empty. */
  metadata: Record<string, never>;
  /** Whether the request succeeded. */
  status: "Success" | "Failure";
  /** For people. */
  message?: string;
  /** One word for programs, as `NotFound`; absent for some errors. */
  reason?: string;
  /** What it is about. */
  details?: StatusDetails;
  /** HTTP status; absent on success. */
  code?: number;
}

/** An error whose answer is a Status. */
export class StatusError extends Error {
  /** The answer's body. */
  readonly body: StatusBody;

  /** Makes the error; `code` is the HTTP status, 400 or more. */
  constructor(code: number, message: string, more: { reason?: string; details?: StatusDetails } = {}) {
    super(message);
    this.name = "StatusError";
    this.body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, ...more, code };
  }

  /** HTTP status. */
  get code(): number {
    return this.body.code ?? 500;
  }
}

function about(resource: ApiResource, name: string): StatusDetails {
  return { ...(name && { name }), ...(resource.group && { group: resource.group }), kind: resource.plural };
}

/** 404: the object does not exist. */
export function notFound(resource: ApiResource, name: string): StatusError {
  const details = about(resource, name);
  return new StatusError(
    404,
    `${qualifiedName(resource)} "${name}" not found`,
    { reason: "NotFound", details },
  );
}

/** 404: the group is served, and has no such resource. */
export function noSuchResource(): StatusError {
  return new StatusError(
    404,
    "the server could not find the requested resource",
    { reason: "NotFound", details: {} },
  );
}

/** 409: the name is taken. */
export function alreadyExists(resource: ApiResource, name: string): StatusError {
  const details = about(resource, name);
  return new StatusError(
    409,
    `${qualifiedName(resource)} "${name}" already exists`,
    { reason: "AlreadyExists", details },
  );
}

/** 409: the object has changed since the client read it. */
export function conflict(resource: ApiResource, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": ${why}`;
  return new StatusError(409, message, { reason: "Conflict", details: about(resource, name) });
}

/** 400: the request is malformed. */
export function badRequest(message: string): StatusError {
  return new StatusError(400, message, { reason: "BadRequest" });
}

/** 400: the body cannot be read as an object of the kind. */
export function unrecognizedObject(kind: string, why: string, body: string): StatusError {
  return badRequest(
    `the object provided is unrecognized (must be of type ${kind}): ${why} (${excerpt(body)})`,
  );
}

/** The start of a body for a message: as text where it looks like JSON, else in hexadecimal digits. */
function excerpt(text: string): string {
  if (text === "") return "<empty>";
  if (text.startsWith("{")) {
    return text.length > 30 ? `${text.slice(0, 30)} ...` : text;
  }
  const bytes = [...new TextEncoder().encode(text)].slice(0, 30);
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return text.length > 30 ? `${hex} ...` : hex;
}

/** 401: the request has no valid credentials. */
export function unauthorized(): StatusError {
  return new StatusError(401, "Unauthorized", { reason: "Unauthorized" });
}

/** 403: admission or authorization refuses. */
export function forbidden(
  resource: ApiResource,
  name: string,
  why: string,
  causes?: StatusCause[],
): StatusError {
  const what = name === "" ? qualifiedName(resource) : `${qualifiedName(resource)} "${name}"`;
  const details = { ...about(resource, name), ...(causes && { causes }) };
  return new StatusError(403, `${what} is forbidden: ${why}`, { reason: "Forbidden", details });
}

/** 405: the resource does not support the method. */
export function methodNotAllowed(): StatusError {
  const message = "the server does not allow this method on the requested resource";
  return new StatusError(405, message, { reason: "MethodNotAllowed", details: {} });
}

/** 406: the server cannot answer in the requested form. */
export function notAcceptable(message: string): StatusError {
  return new StatusError(406, message, { reason: "NotAcceptable" });
}

/** 422: an option of the request has an unknown value; `kind` is that of the options, such as `DeleteOptions`. */
export function invalidOption(kind: string, error: FieldError): StatusError {
  const details = { group: "meta.k8s.io", kind, causes: [error] };
  const message = `${kind}.meta.k8s.io "" is invalid: ${error.field}: ${error.message}`;
  return new StatusError(422, message, { reason: "Invalid", details });
}

/** 415: the server does not read bodies of this media type. */
export function unsupportedMediaType(accepted: readonly string[]): StatusError {
  const types = accepted.join(", ");
  const message = `the body of the request was in an unknown format - accepted media types include: ${types}`;
  return new StatusError(415, message, { reason: "UnsupportedMediaType" });
}

/** 413: the body is larger than `limitBytes`. */
export function requestEntityTooLarge(limitBytes: number): StatusError {
  const message = `Request entity too large: limit is ${limitBytes}`;
  return new StatusError(413, message, { reason: "RequestEntityTooLarge" });
}

/** 410: the requested version is no longer kept. */
export function expired(asked: number, oldest: number): StatusError {
  return new StatusError(410, `too old resource version: ${asked} (${oldest})`, { reason: "Expired" });
}

/** 504: the requested version does not exist yet. */
export function resourceVersionTooLarge(asked: number, current: number): StatusError {
  const text = `Too large resource version: ${asked}, current: ${current}`;
  const causes = [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }];
  return new StatusError(504, `Timeout: ${text}`, {
    reason: "Timeout",
    details: { causes, retryAfterSeconds: 1 },
  });
}

/** One field that is wrong, for {@link invalid}. */
export interface FieldError {
  /** Machine-readable word, as `FieldValueInvalid`. */
  reason: string;
  /** Text without the field's name. */
  message: string;
  /** The field, as `metadata.name`. */
  field: string;
}

/** A field whose value breaks a rule. */
export function invalidField(field: string, value: unknown, why: string): FieldError {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${JSON.stringify(value)}: ${why}`, field };
}

/** A required field that is missing. */
export function requiredField(field: string, why: string): FieldError {
  return { reason: "FieldValueRequired", message: `Required value${why && `: ${why}`}`, field };
}

/** 422: the object breaks rules of its kind. */
export function invalid(resource: ApiResource, name: string, errors: readonly FieldError[]): StatusError {
  const texts = [...new Set(errors.map((error) => `${error.field}: ${error.message}`))];
  const list = texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`;
  const message = `${qualifiedKind(resource)} "${name}" is invalid: ${list}`;
  const details: StatusDetails = { ...about(resource, name), kind: resource.kind, causes: [...errors] };
  return new StatusError(422, message, { reason: "Invalid", details });
}

/** The answer to a successful delete. */
export function deletedStatus(resource: ApiResource, name: string, uid: string): StatusBody {
  const details = { ...about(resource, name), uid };
  return { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", details };
}
