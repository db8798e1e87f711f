/**
 * Deletes objects: finalizers, dependents of an owner, contents of a namespace, and the answer to the client.
 *
 * @module
 */
import { isJsonObject, type JsonObject, textAt } from "../../../text/json.ts";
import type { StoredObject } from "./api_object.ts";
import type { Change, ObjectStore } from "./object_store.ts";
import { apiTime } from "./object_writes.ts";
import type { Target } from "./target.ts";
import type { ResourceTable } from "./resource_table.ts";
import type { ApiResource } from "./api_resource.ts";
import { deletedStatus, invalidOption, notFound, type StatusBody } from "./status_error.ts";
import { checkPreconditions } from "./write_checks.ts";

/** Deletes as the API server, its namespace controller and its garbage collector do together. */
export class ObjectDeletion {
  readonly #store: ObjectStore;
  readonly #table: ResourceTable;
  readonly #now: () => Date;

  /** @param table finds the Namespace kind. */
  constructor(store: ObjectStore, table: ResourceTable, now: () => Date) {
    this.#store = store;
    this.#table = table;
    this.#now = now;
    store.subscribe((change) => this.#clearAfter(change));
  }

  /**
   * Deletes the object, or marks it as being deleted if it has finalizers.
   *
   * @param options a DeleteOptions object, of which `preconditions` and `propagationPolicy` count.
   * @throws {StatusError} 404 if the object is absent, 409 if a precondition fails.
   */
  delete(target: Target, options: JsonObject = {}, dryRun = false): StoredObject | StatusBody {
    const { resource, namespace, name } = target;
    const object = this.#store.get(resource, namespace, name);
    if (!object) throw notFound(resource, name);
    checkPolicy(options.propagationPolicy);
    if (isJsonObject(options.preconditions)) {
      checkPreconditions(resource, object, options.preconditions);
    }
    const marked = this.#marked(resource, object, options);
    if (isHeld(resource, marked)) return this.#mark(resource, marked, dryRun);
    if (!dryRun) this.#store.remove(resource, namespace, name);
    return resource.answersDeleted ? marked : deletedStatus(resource, name, object.metadata.uid);
  }

  #marked(resource: ApiResource, object: StoredObject, options: JsonObject): StoredObject {
    const { metadata } = object;
    const waits = options.propagationPolicy === "Foreground" &&
      resource.kind !== "Namespace";
    const finalizers = [...(metadata.finalizers ?? []), ...(waits ? ["foregroundDeletion"] : [])];
    const held = finalizers.length > 0 || resource.kind === "Namespace";
    if (!held || metadata.deletionTimestamp !== undefined) return object;
    const ending = {
      deletionTimestamp: apiTime(this.#now()),
      ...(resource.kind !== "Namespace" && { deletionGracePeriodSeconds: 0 }),
      ...(finalizers.length > 0 && { finalizers }),
      ...(metadata.generation !== undefined &&
        { generation: metadata.generation + 1 }),
    };
    const status = resource.kind === "Namespace"
      ? { status: { ...object.status, phase: "Terminating" } }
      : {};
    return { ...object, ...status, metadata: { ...metadata, ...ending } };
  }

  #mark(resource: ApiResource, marked: StoredObject, dryRun: boolean): StoredObject {
    const { namespace = "", name } = marked.metadata;
    const before = this.#store.get(resource, namespace, name);
    const isNew = before?.metadata.deletionTimestamp === undefined;
    if (dryRun || !isNew) return marked;
    const stored = this.#store.write(resource, marked);
    // In a real cluster controllers finish this, after the answer is sent.
    queueMicrotask(() =>
      resource.kind === "Namespace" ? this.#empty(name) : this.#endForeground(resource, stored)
    );
    return stored;
  }

  #endForeground(resource: ApiResource, { metadata }: StoredObject): void {
    if (!metadata.finalizers?.includes("foregroundDeletion")) return;
    const { namespace = "", name, uid } = metadata;
    this.#deleteDependents(uid);
    const object = this.#store.get(resource, namespace, name);
    if (object?.metadata.uid !== uid) return;
    const finalizers = (object.metadata.finalizers ?? []).filter((finalizer) =>
      finalizer !== "foregroundDeletion"
    );
    if (finalizers.length === 0) this.#store.remove(resource, namespace, name);
    else {this.#store.write(resource, {
        ...object,
        metadata: { ...object.metadata, finalizers },
      });}
  }

  #clearAfter({ type, resource, object }: Change): void {
    if (type === "ADDED") return;
    if (type === "DELETED") {
      queueMicrotask(() => this.#deleteDependents(object.metadata.uid));
    }
    const namespace = resource.kind === "Namespace" ? object.metadata.name : object.metadata.namespace;
    if (namespace !== undefined) {
      queueMicrotask(() => this.#removeIfEmpty(namespace));
    }
  }

  #deleteDependents(uid: string): void {
    for (const resource of this.#table.namespaced()) {
      for (const object of this.#store.list(resource, "")) {
        const owners = object.metadata.ownerReferences ?? [];
        if (owners.length === 1 && textAt(owners[0], "uid") === uid) {
          this.#deleteQuietly(resource, object);
        }
      }
    }
  }

  #deleteQuietly(resource: ApiResource, { metadata: { namespace = "", name } }: StoredObject): void {
    if (this.#store.get(resource, namespace, name)) {
      this.delete({ resource, namespace, name });
    }
  }

  #empty(namespace: string): void {
    for (const resource of this.#table.namespaced()) {
      for (const object of this.#store.list(resource, namespace)) {
        this.#deleteQuietly(resource, object);
      }
    }
    this.#removeIfEmpty(namespace);
  }

  #removeIfEmpty(name: string): void {
    const namespaces = this.#table.ofKind("Namespace");
    const { metadata } = this.#store.get(namespaces, "", name) ?? {};
    if (
      metadata?.deletionTimestamp === undefined ||
      (metadata.finalizers ?? []).length > 0
    ) return;
    const left = this.#table.namespaced().some((resource) => this.#store.list(resource, name).length > 0);
    if (!left) this.#store.remove(namespaces, "", name);
  }
}

function isHeld(resource: ApiResource, object: StoredObject): boolean {
  return resource.kind === "Namespace" ||
    (object.metadata.finalizers ?? []).length > 0;
}

function checkPolicy(policy: unknown): void {
  const known = ["Foreground", "Background", "Orphan"];
  if (policy === undefined || known.includes(String(policy))) return;
  const list = [...known, "nil"].map((each) => JSON.stringify(each)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${list}`;
  throw invalidOption("DeleteOptions", {
    reason: "FieldValueNotSupported",
    message,
    field: "propagationPolicy",
  });
}
