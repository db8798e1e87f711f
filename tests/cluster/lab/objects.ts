/**
 * Objects of the cluster that KUBECONFIG names, named by their kind.
 *
 * @module
 */
import type { JsonObject } from "../../../src/mod.ts";
import { adminCluster, type Cluster } from "./admin_client.ts";
import type { Space } from "./cluster.ts";

/** Any object as the API server has it. */
export interface AnyObject {
  // deno-lint-ignore no-explicit-any
  [field: string]: any;
}

/** Shared by all tests of a file and created before the first test: a test would have to close what it opens. */
const admin = Deno.env.get("KUBECONFIG") ? await adminCluster() : undefined;

/** The administrator's client. */
export function adminClient(): Cluster {
  if (!admin) throw new Error("KUBECONFIG is not set");
  return admin;
}

/** The path of a kind's objects in a namespace, or in the cluster. */
export function collectionPath({ apiVersion, kind }: AnyObject, namespace?: string): string {
  const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const plural = `${kind.toLowerCase()}s`.replace(/ys$/, "ies");
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
}

/** The path of an object. */
export function objectPath(ref: AnyObject): string {
  return `${collectionPath(ref, ref.metadata.namespace)}/${ref.metadata.name}`;
}

/** Creates an object, or has the API server only try to. */
export async function create(object: AnyObject, dryRun?: "All"): Promise<AnyObject> {
  const query = dryRun === undefined ? "" : `?dryRun=${dryRun}`;
  return await adminClient().create(collectionPath(object, object.metadata.namespace) + query, object);
}

/** Reads an object, or `undefined` if there is none. */
export async function find(ref: AnyObject): Promise<AnyObject | undefined> {
  return await adminClient().find(objectPath(ref));
}

/** Reads an object that must be there. */
export async function read(ref: AnyObject): Promise<AnyObject> {
  const object = await find(ref);
  if (!object) throw new Error(`there is no ${ref.kind} "${ref.metadata.name}"`);
  return object;
}

/** Lists the objects of a kind in a namespace. */
export async function list(
  { apiVersion, kind }: AnyObject,
  { namespace }: Pick<Space, "namespace">,
): Promise<AnyObject[]> {
  const { items } = await adminClient().find(collectionPath({ apiVersion, kind }, namespace)) as {
    items: JsonObject[];
  };
  // The items of a list have no apiVersion and kind.
  return items.map((item) => ({ ...item, apiVersion, kind }));
}

/** Changes an object by a merge patch. */
export async function patch(ref: AnyObject, change: JsonObject): Promise<AnyObject> {
  return await adminClient().patch(objectPath(ref), change);
}

/** Deletes an object if it exists, without waiting for its dependents. */
export async function remove(ref: AnyObject): Promise<void> {
  const answer = await adminClient().request("DELETE", `${objectPath(ref)}?propagationPolicy=Background`);
  await answer.body?.cancel();
  if (!answer.ok && answer.status !== 404) throw new Error(`DELETE ${objectPath(ref)}: ${answer.status}`);
}

/** Has a pod evicted. */
export async function evict({ name, namespace }: { name: string; namespace: string }): Promise<void> {
  const metadata = { name, namespace };
  const path = `${objectPath({ apiVersion: "v1", kind: "Pod", metadata })}/eviction`;
  await adminClient().create(path, { apiVersion: "policy/v1", kind: "Eviction", metadata });
}

/** The log of a container. */
export async function readLog(
  { name, namespace, container }: { name: string; namespace: string; container: string },
): Promise<string> {
  const path = `${objectPath({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace } })}/log`;
  return await (await adminClient().request("GET", `${path}?container=${container}`)).text();
}
