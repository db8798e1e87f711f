/**
 * For tests: a Kubernetes API within the process, a clock that stands still, and a conformance kit for runners.
 *
 * @module
 */
export type { Clock } from "../time/clock.ts";
export type { AccessAttributes, RoleRule } from "./api/wire/role_rule.ts";
export type { RunnerCases, WorkEnd } from "./kit/runner_cases.ts";
export { assertRunner, checkRunner, type RunnerCheck } from "./kit/check_runner.ts";
export { EmbeddedApi, embeddedApi } from "./api/embedded_api.ts";
export type { EmbeddedApiOptions, Interceptor, RecordedRequest } from "./api/embedded_api_options.ts";
export { type FakeClock, fakeClock, type FakeClockOptions } from "./fake_clock.ts";
export type { JsonObject } from "../text/json.ts";
export type { ApiMetadata, ApiObject, StoredMetadata, StoredObject } from "./api/objects/api_object.ts";
export type { Change } from "./api/objects/object_store.ts";
export type { LogOf } from "./api/objects/pod_logs.ts";
export { type ApiResource, builtinResources } from "./api/objects/api_resource.ts";
export { type EmbeddedServer, serveEmbeddedApi, type ServeOptions } from "./api/serve_embedded_api.ts";
export {
  alreadyExists,
  badRequest,
  conflict,
  forbidden,
  type StatusBody,
  type StatusCause,
  type StatusDetails,
  StatusError,
  unauthorized,
} from "./api/objects/status_error.ts";
export type { Timer } from "./api/wire/timer.ts";
