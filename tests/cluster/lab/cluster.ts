/**
 * The cluster that KUBECONFIG names, and a namespace of its own for each test.
 *
 * @module
 */
import {
  type ApiException,
  CoreV1Api,
  KubeConfig,
  type KubernetesObject,
  KubernetesObjectApi,
  PatchStrategy,
} from "@kubernetes/client-node";

/** Any object as the API server has it. */
export interface AnyObject extends KubernetesObject {
  // deno-lint-ignore no-explicit-any
  [field: string]: any;
}

/** What a test has for itself; all of it is removed at its end. */
export interface Space {
  /** Its namespace. */
  namespace: string;
  /** A folder for manifests and kubeconfigs. */
  folder: string;
}

/** The service account that a test's Workflows run under. */
export const WORKER = "worker";

/** How long a whole test may take, milliseconds: the longest wait is 200 s. */
const TEST_MS = 300_000;
/** Time between two looks of {@linkcode eventually}, milliseconds. */
const POLL_MS = 250;

const kubeconfig = Deno.env.get("KUBECONFIG");

/** What a test needs beside the cluster: these programs on PATH. */
export interface Needs {
  programs?: string[];
}

/** A test that needs the cluster. Without what it needs it is ignored, and its name says why. */
export function clusterTest(
  name: string,
  work: (space: Space) => Promise<void>,
  { programs = [] }: Needs = {},
): void {
  const missing = [
    ...(kubeconfig ? [] : ["KUBECONFIG is not set"]),
    ...programs.filter((program) => !isOnPath(program)).map((program) => `${program} is not on PATH`),
  ];
  const ignore = missing.length > 0;
  Deno.test({
    name: ignore ? `${name} (ignored: ${missing.join(", ")})` : name,
    ignore,
    fn: () => withNamespace((space) => withinLimit(work(space))),
  });
}

function isOnPath(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", 'command -v "$0"', program] }).outputSync().success;
}

/** Nothing may hold a test up for ever, not even a request that is never answered. */
async function withinLimit(work: Promise<void>): Promise<void> {
  let timer;
  const late = new Promise<never>((_resolve, reject) => {
    const fail = () => reject(new Error(`the test did not end within ${TEST_MS / 1_000} s`));
    timer = setTimeout(fail, TEST_MS);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Gives `work` a new namespace with the account {@linkcode WORKER}, and deletes it, whatever happens. */
export async function withNamespace(work: (space: Space) => Promise<void>): Promise<void> {
  const namespace = `e2e-${randomName()}`;
  const folder = await Deno.makeTempDir({ prefix: `${namespace}-` });
  try {
    await create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    await createAccount({ namespace, folder }, WORKER, [
      { apiGroups: ["argoproj.io"], resources: ["workflowtaskresults"], verbs: ["create", "patch"] },
    ]);
    await work({ namespace, folder });
  } finally {
    await Deno.remove(folder, { recursive: true });
    await remove({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  }
}

/** Creates a service account with a Role of these rules. */
export async function createAccount({ namespace }: Space, name: string, rules: object[]): Promise<void> {
  const rbac = "rbac.authorization.k8s.io";
  const metadata = { name, namespace };
  await create({ apiVersion: "v1", kind: "ServiceAccount", metadata });
  await create({ apiVersion: `${rbac}/v1`, kind: "Role", metadata, rules });
  await create({
    apiVersion: `${rbac}/v1`,
    kind: "RoleBinding",
    metadata,
    roleRef: { apiGroup: rbac, kind: "Role", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  });
}

/** Eight letters and digits that nobody else has. */
export function randomName(): string {
  return crypto.randomUUID().slice(0, 8);
}

let config: KubeConfig | undefined;

/** What KUBECONFIG says. */
export function clusterConfig(): KubeConfig {
  if (!config) {
    config = new KubeConfig();
    config.loadFromDefault();
  }
  return config;
}

/** The client for pods, tokens and evictions. */
export function coreApi(): CoreV1Api {
  return clusterConfig().makeApiClient(CoreV1Api);
}

let objects: KubernetesObjectApi | undefined;

/** The client for objects of any kind; one, since it asks for each kind's name in URLs and remembers the answer. */
function objectApi(): KubernetesObjectApi {
  objects ??= KubernetesObjectApi.makeApiClient(clusterConfig());
  return objects;
}

/** Creates an object, or has the API server only try to. */
export async function create(object: AnyObject, dryRun?: "All"): Promise<AnyObject> {
  return await objectApi().create(object, undefined, dryRun) as AnyObject;
}

/** Reads an object, or `undefined` if there is none. */
export async function find(ref: AnyObject): Promise<AnyObject | undefined> {
  try {
    return await objectApi().read(ref as Parameters<KubernetesObjectApi["read"]>[0]) as AnyObject;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return (error as ApiException<unknown>).code === 404;
}

/** Lists the objects of a kind in a namespace. */
export async function list({ apiVersion, kind }: AnyObject, { namespace }: Space): Promise<AnyObject[]> {
  const { items } = await objectApi().list(apiVersion!, kind!, namespace);
  // The items of a list do not say what they are.
  return items.map((item) => ({ ...item, apiVersion, kind }) as AnyObject);
}

/** Reads an object that must be there. */
export async function read(ref: AnyObject): Promise<AnyObject> {
  const object = await find(ref);
  if (!object) throw new Error(`there is no ${ref.kind} "${ref.metadata?.name}"`);
  return object;
}

/** Changes an object by a merge patch. */
export async function patch(ref: AnyObject, change: object): Promise<AnyObject> {
  const { apiVersion, kind, metadata } = ref;
  const { name, namespace } = metadata ?? {};
  const object = { ...change, apiVersion, kind, metadata: { ...metadataIn(change), name, namespace } };
  const merge = PatchStrategy.MergePatch;
  return await objectApi().patch(
    object as AnyObject,
    undefined,
    undefined,
    undefined,
    undefined,
    merge,
  ) as AnyObject;
}

function metadataIn(change: { metadata?: object }): object {
  return change.metadata ?? {};
}

/** Deletes an object if it is there, without a wait for what belongs to it. */
export async function remove(ref: AnyObject): Promise<void> {
  try {
    await objectApi().delete(ref, undefined, undefined, undefined, undefined, "Background");
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

/** Asks `probe` until it gives a value. Fails with `what` when `limitMs` has passed. */
export async function eventually<T>(
  what: string,
  limitMs: number,
  probe: () => Promise<T | undefined>,
): Promise<T> {
  const until = performance.now() + limitMs;
  while (performance.now() < until) {
    const value = await probe();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`not within ${limitMs / 1_000} s: ${what}`);
}
