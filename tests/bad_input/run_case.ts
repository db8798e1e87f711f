/**
 * Runs a case of bad input with the compiled program, and checks what came of it.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { peakMemoryMb } from "../bench/process_stats.ts";
import { type Ended, start } from "../lab/compiled_program.ts";
import type { BadInputCase, Variables } from "./bad_input_row.ts";
import { type BadInputLab, NAME, NAMESPACE } from "./bad_input_lab.ts";

/** What a run showed. */
export interface CaseResult {
  ended: Ended;
  /** The most memory that it had at once, MB. */
  peakMb: number;
  /** Its requests, as `PATCH /api/v1/…`. */
  requests: string[];
  /** POSTs that were to be stored. */
  posts: number;
  /** The spec of the Workflow that it asked a dry run for. */
  spec: Record<string, unknown> | undefined;
}

/** Most memory that a run with bad input may take, MB. */
const MAX_MB = 100;
/** How long a run may take, milliseconds: one that waits for its work was not refused. */
const LIMIT_MS = 30_000;
/** Time between two looks at a run's memory, milliseconds. */
const LOOK_MS = 5;
/** How often a case is run at most, where it takes too much memory. */
const MAX_RUNS = 3;

const GOOD_MANIFEST = { entrypoint: "main", templates: [{ name: "main", suspend: {} }] };

/** The only request that a refused run may make: it tells the engine so. */
const REPORT = `PATCH /api/v1/namespaces/${NAMESPACE}/configmaps/`;

/**
 * Runs a case; again if it took too much memory: pages of the program's own file count as well, and a first run after
 * a while can find more of them just read than it needs.
 */
export async function runCase(lab: BadInputLab, run: BadInputCase): Promise<CaseResult> {
  const env = await environment(lab, run);
  let result = await runOnce(lab, { run, env });
  for (let runs = 1; runs < MAX_RUNS && result.peakMb > MAX_MB; runs++) {
    result = await runOnce(lab, { run, env });
  }
  return result;
}

interface OneRun {
  run: BadInputCase;
  env: Record<string, string>;
}

async function runOnce({ api, posts }: BadInputLab, { run, env }: OneRun): Promise<CaseResult> {
  const [requestsBefore, postsBefore] = [api.requests.length, posts.length];
  await using program = await start(env, run);
  const memory = new Peak(program.pid);
  const ended = await program.endsWithin(LIMIT_MS).finally(() => memory.stop());
  const requests = api.requests.slice(requestsBefore);
  return {
    ended,
    peakMb: memory.mb,
    requests: requests.map(({ method, path }) => `${method} ${path}`),
    posts: requests.filter(({ method, query }) => method === "POST" && !query.dryRun).length,
    spec: posts.slice(postsBefore).at(-1)?.spec,
  };
}

async function environment(lab: BadInputLab, run: BadInputCase): Promise<Record<string, string>> {
  const manifest = `${lab.folder}/manifest.yaml`;
  await Deno.writeFile(manifest, bytesOf(run.manifest ?? GOOD_MANIFEST));
  const variables: Variables = {
    KUBECONFIG: `${lab.folder}/kubeconfig`,
    RUNNER_INPUT_MANIFEST_PATH: manifest,
    RUNNER_CONTEXT_NAME: NAME,
    RUNNER_CONTEXT_PLATFORM_NAMESPACE: NAMESPACE,
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "worker",
    ...(run.arrives ? { RUNNER_CONTEXT_DRY_RUN: "true" } : {}),
    ...run.env,
    ...await run.prepare?.(lab),
  };
  const given = Object.entries(variables).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as Record<string, string>;
}

function bytesOf(manifest: NonNullable<BadInputCase["manifest"]>): Uint8Array {
  if (manifest instanceof Uint8Array) return manifest;
  return new TextEncoder().encode(typeof manifest === "string" ? manifest : JSON.stringify(manifest));
}

/** Looks again and again at how much memory a process has had at once. */
class Peak {
  mb = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(pid: number) {
    this.#timer = setInterval(() => this.mb = Math.max(this.mb, memoryOf(pid)), LOOK_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** MB; 0 for a process that has ended, or is not yet more than a copy of this one. */
function memoryOf(pid: number): number {
  try {
    return Deno.readLinkSync(`/proc/${pid}/exe`) === Deno.execPath() ? 0 : peakMemoryMb(pid);
  } catch {
    return 0;
  }
}

/** Checks a result against its case. */
export function checkCase(run: BadInputCase, result: CaseResult): void {
  try {
    assert(result.peakMb > 0, "its memory was not seen");
    assert(result.peakMb <= MAX_MB, `it took ${result.peakMb} MB`);
    if (run.neverSays) assert(!result.ended.stderr.includes(run.neverSays), "it tells a secret");
    if (run.arrives) checkAccepted(run, result);
    else checkRefused(run, result);
  } catch (error) {
    throw new Error(`${run.input}: ${(error as Error).message}\n${result.ended.stderr}`, { cause: error });
  }
}

function checkRefused(
  { says, program = "argo-runner" }: BadInputCase,
  { ended, requests }: CaseResult,
): void {
  assertEquals(ended.code, 2);
  const lines = ended.stderr.trimEnd().split("\n");
  assertEquals(lines.length, says.length, "lines on standard error");
  for (const [index, line] of lines.entries()) {
    assert(line.startsWith(`${program}: `), line);
    assertStringIncludes(line, says[index]!);
  }
  assertEquals(requests.filter((request) => !request.startsWith(REPORT)), []);
}

function checkAccepted({ arrives = [], warns }: BadInputCase, { ended, posts, spec }: CaseResult): void {
  assertEquals(ended.code, 0);
  assertEquals(ended.text, []);
  assertEquals(posts, 0, "POSTs that are stored");
  for (const [key, value] of arrives) assertEquals(spec?.[key], value, key);
  const warnings = logged(ended).filter(({ level }) => level === "warn").map(({ message }) => message);
  assertEquals(warnings.length, warns === undefined ? 0 : 1, "warnings");
  if (warns !== undefined) assertStringIncludes(warnings[0]!, warns);
}

function logged({ stderr }: Ended): { level: string; message: string }[] {
  return stderr.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}
