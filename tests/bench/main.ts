/**
 * `deno task bench`: measures what a run costs, and compares it with a compiled program that does nothing. Only the
 * ratios count: absolute times depend on the machine.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { binaryPath, compileProgram } from "../../cmd/build/compile.ts";
import { runTask } from "../../cmd/build/task.ts";
import { withTemporaryFolder } from "../../cmd/build/temporary_folder.ts";
import {
  type EmbeddedApi,
  embeddedApi,
  type EmbeddedServer,
  serveEmbeddedApi,
} from "../../src/testing/mod.ts";
import { SERVICE_ACCOUNT_FOLDER } from "../../src/kube/credentials.ts";
import { certificate } from "../lab/certificate.ts";
import { cpuMs, median, peakMemoryMb } from "./process_stats.ts";

const BINARY = binaryPath("argo-runner");
const IDLE = "tests/bench/idle.ts";
const NAMESPACE = "bench";
const NAME = "work";
const ROUNDS = 15;
/** How long a program that does nothing takes to start, milliseconds. */
const IDLE_AFTER_MS = 400;

/** What one round measured. */
interface Round {
  idleCpuMs: number;
  idleMemoryMb: number;
  firstRequestCpuMs: number;
  memoryMb: number;
  requests: number;
  verdictMs: number;
}

const isPod = await makeServiceAccount();
await runTask(() => withTemporaryFolder("action-runner-bench-", bench));

async function bench(folder: string): Promise<number> {
  try {
    const idle = `${folder}/idle`;
    await compileProgram({ entry: IDLE, output: idle });
    await Deno.writeTextFile(
      `${folder}/manifest.yaml`,
      "{entrypoint: main, templates: [{name: main, suspend: {}}]}",
    );
    const rounds: Round[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      rounds.push({ ...await measureIdle(idle), ...await measureRun(folder, {}) });
    }
    const large = await measureRun(folder, { nodes: 4_000 });
    await print(rounds, large, idle);
    return 0;
  } finally {
    if (isPod) await Deno.remove("/var/run/secrets", { recursive: true });
  }
}

/** Gives this machine the service account of a pod, as most runs have it. Needs root, and an absent folder. */
async function makeServiceAccount(): Promise<boolean> {
  try {
    await Deno.mkdir("/var/run/secrets");
  } catch {
    return false;
  }
  await Deno.mkdir(SERVICE_ACCOUNT_FOLDER, { recursive: true });
  await Deno.writeTextFile(`${SERVICE_ACCOUNT_FOLDER}/ca.crt`, certificate("first").ca);
  await Deno.writeTextFile(`${SERVICE_ACCOUNT_FOLDER}/token`, "bench");
  return true;
}

async function measureIdle(idle: string): Promise<Pick<Round, "idleCpuMs" | "idleMemoryMb">> {
  const child = new Deno.Command(idle, { clearEnv: true, stdout: "null", stderr: "null" }).spawn();
  await sleep(IDLE_AFTER_MS);
  const measured = { idleCpuMs: cpuMs(child.pid), idleMemoryMb: peakMemoryMb(child.pid) };
  child.kill("SIGKILL");
  await child.status;
  return measured;
}

/** Measures a run against an embedded API. Its Workflow gets `nodes` nodes, and ends as soon as the run watches it. */
async function measureRun(
  folder: string,
  { nodes = 0 }: { nodes?: number },
): Promise<Omit<Round, "idleCpuMs" | "idleMemoryMb">> {
  const api = embeddedApi({ namespaces: [NAMESPACE] });
  api.create("ConfigMap", { metadata: { name: NAME, namespace: NAMESPACE } });
  const { cert, key } = certificate("first");
  const server = serveEmbeddedApi(api, { tls: { cert, key } });
  const env = { ...environment(folder), ...await credentials(folder, server) };
  const measured = { firstRequestCpuMs: 0, memoryMb: 0 };
  let pid = 0;
  api.use((request, next) => {
    measured.firstRequestCpuMs ||= cpuMs(pid);
    measured.memoryMb = peakMemoryMb(pid);
    return next(request);
  });
  const child = new Deno.Command(BINARY, {
    clearEnv: true,
    env,
    stdout: "null",
    stderr: "null",
  })
    .spawn();
  pid = child.pid;
  try {
    await watched(api);
    const finishedAt = finish(api, nodes);
    await child.status;
    return { ...measured, requests: api.requests.length, verdictMs: performance.now() - finishedAt };
  } finally {
    await server.close();
  }
}

