/**
 * For tests: a Kubernetes API within the process, a simulated Argo controller on it, a clock that stands still, and a
 * conformance kit for runners.
 *
 * @module
 */
export type { Clock } from "../time/clock.ts";
export type { AccessAttributes, RoleRule } from "./admission.ts";
export { type ContainerOutcome, containerOutcome } from "./argo_outcome.ts";
export {
  assertRunner,
  checkRunner,
  type RunnerCases,
  type RunnerCheck,
  type WorkEnd,
} from "./check_runner.ts";
export { EmbeddedApi, embeddedApi } from "./embedded_api.ts";
export type { EmbeddedApiOptions, Interceptor, RecordedRequest } from "./embedded_api_options.ts";
export { type FakeClock, fakeClock, type FakeClockOptions } from "./fake_clock.ts";
export type { JsonObject } from "../text/json.ts";
export type { ApiMetadata, ApiObject, OwnerReference, StoredMetadata, StoredObject } from "./api_object.ts";
export type { Change } from "./object_store.ts";
export type { LogOf } from "./pod_logs.ts";
export { type ApiResource, builtinResources } from "./resources.ts";
export { type EmbeddedServer, serveEmbeddedApi, type ServeOptions } from "./serve.ts";
export { type SimulatedArgo, simulatedArgo, type SimulatedArgoOptions } from "./simulated_argo.ts";
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
} from "./status_error.ts";
export type { Timer } from "./timer.ts";
