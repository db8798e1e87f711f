/**
 * The cluster that KUBECONFIG names, and a namespace of its own for each test.
 *
 * @module
 */
import { create, remove } from "./objects.ts";

/** A test's own resources, which are removed at its end. */
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
/** Time between two calls of `probe` in {@linkcode eventually}, milliseconds. */
const POLL_MS = 250;

const kubeconfig = Deno.env.get("KUBECONFIG");

/** What a test needs beside the cluster: these programs on PATH. */
export interface Needs {
  programs?: string[];
}

/** A test that needs the cluster. If something that it needs is missing, it is ignored, and its name says why. */
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

/** Ends a test that hangs, even in a request that is never answered. */
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

/** Eight random letters and digits. */
export function randomName(): string {
  return crypto.randomUUID().slice(0, 8);
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
