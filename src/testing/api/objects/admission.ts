/**
 * What may forbid the creation of a well-formed object: a namespace that is being deleted, a full quota.
 *
 * @module
 */
import { objectAt, valueAt } from "../../../text/json.ts";
import type { ObjectStore } from "./object_store.ts";
import { type ApiResource, qualifiedName } from "./api_resource.ts";
import { forbidden, notFound } from "./status_error.ts";

/**
 * Checks that objects may be created in the namespace.
 *
 * @throws {StatusError} 404 if the namespace does not exist, 403 if it is being deleted.
 */
export function checkNamespace(
  store: ObjectStore,
  namespaces: ApiResource,
  target: { resource: ApiResource; namespace: string; name: string },
): void {
  const { resource, namespace, name } = target;
  const found = store.get(namespaces, "", namespace);
  if (!found) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  const cause = { reason: "NamespaceTerminating", message, field: "metadata.namespace" };
  throw forbidden(resource, name, why, [cause]);
}

/**
 * Checks the ResourceQuotas of the namespace: only limits on the number of objects (`count/jobs.batch`) are enforced.
 *
 * @throws {StatusError} 403 if the quota has no room for another object.
 */
export function checkQuota(
  store: ObjectStore,
  quotas: ApiResource,
  target: { resource: ApiResource; namespace: string; name: string },
): void {
  const { resource, namespace, name } = target;
  const key = `count/${qualifiedName(resource)}`;
  const used = store.list(resource, namespace).length;
  for (const quota of store.list(quotas, namespace)) {
    const hard = Number(valueAt(objectAt(quota, "spec", "hard"), key) ?? Infinity);
    if (used < hard) continue;
    const figures = `requested: ${key}=1, used: ${key}=${used}, limited: ${key}=${hard}`;
    throw forbidden(resource, name, `exceeded quota: ${quota.metadata.name}, ${figures}`);
  }
}
