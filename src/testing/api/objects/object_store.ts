/**
 * Stores the objects of the embedded API, with one version counter for all of them, the history from which a watch can
 * be resumed, and the listeners to changes.
 *
 * @module
 */
import type { ApiObject, StoredObject } from "./api_object.ts";
import { type ApiResource, qualifiedName } from "./api_resource.ts";

/** One change of one object. */
export interface Change {
  /** What happened. */
  type: "ADDED" | "MODIFIED" | "DELETED";
  /** The object's resource. */
  resource: ApiResource;
  /** The state after the change; for DELETED the last state, with the version of the deletion. */
  object: StoredObject;
  /** The state before the change; absent for ADDED. */
  previous?: StoredObject;
  /** The version that the change made. */
  version: number;
}

/** A complete object except for its version, which the store sets. */
export type UnversionedObject = ApiObject & {
  apiVersion: string;
  kind: string;
  metadata: { name: string; uid: string; creationTimestamp: string };
};

/** Above 1, so that the history does not reach back to version 1, as on any server that has run for a while. */
const FIRST_VERSION = 1000;

/** Keeps objects, versions and history. It takes and returns copies. */
export class ObjectStore {
  readonly #objects = new Map<string, Map<string, StoredObject>>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #historyLimit: number;
  #history: Change[] = [];
  #version = FIRST_VERSION;
  #oldest = FIRST_VERSION;

  /** @param historyLimit how many changes are kept for watches. */
  constructor(historyLimit: number) {
    this.#historyLimit = historyLimit;
  }

  /** The version of the latest change. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version that a watch can be resumed from. */
  get oldest(): number {
    return this.#oldest;
  }

  /** A copy of the object, or undefined. */
  get(resource: ApiResource, namespace: string, name: string): StoredObject | undefined {
    return structuredClone(this.#of(resource).get(`${namespace}/${name}`));
  }

  /** Copies of all objects of the resource, sorted by namespace and name; of one namespace unless that is empty. */
  list(resource: ApiResource, namespace: string): StoredObject[] {
    const entries = [...this.#of(resource)].sort(([a], [b]) => a < b ? -1 : 1);
    const inside = entries.filter(([key]) => namespace === "" || key.startsWith(`${namespace}/`));
    return inside.map(([, object]) => structuredClone(object));
  }

  /** Adds or replaces the object, and returns a copy of it with its new version. */
  write(resource: ApiResource, object: UnversionedObject): StoredObject {
    const key = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
    const previous = this.#of(resource).get(key);
    const stored = this.#withVersion(object);
    this.#of(resource).set(key, stored);
    this.#record({
      type: previous ? "MODIFIED" : "ADDED",
      resource,
      object: stored,
      ...(previous && { previous }),
    });
    return structuredClone(stored);
  }

  /** Removes the object. Returns a copy of its last state with the deletion's version, or undefined if it is absent. */
  remove(resource: ApiResource, namespace: string, name: string): StoredObject | undefined {
    const key = `${namespace}/${name}`;
    const previous = this.#of(resource).get(key);
    if (!previous) return undefined;
    const object = this.#withVersion(previous);
    this.#of(resource).delete(key);
    this.#record({ type: "DELETED", resource, object, previous });
    return structuredClone(object);
  }

  /** The changes of the resource after the version, or undefined if the history no longer has them. */
  since(resource: ApiResource, version: number): Change[] | undefined {
    if (version < this.#oldest) return undefined;
    const key = qualifiedName(resource);
    return this.#history.filter((change) =>
      change.version > version && qualifiedName(change.resource) === key
    );
  }

  /** Forgets the history, as etcd's compaction does: watches from a version before the latest get 410 Expired. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  /** Calls the listener synchronously at each change. Call the result to stop that. */
  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #of(resource: ApiResource): Map<string, StoredObject> {
    const key = qualifiedName(resource);
    const found = this.#objects.get(key) ?? new Map<string, StoredObject>();
    this.#objects.set(key, found);
    return found;
  }

  #withVersion(object: UnversionedObject): StoredObject {
    this.#version++;
    const copy = structuredClone(object);
    return { ...copy, metadata: { ...copy.metadata, resourceVersion: String(this.#version) } };
  }

  #record(change: Omit<Change, "version">): void {
    const full = { ...change, version: this.#version };
    this.#history.push(full);
    if (this.#history.length > this.#historyLimit) {
      this.#oldest = this.#history.shift()?.version ?? this.#oldest;
    }
    for (const listener of [...this.#listeners]) listener(full);
  }
}
