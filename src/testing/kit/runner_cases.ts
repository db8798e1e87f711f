/**
 * What the conformance kit needs to know about a runner's work.
 *
 * @module
 */
import type { JsonObject } from "../../text/json.ts";
import type { ExecutionContext } from "../../runner.ts";
import type { ApiObject, StoredObject } from "../api/objects/api_object.ts";
import type { ApiResource } from "../api/objects/api_resource.ts";
import type { EmbeddedApi } from "../api/embedded_api.ts";

/**
 * How work ends: a JSON merge patch of its object, which may contain `status`. For work of more than one object it is a
 * function that writes to the API what the work's controller would; it gets the present object.
 */
export type WorkEnd = ApiObject | ((object: StoredObject, api: EmbeddedApi) => void | Promise<void>);

/** The work with which a runner is checked. */
export interface RunnerCases {
  /** The manifest of the work. */
  manifest: JsonObject;
  /** How the work succeeds. */
  succeed: WorkEnd;
  /** How the work fails. */
  fail: WorkEnd;
  /** Fields of the context that the runner needs, such as `settings`. Default: none. */
  context?: Partial<ExecutionContext>;
  /** Resources that the embedded API does not serve by itself. Default: none. */
  resources?: readonly ApiResource[];
  /** Creates what must exist in the cluster before a run. Default: nothing. */
  prepare?: (api: EmbeddedApi) => void;
}
