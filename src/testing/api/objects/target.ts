/**
 * The object that a request reads or writes.
 *
 * @module
 */
import type { ApiResource } from "./api_resource.ts";

/** Which object is read or written. */
export interface Target {
  /** Its resource. */
  resource: ApiResource;
  /** Its namespace; empty for cluster-scoped objects. */
  namespace: string;
  /** Its name; empty if only the object in the request has it. */
  name: string;
}
