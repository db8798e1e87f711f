/**
 * Objects as clients send them to the embedded API, and as that keeps them.
 *
 * @module
 */
import type { JsonObject } from "../../../text/json.ts";
import type { ObjectMeta } from "../../../kube/client.ts";

/** The metadata of an object, with the further fields that the embedded API itself reads or sets. */
export interface ApiMetadata extends ObjectMeta {
  /** Prefix from which the server makes a name where `name` is missing. */
  generateName?: string;
  /** Number of the desired state, if the kind counts it. */
  generation?: number;
  /** Names of the controllers that must act before the object is removed. */
  finalizers?: string[];
}

/** A Kubernetes object as a client sends it. */
export interface ApiObject extends JsonObject {
  /** Group and version, as `batch/v1`. */
  apiVersion?: string;
  /** Kind, as `Job`. */
  kind?: string;
  /** Name, labels and the like. */
  metadata?: ApiMetadata;
  /** The desired state, if the kind has it. */
  spec?: JsonObject;
  /** The observed state, if the kind has it. */
  status?: JsonObject;
  /** The payload of a ConfigMap or a Secret. */
  data?: Record<string, string>;
}

/** A Kubernetes object as the server keeps it: what the server sets is there. */
export interface StoredObject extends ApiObject {
  /** Group and version, as `batch/v1`. */
  apiVersion: string;
  /** Kind, as `Job`. */
  kind: string;
  /** Name, labels and the like, with what the server sets. */
  metadata: StoredMetadata;
}

/** The metadata of an object that is stored. */
export interface StoredMetadata extends ApiMetadata {
  /** Name, unique for its kind and namespace. */
  name: string;
  /** Identity. */
  uid: string;
  /** Opaque version of the latest change. */
  resourceVersion: string;
  /** RFC 3339 time in whole seconds. */
  creationTimestamp: string;
}
