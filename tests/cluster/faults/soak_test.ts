import { assert, assertEquals } from "@std/assert";
import { certificate } from "../../lab/certificate.ts";
import { RunningProgram } from "../../lab/compiled_program.ts";
import { type Rig, withRig } from "./lab/rig.ts";
import { sleep, until } from "./lab/waiting.ts";
import type { Exchange } from "./proxy/proxy.ts";
import { portsTo } from "./servers/packets.ts";
import { memoryOf } from "./servers/processes.ts";
import { NAME } from "./works/work.ts";

/** How long the faults go on, milliseconds. */
const SOAK_MS = Number(Deno.env.get("SOAK_MINUTES") ?? 3) * 60_000;
const RUNNERS = Number(Deno.env.get("SOAK_RUNNERS") ?? 20);
/** When the memory is first measured, milliseconds: a process is at rest by then. */
const AT_REST_MS = SOAK_MS >= 10 * 60_000 ? 120_000 : 60_000;
/** How much more memory a runner may have at the end. */
const MEMORY_LIMIT = 1.3;
const MOST_CONNECTIONS = 4;
/** How long a watch lives, milliseconds. */
const WATCH_MS = 1_000;
/** Fewest watches of a runner in a minute: it pauses for 15 s at most after each that was so short. */
const LEAST_WATCHES = 3;
/** How often the API server is gone, and for how long, milliseconds. */
const OUTAGE_EVERY_MS = 45_000;
const OUTAGE_MS = 5_000;
const ROTATION_MS = 20_000;

/** A run in the soak, and how its work is to end. */
interface SoakRun {
  name: string;
  run: RunningProgram;
  phase: "Succeeded" | "Failed";
}

const hasCluster = Deno.env.get("KUBECONFIG") !== undefined;
/** Skipped if FAULTS_ROWS chooses rows, unless SOAK_MINUTES asks for it. */
const isWanted = Deno.env.get("FAULTS_ROWS") === undefined || Deno.env.get("SOAK_MINUTES") !== undefined;

Deno.test({
  name: `soak: ${RUNNERS} runners for ${SOAK_MS / 60_000} min of one-second watches, outages and new tokens` +
    (hasCluster ? "" : " (needs KUBECONFIG)"),
  ignore: !hasCluster || !isWanted,
  // Rows of the table run at the same time.
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () => withRig(soak),
});

async function soak(rig: Rig): Promise<void> {
  rig.proxy.rule = (exchange) => exchange.isWatch ? passFor(exchange, WATCH_MS) : undefined;
  const runs = await startAll(rig);
  const started = performance.now();
  const stop = new AbortController();
  const faults = Promise.all([outages(rig, stop.signal), rotations(rig, stop.signal)]);
  await sleep(AT_REST_MS);
  const atRest = await memoryOfAll(runs);
  await sleep(Math.max(0, started + SOAK_MS - performance.now()));
  stop.abort();
  await faults;
  await checkResources(rig, runs, atRest);
  for (const { name, phase } of runs) await finish(rig, name, phase);
  for (const soakRun of runs) await checkEnd(rig, soakRun);
  const watches = rig.proxy.seen.filter(({ path }) => path.includes("watch=true")).length;
  assert(
    watches > runs.length * LEAST_WATCHES * SOAK_MS / 60_000,
    `only ${watches} watches: they were not cut`,
  );
}

async function startAll(rig: Rig): Promise<SoakRun[]> {
  const runs: SoakRun[] = [];
  for (let index = 0; index < RUNNERS; index++) {
    const name = `${NAME}-${index}`;
    await rig.cluster.create(`/api/v1/namespaces/${rig.namespace}/configmaps`, { metadata: { name } });
    const run = rig.start({ RUNNER_CONTEXT_NAME: name });
    runs.push({ name, run, phase: index % 4 === 0 ? "Failed" : "Succeeded" });
  }
  for (const { name } of runs) await until(`the Workflow ${name}`, () => rig.cluster.find(pathOf(rig, name)));
  return runs;
}

/** Lets a watch live for a while, and ends it cleanly on both sides. */
async function passFor(exchange: Exchange, ms: number): Promise<void> {
  const { ok, status, body } = await exchange.forward();
  if (!ok || !body) return await exchange.answer(status, await new Response(body).text());
  const reader = body.getReader();
  const timer = setTimeout(() => reader.cancel(), ms);
  try {
    await exchange.stream(piecesOf(reader));
  } finally {
    clearTimeout(timer);
    await reader.cancel();
  }
}

async function* piecesOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
}

async function outages({ proxy }: Rig, signal: AbortSignal): Promise<void> {
  while (await pause(OUTAGE_EVERY_MS, signal)) {
    proxy.refuse();
    await sleep(OUTAGE_MS);
    proxy.open(certificate("first"));
  }
}

async function rotations({ cluster, folder, namespace }: Rig, signal: AbortSignal): Promise<void> {
  while (await pause(ROTATION_MS, signal)) {
    await Deno.writeTextFile(`${folder}/token`, await cluster.tokenOf(namespace, NAME));
  }
}

/** Waits for a while; `false` if the faults are over. */
async function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  for (const end = performance.now() + ms; performance.now() < end && !signal.aborted;) await sleep(200);
  return !signal.aborted;
}

async function memoryOfAll(runs: SoakRun[]): Promise<number[]> {
  return await Promise.all(runs.map(async ({ run }) => (await memoryOf(run.pid)).now));
}

/** Neither memory nor connections may grow with time. */
async function checkResources({ proxy }: Rig, runs: SoakRun[], atRest: number[]): Promise<void> {
  const memory = await memoryOfAll(runs);
  const ratios = memory.map((now, index) => now / atRest[index]!);
  const port = Number(new URL(proxy.url).port);
  const connections = await Promise.all(runs.map(async ({ run }) => (await portsTo(port, run.pid)).length));
  const most = (values: number[]) => Math.max(...values);
  // deno-lint-ignore no-console
  console.log(
    `soak: memory ${mebibytes(most(atRest))} MiB at rest, ${mebibytes(most(memory))} MiB at the end, ` +
      `at most ${most(ratios).toFixed(2)} times; at most ${most(connections)} connections`,
  );
  assert(most(ratios) <= MEMORY_LIMIT, `memory grew ${most(ratios).toFixed(2)} times`);
  assert(most(connections) <= MOST_CONNECTIONS, `a runner has ${most(connections)} connections`);
}

async function finish(rig: Rig, name: string, phase: string): Promise<void> {
  await rig.cluster.patch(pathOf(rig, name), {
    metadata: { labels: { "workflows.argoproj.io/phase": phase, "workflows.argoproj.io/completed": "true" } },
    status: { phase },
  });
}

async function checkEnd(rig: Rig, { name, run, phase }: SoakRun): Promise<void> {
  const late = sleep(120_000).then(() => {
    throw new Error(`the run ${name} does not end`);
  });
  const ended = await Promise.race([run.ended, late]);
  assertEquals(ended.code, phase === "Succeeded" ? 0 : 10, ended.stderr);
  const workflow = await rig.cluster.find(pathOf(rig, name)) as { metadata: { uid: string } };
  const object = ended.report?.object as { uid: string; adopted: boolean };
  assertEquals([object.uid, object.adopted], [workflow.metadata.uid, false], ended.stderr);
}

function pathOf({ namespace }: Rig, name: string): string {
  return `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/${name}`;
}

function mebibytes(kibibytes: number): number {
  return Math.round(kibibytes / 1_024);
}
