/**
 * Create, update and patch: checks a client's object and stores it.
 *
 * @module
 */
import { checkNamespace, checkQuota } from "./admission.ts";
import type { ApiObject, StoredObject } from "./api_object.ts";
import { withDefaults } from "./with_defaults.ts";
import { checkKind } from "./check_kind.ts";
import { mergePatch, sameJson } from "./merge_patch.ts";
import type { ObjectStore, UnversionedObject } from "./object_store.ts";
import type { ResourceTable } from "./resource_table.ts";
import { type ApiResource, apiVersionOf } from "./api_resource.ts";
import { alreadyExists, invalid, invalidField, notFound, requiredField } from "./status_error.ts";
import type { Target } from "./target.ts";
import { validateObject } from "./validate_object.ts";
import {
  checkNames,
  checkSize,
  checkVersion,
  kindFolded,
  onlyPart,
  requestNamespace,
  uidMismatch,
  unstored,
  withSystemFields,
} from "./write_checks.ts";

/** Options of a write. */
export interface WriteOptions {
  /** Check everything and store nothing. Default false. */
  dryRun?: boolean;
  /** Which part is written: `main` leaves `status` alone if the kind has a status subresource. Default `all`. */
  part?: "main" | "status" | "all";
}

/** The sources of time and identities. */
export interface WriteSources {
  /** The present time. */
  now: () => Date;
  /** Makes a uid. */
  newUid: () => string;
  /** Makes the five characters that end a generated name. */
  newSuffix: () => string;
}

/** The time as the API writes it: in whole seconds. */
export function apiTime(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, "Z");
}

/** Writes to the store as the API server does. */
export class ObjectWrites {
  readonly #store: ObjectStore;
  readonly #table: ResourceTable;
  readonly #sources: WriteSources;

  /** @param table finds the Namespace and ResourceQuota kinds. */
  constructor(store: ObjectStore, table: ResourceTable, sources: WriteSources) {
    this.#store = store;
    this.#table = table;
    this.#sources = sources;
  }

  /**
   * Creates the object and returns it as stored.
   *
   * @throws {StatusError} If the API refuses it.
   */
  create(target: Target, body: ApiObject, options: WriteOptions = {}): StoredObject {
    const { resource } = target;
    checkKind(resource, body);
    const namespace = resource.namespaced ? requestNamespace(target.namespace, body) : "";
    const name = body.metadata?.name || this.#generatedName(resource, body);
    this.#admit({ resource, namespace, name });
    const object = withDefaults(resource, this.#newObject({ resource, namespace, name }, body, options));
    validateObject(resource, object);
    checkSize(object);
    if (this.#store.get(resource, namespace, name)) {
      throw alreadyExists(resource, name);
    }
    return options.dryRun ? unstored(object) : this.#store.write(resource, object);
  }

  /**
   * Replaces the object.
   *
   * @throws {StatusError} If the API refuses it.
   */
  update(target: Target, body: ApiObject, options: WriteOptions = {}): StoredObject {
    const { resource, name } = target;
    checkKind(resource, body);
    checkNames(target, body);
    const previous = this.#existing(target);
    const { uid, resourceVersion } = body.metadata ?? {};
    if (resource.custom && !resourceVersion) {
      const why = "must be specified for an update";
      throw invalid({ ...resource, kind: resource.plural }, name, [
        invalidField("metadata.resourceVersion", 0, why),
      ]);
    }
    if (uid && uid !== previous.metadata.uid) {
      throw uidMismatch(target, uid, previous.metadata.uid);
    }
    return this.#replace(target, previous, body, options);
  }

  /**
   * Applies a JSON merge patch.
   *
   * @throws {StatusError} If the API refuses the result.
   */
  patch(target: Target, patch: ApiObject, options: WriteOptions = {}): StoredObject {
    const previous = this.#existing(target);
    const { name } = target;
    const merged = mergePatch(previous, patch) as ApiObject;
    const uid = merged.metadata?.uid;
    if (uid !== undefined && uid !== previous.metadata.uid) {
      // As in the real API, the cause is listed twice.
      const error = invalidField("metadata.uid", uid, "field is immutable");
      throw invalid(target.resource, name, [error, error]);
    }
    checkKind(target.resource, merged);
    checkNames(target, merged);
    return this.#replace(target, previous, merged, options);
  }

  #existing({ resource, namespace, name }: Target): StoredObject {
    const found = this.#store.get(resource, namespace, name);
    if (!found) throw notFound(resource, name);
    return found;
  }

  #generatedName(resource: ApiResource, body: ApiObject): string {
    const prefix = body.metadata?.generateName;
    if (prefix) return prefix.slice(0, 58) + this.#sources.newSuffix();
    throw invalid(resource, "", [requiredField("metadata.name", "name or generateName is required")]);
  }

  #admit(target: Target): void {
    if (!target.resource.namespaced) return;
    checkNamespace(this.#store, this.#table.ofKind("Namespace"), target);
    checkQuota(this.#store, this.#table.ofKind("ResourceQuota"), target);
  }

  #newObject(target: Target, body: ApiObject, { part = "all" }: WriteOptions): UnversionedObject {
    const { resource, namespace, name } = target;
    const { deletionTimestamp: _, resourceVersion: _version, ...given } = body.metadata ?? {};
    const metadata = {
      ...given,
      name,
      ...(resource.namespaced && { namespace }),
      uid: this.#sources.newUid(),
      creationTimestamp: apiTime(this.#sources.now()),
      ...(resource.generation && { generation: 1 }),
    };
    const { status, ...rest } = structuredClone(body);
    const keepsStatus = status !== undefined &&
      (part === "all" || !resource.statusSubresource);
    return {
      ...rest,
      apiVersion: apiVersionOf(resource),
      kind: resource.kind,
      metadata,
      ...(keepsStatus && { status }),
    };
  }

  #replace(target: Target, previous: StoredObject, next: ApiObject, options: WriteOptions): StoredObject {
    const { resource, namespace, name } = target;
    checkVersion(target, previous, next);
    const parted = onlyPart(resource, previous, next, options.part ?? "all");
    const object = kindFolded(resource, withSystemFields(resource, previous, parted));
    validateObject(resource, object, previous);
    checkSize(object);
    if (sameJson(object, previous)) return previous;
    if (options.dryRun) {
      return {
        ...object,
        metadata: { ...object.metadata, resourceVersion: previous.metadata.resourceVersion },
      };
    }
    const written = this.#store.write(resource, object);
    const ends = object.metadata.deletionTimestamp !== undefined &&
      (object.metadata.finalizers ?? []).length === 0;
    if (ends && resource.kind !== "Namespace") {
      this.#store.remove(resource, namespace, name);
    }
    return written;
  }
}
