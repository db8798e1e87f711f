/**
 * The Kubernetes client, the faults of its requests, the RBAC rules for them, and what reads the JSON of objects.
 *
 * @module
 */
export { ApiError, type ApiErrorOptions, type Fault, isFault } from "./api_error.ts";
export {
  type AskOptions,
  clockOf,
  createdAt,
  type DeleteOptions,
  type KubeClient,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type LogOptions,
  type ObjectMeta,
  type ObjectRef,
  type OwnerRef,
  type ReadOptions,
  type RequestOptions,
  type ResourceType,
  type StreamLogOptions,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./client.ts";
export { type ApiServer, type Source } from "./credentials.ts";
export { fetchClient, type FetchClientOptions } from "./fetch_client.ts";
export { newestFirst } from "./newest_first.ts";
export {
  ownObjectRbac,
  type OwnObjectRbacOptions,
  podsRbac,
  type RbacRule,
  stopRbac,
  type StopRbacOptions,
} from "./rbac_rule.ts";
export { unpackJson } from "../io/unpack_json.ts";
export {
  canonicalJson,
  isJsonObject,
  isNoText,
  type JsonObject,
  type JsonValue,
  objectAt,
  objectsAt,
  saysNothing,
  sha256,
  textAt,
  valueAt,
} from "../text/json.ts";
export { nameProblem } from "../text/names.ts";
export { type Clock, systemClock } from "../time/clock.ts";