async function watched(api: EmbeddedApi): Promise<void> {
  while (!api.requests.some(({ query }) => query.watch === "true")) await sleep(5);
  await sleep(50);
}

function finish(api: EmbeddedApi, nodes: number): number {
  if (nodes > 0) {
    api.patch("Workflow", NAMESPACE, NAME, { status: { phase: "Running", nodes: manyNodes(nodes) } });
  }
  const labels = { "workflows.argoproj.io/phase": "Succeeded", "workflows.argoproj.io/completed": "true" };
  const finishedAt = performance.now();
  api.patch("Workflow", NAMESPACE, NAME, { metadata: { labels }, status: { phase: "Succeeded" } });
  return finishedAt;
}

function manyNodes(count: number) {
  const node = (id: string) => ({ id, name: `work.${id}`, displayName: id, type: "Pod", phase: "Succeeded" });
  return Object.fromEntries(
    Array.from({ length: count }, (_value, index) => [`n${index}`, node(`n${index}`)]),
  );
}

function environment(folder: string): Record<string, string> {
  return {
    HOME: folder,
    RUNNER_INPUT_MANIFEST_PATH: `${folder}/manifest.yaml`,
    RUNNER_CONTEXT_NAME: NAME,
    RUNNER_CONTEXT_PLATFORM_NAMESPACE: NAMESPACE,
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "default",
  };
}

async function credentials(folder: string, { url }: EmbeddedServer): Promise<Record<string, string>> {
  if (isPod) return { KUBERNETES_SERVICE_HOST: "127.0.0.1", KUBERNETES_SERVICE_PORT: new URL(url).port };
  const cluster = { server: url, "certificate-authority-data": btoa(certificate("first").ca) };
  const config = {
    "current-context": "bench",
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    clusters: [{ name: "bench", cluster }],
    users: [{ name: "bench", user: { token: "bench" } }],
  };
  await Deno.writeTextFile(`${folder}/kubeconfig`, JSON.stringify(config));
  return { KUBECONFIG: `${folder}/kubeconfig` };
}

async function print(
  rounds: Round[],
  large: Omit<Round, "idleCpuMs" | "idleMemoryMb">,
  idle: string,
): Promise<void> {
  const of = (key: keyof Round) => median(rounds.map((round) => round[key]));
  const size = async (path: string) => (await Deno.stat(path)).size / 1e6;
  const row = (what: string, ours: number, floor: number, unit: string) =>
    console.log(
      `${what.padEnd(44)} ${ours.toFixed(1).padStart(8)} ${floor.toFixed(1).padStart(8)} ${unit.padEnd(3)} ${
        (ours / floor).toFixed(2).padStart(6)
      } x`,
    );
  console.log(`${"medians of".padEnd(44)} ${"runner".padStart(8)} ${"idle".padStart(8)}`);
  console.log(isPod ? "with the credentials of a pod" : "with a kubeconfig");
  row("CPU to the first request", of("firstRequestCpuMs"), of("idleCpuMs"), "ms");
  row("peak memory, small workflow", of("memoryMb"), of("idleMemoryMb"), "MB");
  row("peak memory, 4000 nodes", large.memoryMb, of("idleMemoryMb"), "MB");
  row("file size", await size(BINARY), await size(idle), "MB");
  console.log(`requests of an undisturbed run: ${of("requests")}`);
  console.log(`from the end of the work to that of the process: ${of("verdictMs").toFixed(0)} ms`);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
