/**
 * The objects of the embedded API with one counter of versions for all of them, the history that a watch can be
 * resumed from, and those who want to hear of each change.
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
  /** The state after the change; for DELETED the last one, with the deletion's own version. */
  object: StoredObject;
  /** The state before the change; absent for ADDED. */
  previous?: StoredObject;
  /** The version that the change made. */
  version: number;
}

/** An object that is complete but for the version, which the store gives it. */
export type UnversionedObject = ApiObject & {
  apiVersion: string;
  kind: string;
  metadata: { name: string; uid: string; creationTimestamp: string };
};

/** Not 1, so that a client's version 1 is one that the history does not reach, as on any server that is not brand new. */
const FIRST_VERSION = 1000;

/** Keeps objects, versions and history. Whatever goes in or out is a copy. */
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

  /** Copies of all objects of the resource, in the namespace unless that is empty, in the order of namespace and name. */
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

  /** Removes the object, and returns a copy of its last state with the deletion's version; undefined if there is none. */
  remove(resource: ApiResource, namespace: string, name: string): StoredObject | undefined {
    const key = `${namespace}/${name}`;
    const previous = this.#of(resource).get(key);
    if (!previous) return undefined;
    const object = this.#withVersion(previous);
    this.#of(resource).delete(key);
    this.#record({ type: "DELETED", resource, object, previous });
    return structuredClone(object);
  }

  /** The changes of the resource after the version, or undefined where the history no longer reaches back to it. */
  since(resource: ApiResource, version: number): Change[] | undefined {
    if (version < this.#oldest) return undefined;
    const key = qualifiedName(resource);
    return this.#history.filter((change) =>
      change.version > version && qualifiedName(change.resource) === key
    );
  }

  /** Forgets the history, as etcd's compaction does: watches from any version but the latest get 410 Expired. */
  compact(): void {
    this.#history = [];
    this.#oldest = this.#version;
  }

  /** Calls the listener at each change, at once; the result stops that. */
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
