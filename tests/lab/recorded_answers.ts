/**
 * Recorded error answers of real API servers (1.34) and proxies.
 *
 * @module
 */
import type { JsonObject } from "../../src/text/json.ts";
import { ApiError, type ErrorAnswer, errorFromAnswer, type Fault } from "../../src/kube/api_error.ts";

const workflow = { name: "demo", group: "argoproj.io", kind: "workflows" };
const forbidden = 'workflows.argoproj.io "demo" is forbidden:';
const webhook = 'Internal error occurred: failed calling webhook "check.example.org":';

/** The answers by name. */
export const ANSWERS = {
  alreadyExists: status(409, 'workflows.argoproj.io "demo" already exists', "AlreadyExists", workflow),
  badRequest: status(
    400,
    'Workflow in version "v1alpha1" cannot be handled as a Workflow: strict decoding error',
    "BadRequest",
  ),
  conflict: status(
    409,
    'Operation cannot be fulfilled on workflows.argoproj.io "demo": the object has been modified',
    "Conflict",
    workflow,
  ),
  deniedByPolicy: status(
    422,
    `${forbidden} ValidatingAdmissionPolicy 'small' with binding 'all' denied request: too large`,
    "Invalid",
    workflow,
  ),
  deniedByWebhook: status(400, 'admission webhook "check.example.org" denied the request: no'),
  deniedInDryRun: status(
    422,
    `${forbidden} ValidatingAdmissionPolicy 'real' with binding 'all' denied request: ` +
      "failed expression: !(has(request.dryRun) && request.dryRun)",
    "Invalid",
    workflow,
  ),
  webhookWithoutDryRun: status(
    400,
    'admission webhook "x.example.org" does not support dry run',
    "BadRequest",
  ),
  etcdLeaderChanged: status(500, "etcdserver: leader changed"),
  etcdTimedOut: status(500, "etcdserver: request timed out"),
  expired: status(410, "too old resource version: 1 (1042)", "Expired"),
  forbidden: status(
    403,
    `${forbidden} User "system:serviceaccount:team:runner" cannot get resource "workflows"`,
    "Forbidden",
    workflow,
  ),
  invalid: status(422, 'Workflow.argoproj.io "demo" is invalid: spec: Required value', "Invalid", {
    ...workflow,
    kind: "Workflow",
    causes: [{ reason: "FieldValueRequired", message: "Required value", field: "spec" }],
  }),
  messageTooLarge: status(
    500,
    "rpc error: code = ResourceExhausted desc = trying to send message larger than max (2130811 vs. 2097152)",
  ),
  namespaceMissing: status(404, 'namespaces "team" not found', "NotFound", {
    name: "team",
    kind: "namespaces",
  }),
  namespaceTerminating: status(
    403,
    `${forbidden} unable to create new content in namespace team because it is being terminated`,
    "Forbidden",
    { ...workflow, causes: [{ reason: "NamespaceTerminating", message: "…", field: "metadata.namespace" }] },
  ),
  notFound: status(404, 'workflows.argoproj.io "demo" not found', "NotFound", workflow),
  quotaConflict: status(
    409,
    'Operation cannot be fulfilled on resourcequotas "q": the object has been modified',
    "Conflict",
    { name: "q", kind: "resourcequotas" },
  ),
  quotaEvaluationTimedOut: status(
    500,
    "Internal error occurred: resource quota evaluation timed out",
    "InternalError",
  ),
  quotaExceeded: status(
    403,
    `${forbidden} exceeded quota: q, requested: count/workflows.argoproj.io=1, used: 1, limited: 1`,
    "Forbidden",
    workflow,
  ),
  requestTimedOut: status(
    504,
    "Timeout: request did not complete within requested timeout - context deadline exceeded",
    "Timeout",
  ),
  tooLarge: status(
    413,
    "Request entity too large: limit is 3145728",
    "RequestEntityTooLarge",
  ),
  tooLargeForEtcd: status(500, "etcdserver: request is too large"),
  unauthorized: status(401, "Unauthorized", "Unauthorized"),
  versionOfTheFuture: status(504, "Timeout: Too large resource version: 9, current: 5", "Timeout", {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
    retryAfterSeconds: 1,
  }),
  webhookRefused: status(
    500,
    `${webhook} failed to call webhook: Post "https://check.example.org/": connect: connection refused`,
    "InternalError",
  ),
  kindMissing: { status: 404, text: "404 page not found\n" },
  proxyBadGateway: { status: 502, text: "<html><body>502 Bad Gateway</body></html>" },
  redirect: { status: 302, text: "redirected to https://login.example.org/" },
  tooManyRequests: { status: 429, text: "Too many requests, please try again later.", retryAfter: "4" },
  webPage: { status: 200, text: "<html><body>Please log in</body></html>" },
} satisfies Record<string, ErrorAnswer>;

/** The error that the client makes of an answer. */
export function answered(name: keyof typeof ANSWERS): ApiError {
  return errorFromAnswer('do something with Workflow "demo"', "workflows", ANSWERS[name]);
}

/** An error of this fault. */
export function failure(fault: Fault, retryAfterMs?: number): ApiError {
  return new ApiError(`the fault is ${fault}`, { fault, retryAfterMs });
}

function status(code: number, message: string, reason?: string, details?: JsonObject): ErrorAnswer {
  const more = { ...(reason ? { reason } : {}), ...(details ? { details } : {}) };
  const body = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Failure", message, ...more, code };
  return { status: code, text: JSON.stringify(body) };
}
