/**
 * What a fault test works with: a namespace of its own, a fault proxy, and a compiled runner behind it.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { binaryPath } from "../../../../cmd/build/compile.ts";
import { certificate } from "../../../lab/certificate.ts";
import { adminCluster, type Cluster } from "../../lab/admin_client.ts";
import { type ProcessOptions, RunningProgram } from "../../../lab/compiled_program.ts";
import { FaultProxy, faultProxy, type Seen } from "../proxy/proxy.ts";
import { NAME, type Phase, type Work } from "../works/work.ts";
import { WORKFLOW } from "../works/workflow.ts";
import { rulesOf } from "./rbac_rules.ts";
import { until } from "./waiting.ts";

/** Options of {@linkcode withRig}. */
export interface RigOptions {
  /** What is run; a Workflow by default. */
  work?: Work;
  /** Rules of the runner's Role; by default all that it needs. */
  rules?: (work: Work) => JsonObject[];
  /** The API server of the test's own; by default that of KUBECONFIG. */
  server?: string;
}

/** A test's surroundings. */
export interface Rig {
  readonly cluster: Cluster;
  readonly proxy: FaultProxy;
  readonly namespace: string;
  /** A folder that is removed at the end; it holds `kubeconfig`, `token`, `ca.crt` and `manifest.yaml`. */
  readonly folder: string;
  readonly work: Work;
  /** The path of the work's kind in the API. */
  readonly collectionPath: string;
  /** The path of the work's object. */
  readonly objectPath: string;
  /** Starts the runner, or another program of its contract; more than once to see it adopt. */
  start(env?: Record<string, string>, options?: ProcessOptions & { path?: string }): RunningProgram;
  /** Writes the kubeconfig for another server, such as one that is not there. */
  pointTo(server: string): Promise<void>;
  /** Writes a manifest in the place of the work's own. */
  writeManifest(manifest: JsonObject): Promise<void>;
  /** Waits until the object is there and the runner watches it. */
  watching(): Promise<JsonObject>;
  /** Ends the work in its controller's place. */
  finish(phase?: Phase, message?: string): Promise<void>;
  /** The object as the API server has it, past the proxy; `undefined` if there is none. */
  object(): Promise<JsonObject | undefined>;
  /** Creates an object past the proxy. */
  createObject(object: JsonObject): Promise<JsonObject>;
  /** Changes the object past the proxy, but for its status where that has a path of its own. */
  patchObject(patch: JsonObject): Promise<JsonObject>;
  /** Has the object deleted, past the proxy. */
  deleteObject(): Promise<void>;
  /** The report in the status object. */
  status(): Promise<JsonObject | undefined>;
  /** Waits for a request that the runner makes from now on. */
  request(isIt: (seen: Seen) => boolean): Promise<Seen>;
  /** Has something undone at the end, the last first. */
  defer(undo: () => Promise<unknown>): void;
}

/** Runs a scenario in surroundings of its own, and removes them. */
export async function withRig<T>(scenario: (rig: Rig) => Promise<T>, options: RigOptions = {}): Promise<T> {
  const { work = WORKFLOW, rules = rulesOf, server } = options;
  const cluster = await adminCluster(server);
  const namespace = `faults-${crypto.randomUUID().slice(0, 8)}`;
  const folder = await Deno.makeTempDir({ prefix: "action-runner-faults-" });
  const proxy = faultProxy(cluster.upstream, certificate("first"));
  const runs: RunningProgram[] = [];
  const undos = new AsyncDisposableStack();
  try {
    await prepare(cluster, namespace, rules(work));
    await Deno.writeTextFile(`${folder}/token`, await cluster.tokenOf(namespace, NAME));
    await Deno.writeTextFile(`${folder}/ca.crt`, certificate("first").ca);
    proxy.mutate = work.mutate;
    const rig = makeRig({ work, cluster, namespace, folder, proxy, runs, undos });
    await rig.writeManifest(work.manifest);
    await rig.pointTo(proxy.url);
    return await scenario(rig);
  } finally {
    for (const run of runs) await run[Symbol.asyncDispose]();
    proxy.refuse();
    await undos.disposeAsync().catch(() => {});
    await cluster.request("DELETE", `/api/v1/namespaces/${namespace}`).then(
      ({ body }) => body?.cancel(),
      () => {},
    );
    await Deno.remove(folder, { recursive: true });
    cluster.close();
  }
}

