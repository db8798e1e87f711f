/**
 * JSON as the embedded API handles it: small types, and the few operations that several parts need.
 *
 * @module
 */

/** A JSON object whose fields are not known. */
export type JsonObject = { [key: string]: unknown };

/** The metadata of an object, with the fields that the embedded API itself reads or sets. */
export interface ApiMetadata {
  /** Name, unique for its kind and namespace. */
  name?: string;
  /** Prefix from which the server makes a name where `name` is missing. */
  generateName?: string;
  /** Namespace; absent on objects of the cluster. */
  namespace?: string;
  /** Identity, set by the server; a new one for each object, also of the same name. */
  uid?: string;
  /** Opaque version, set by the server at each change. */
  resourceVersion?: string;
  /** Number of the desired state, where the kind has one. */
  generation?: number;
  /** RFC 3339 time in whole seconds, set by the server. */
  creationTimestamp?: string;
  /** RFC 3339 time from which the object only waits for its finalizers. */
  deletionTimestamp?: string;
  /** What must happen before the object goes. */
  finalizers?: string[];
  /** Labels, for selectors. */
  labels?: Record<string, string>;
  /** Annotations. */
  annotations?: Record<string, string>;
  /** The objects that own this one. */
  ownerReferences?: OwnerReference[];
  /** Any other field. */
  [field: string]: unknown;
}

/** A reference to the owner of an object. */
export interface OwnerReference {
  /** Identity of the owner. */
  uid: string;
  /** Any other field. */
  [field: string]: unknown;
}

/** A Kubernetes object as a client sends it. */
export interface ApiObject {
  /** Group and version, as `batch/v1`. */
  apiVersion?: string;
  /** Kind, as `Job`. */
  kind?: string;
  /** Name, labels and the like. */
  metadata?: ApiMetadata;
  /** The desired state, where the kind has one. */
  spec?: JsonObject;
  /** The observed state, where the kind has one. */
  status?: JsonObject;
  /** The payload of a ConfigMap or a Secret. */
  data?: Record<string, string>;
  /** Any other field. */
  [field: string]: unknown;
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

/** Whether the value is a JSON object: neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object found by following the keys, or an empty one where the path leads to something else. */
export function objectAt(value: unknown, ...keys: string[]): JsonObject {
  const found = valueAt(value, ...keys);
  return isJsonObject(found) ? found : {};
}

/** The array found by following the keys, or an empty one where the path leads to something else. */
export function arrayAt(value: unknown, ...keys: string[]): unknown[] {
  const found = valueAt(value, ...keys);
  return Array.isArray(found) ? found : [];
}

/** The string found by following the keys, or an empty one where the path leads to something else. */
export function textAt(value: unknown, ...keys: string[]): string {
  const found = valueAt(value, ...keys);
  return typeof found === "string" ? found : "";
}

/** The value found by following the keys, or undefined. */
export function valueAt(value: unknown, ...keys: string[]): unknown {
  return keys.reduce<unknown>((at, key) => isJsonObject(at) ? at[key] : undefined, value);
}

/** Applies a JSON merge patch ({@link https://www.rfc-editor.org/rfc/rfc7396}) and returns the result; changes neither argument. */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return structuredClone(patch);
  const result: JsonObject = isJsonObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Whether two JSON values are equal, whatever the order of their keys; a field that is undefined counts as absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => sameJson(a[key], b[key]));
}
