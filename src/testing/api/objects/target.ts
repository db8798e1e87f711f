/**
 * The object that a write to the embedded API is about.
 *
 * @module
 */
import type { ApiResource } from "./api_resource.ts";

/** Which object a write is about. */
export interface Target {
  /** Its resource. */
  resource: ApiResource;
  /** Its namespace; empty for objects of the cluster. */
  namespace: string;
  /** Its name; empty where the object itself says it. */
  name: string;
}
