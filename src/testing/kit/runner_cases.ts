/**
 * What the conformance kit is told of a runner's work.
 *
 * @module
 */
import type { JsonObject } from "../../text/json.ts";
import type { ExecutionContext } from "../../runner.ts";
import type { ApiObject, StoredObject } from "../api/objects/api_object.ts";
import type { ApiResource } from "../api/objects/api_resource.ts";
import type { EmbeddedApi } from "../api/embedded_api.ts";

/**
 * How work ends: a JSON merge patch of its object, `status` included; or what its controller does, for work that is
 * more than one object. It gets the object as it is, and the API to write to.
 */
export type WorkEnd = ApiObject | ((object: StoredObject, api: EmbeddedApi) => void | Promise<void>);

/** What a runner is tried with. */
export interface RunnerCases {
  /** A manifest of work. */
  manifest: JsonObject;
  /** How the work ends well. */
  succeed: WorkEnd;
  /** How the work fails. */
  fail: WorkEnd;
  /** Fields of the context that the runner needs, such as `settings`; none by default. */
  context?: Partial<ExecutionContext>;
  /** Kinds that the API does not know by itself; none by default. */
  resources?: readonly ApiResource[];
  /** Puts into the cluster what must be there before a run; nothing by default. */
  prepare?: (api: EmbeddedApi) => void;
}
