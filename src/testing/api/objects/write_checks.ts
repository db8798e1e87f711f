/**
 * Checks of a write that need only the old and new object, and the fields that only the server sets.
 *
 * @module
 */
import type { ApiObject, StoredObject } from "./api_object.ts";
import { withDefaults } from "./with_defaults.ts";
import { sameJson } from "./merge_patch.ts";
import type { UnversionedObject } from "./object_store.ts";
import type { Target } from "./target.ts";
import { type ApiResource, qualifiedKind } from "./api_resource.ts";
import { badRequest, conflict, StatusError } from "./status_error.ts";

/** etcd's --max-request-bytes: https://etcd.io/docs/v3.6/dev-guide/limit/ */
const MAX_STORED_BYTES = 1.5 * 1024 * 1024;
const MODIFIED =
  "the object has been modified; please apply your changes to the latest version and try again";

/**
 * Checks that the object has the name and namespace of the path.
 *
 * @throws {StatusError} 400 if it has not.
 */
export function checkNames({ namespace, name }: Target, body: ApiObject): void {
  const own = body.metadata?.name ?? "";
  if (own === "") {
    throw badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    );
  }
  if (own !== name) {
    throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`);
  }
  requestNamespace(namespace, body);
}

/**
 * The namespace of the path; that of the object may be missing, but must not differ.
 *
 * @throws {StatusError} 400 if it differs.
 */
export function requestNamespace(namespace: string, body: ApiObject): string {
  const own = body.metadata?.namespace ?? "";
  if (own === "" || namespace === "" || own === namespace) {
    return namespace || own;
  }
  throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
}

/**
 * Checks that the client knows the latest version, if its object has a version.
 *
 * @throws {StatusError} 409 if its version is older.
 */
export function checkVersion({ resource, name }: Target, previous: StoredObject, next: ApiObject): void {
  const { resourceVersion = "" } = next.metadata ?? {};
  if (
    resourceVersion !== "" &&
    resourceVersion !== previous.metadata.resourceVersion
  ) {
    throw conflict(resource, name, MODIFIED);
  }
}

/** 409: the object has another uid than the client says. */
export function uidMismatch({ resource, namespace, name }: Target, asked: string, is: string): StatusError {
  const key = `/registry/${resource.group && `${resource.group}/`}${resource.plural}/${namespace}/${name}`;
  const why = `Precondition failed: UID in precondition: ${asked}, UID in object meta: ${is}`;
  const text =
    `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  return conflict(resource, name, text);
}

/** The client's object; the part that this request must not write comes from the stored object. */
export function onlyPart(
  resource: ApiResource,
  previous: StoredObject,
  next: ApiObject,
  part: string,
): ApiObject {
  if (part === "all" || !resource.statusSubresource) return next;
  const [main, status] = part === "main" ? [next, previous.status] : [previous, next.status];
  const { status: _, ...rest } = main;
  return { ...rest, ...(status !== undefined && { status }) };
}

/** The object with the fields that only the server sets, and with its generation. */
export function withSystemFields(
  resource: ApiResource,
  previous: StoredObject,
  next: ApiObject,
): UnversionedObject {
  const { uid, name, namespace, creationTimestamp, deletionTimestamp, resourceVersion } = previous.metadata;
  const { deletionTimestamp: _, ...given } = next.metadata ?? {};
  const fixed = {
    ...{ uid, name, creationTimestamp, resourceVersion },
    ...(namespace !== undefined && { namespace }),
    ...(deletionTimestamp !== undefined && { deletionTimestamp }),
  };
  const object = {
    ...next,
    apiVersion: previous.apiVersion,
    kind: previous.kind,
    metadata: { ...given, ...fixed },
  };
  const generation = previous.metadata.generation;
  if (generation === undefined) return object;
  const desired = (from: ApiObject) =>
    resource.generation === "spec" ? from.spec : { ...from, metadata: undefined };
  const changed = !sameJson(desired(object), desired(previous));
  return { ...object, metadata: { ...object.metadata, generation: changed ? generation + 1 : generation } };
}

/** Applies the only default that acts on a change too: a Secret's `stringData` becomes `data`. */
export function kindFolded(resource: ApiResource, object: UnversionedObject): UnversionedObject {
  return resource.kind === "Secret" ? withDefaults(resource, object) : object;
}

/**
 * Checks that the object is small enough for etcd.
 *
 * @throws {StatusError} 500 if it is larger than 1.5 MiB.
 */
export function checkSize(object: UnversionedObject): void {
  const bytes = new TextEncoder().encode(JSON.stringify(object)).length;
  if (bytes > MAX_STORED_BYTES) {
    throw new StatusError(500, "etcdserver: request is too large");
  }
}

/** What a dry run answers: it has no version, since nothing was stored. */
export function unstored(object: UnversionedObject): StoredObject {
  return object as StoredObject;
}

/**
 * Checks the preconditions of a delete.
 *
 * @throws {StatusError} 409 if the object is another or has changed.
 */
export function checkPreconditions(
  resource: ApiResource,
  object: StoredObject,
  preconditions: { uid?: unknown; resourceVersion?: unknown },
): void {
  const { name, uid, resourceVersion } = object.metadata;
  const mismatch = (field: string, asked: unknown, is: string, fate: string) => {
    const why =
      `the ${field} in the precondition (${asked}) does not match the ${field} in record (${is}). ${fate}`;
    const message = `Operation cannot be fulfilled on ${qualifiedKind(resource)} "${name}": ${why}`;
    const details = { name, ...(resource.group && { group: resource.group }), kind: resource.kind };
    return new StatusError(409, message, { reason: "Conflict", details });
  };
  if (preconditions.uid !== undefined && preconditions.uid !== uid) {
    throw mismatch("UID", preconditions.uid, uid, "The object might have been deleted and then recreated");
  }
  if (
    preconditions.resourceVersion !== undefined &&
    preconditions.resourceVersion !== resourceVersion
  ) {
    throw mismatch(
      "ResourceVersion",
      preconditions.resourceVersion,
      resourceVersion,
      "The object might have been modified",
    );
  }
}