async function prepare(cluster: Cluster, namespace: string, rules: JsonObject[]): Promise<void> {
  const metadata = { name: NAME, namespace };
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: NAME };
  await cluster.create("/api/v1/namespaces", { metadata: { name: namespace } });
  await cluster.create(`/api/v1/namespaces/${namespace}/serviceaccounts`, { metadata });
  await cluster.create(`/api/v1/namespaces/${namespace}/configmaps`, { metadata });
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  await cluster.create(`${rbac}/roles`, { metadata, rules });
  await cluster.create(`${rbac}/rolebindings`, {
    metadata,
    roleRef,
    subjects: [{ kind: "ServiceAccount", name: NAME, namespace }],
  });
}

interface Parts {
  work: Work;
  cluster: Cluster;
  namespace: string;
  folder: string;
  proxy: FaultProxy;
  runs: RunningProgram[];
  undos: AsyncDisposableStack;
}

function makeRig(parts: Parts): Rig {
  const { work, cluster, namespace, folder, proxy, runs, undos } = parts;
  const collectionPath = `/apis/${work.apiVersion}/namespaces/${namespace}/${work.plural}`;
  const objectPath = `${collectionPath}/${work.objectName}`;
  const rig: Rig = {
    ...parts,
    collectionPath,
    objectPath,
    start(env = {}, options = {}) {
      const run = new RunningProgram(options.path ?? binaryPath(work.program), {
        KUBECONFIG: `${folder}/kubeconfig`,
        RUNNER_INPUT_MANIFEST_PATH: `${folder}/manifest.yaml`,
        RUNNER_CONTEXT_NAME: NAME,
        RUNNER_CONTEXT_PLATFORM_NAMESPACE: namespace,
        RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: NAME,
        RUNNER_LOGGER_DEV_MODE: "true",
        ...work.env,
        ...env,
      }, options);
      runs.push(run);
      return run;
    },
    pointTo: (server) => Deno.writeTextFile(`${folder}/kubeconfig`, kubeconfig(server)),
    writeManifest: (manifest) => Deno.writeTextFile(`${folder}/manifest.yaml`, JSON.stringify(manifest)),
    async watching() {
      await until("the runner watches", () => proxy.seen.some(({ path }) => path.includes("watch=true")));
      return await until("the object is there", () => rig.object());
    },
    async finish(phase = "Succeeded", message) {
      await cluster.patch(work.hasStatusPath ? `${objectPath}/status` : objectPath, work.end(phase, message));
    },
    object: () => cluster.find(objectPath),
    createObject: (object) => cluster.create(collectionPath, object),
    patchObject: (patch) => cluster.patch(objectPath, patch),
    async deleteObject() {
      // The default for Jobs keeps them until their pods are orphaned.
      const answer = await cluster.request("DELETE", `${objectPath}?propagationPolicy=Background`);
      await answer.body?.cancel();
    },
    async status() {
      const path = `/api/v1/namespaces/${namespace}/configmaps/${NAME}`;
      const text = (await cluster.find(path) as { data?: { status?: string } } | undefined)?.data?.status;
      return text === undefined ? undefined : JSON.parse(text);
    },
    async request(isIt) {
      const from = proxy.seen.length;
      return await until("the request", () => proxy.seen.slice(from).find(isIt));
    },
    defer: (undo) => undos.defer(async () => void await undo()),
  };
  return rig;
}

/** Relative paths, so that tests can change the files beside it. */
function kubeconfig(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "faults",
    contexts: [{ name: "faults", context: { cluster: "faults", user: "faults" } }],
    clusters: [{ name: "faults", cluster: { server, "certificate-authority": "ca.crt" } }],
    users: [{ name: "faults", user: { tokenFile: "token" } }],
  });
}
