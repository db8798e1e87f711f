/**
 * The compiled program, run as a process.
 *
 * @module
 */
import { type AnyObject, type Space, WORKER } from "./cluster.ts";

/** How a process ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
  /** The lines of standard error that are no log. */
  text: string[];
  tookMs: number;
}

const BINARY = new URL("../../dist/argo-runner", import.meta.url).pathname;
/** How long a run may take unless a test says otherwise, milliseconds: the machine may be busy. */
const LIMIT_MS = 120_000;

/** The path of the compiled program. */
export async function binaryPath(): Promise<string> {
  try {
    await Deno.stat(BINARY);
  } catch {
    throw new Error(`${BINARY} is not there: run deno task compile first`);
  }
  return BINARY;
}

/** Writes a manifest into the test's folder, as JSON, which is YAML too. Returns its path. */
export async function writeManifest({ folder }: Space, manifest: AnyObject): Promise<string> {
  const path = `${folder}/${crypto.randomUUID()}.yaml`;
  await Deno.writeTextFile(path, JSON.stringify(manifest));
  return path;
}

/** The environment of a run: the required variables, and what the test adds to them. */
export async function runnerEnv(
  space: Space,
  manifest: AnyObject | string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  return {
    KUBECONFIG: Deno.env.get("KUBECONFIG") ?? "",
    RUNNER_INPUT_MANIFEST_PATH: typeof manifest === "string"
      ? manifest
      : await writeManifest(space, manifest),
    RUNNER_CONTEXT_NAME: "work",
    RUNNER_CONTEXT_PLATFORM_NAMESPACE: space.namespace,
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: WORKER,
    ...more,
  };
}

/** A process under way; leaving its scope kills it. */
export class RunningProgram {
  readonly #child: Deno.ChildProcess;
  readonly #ended: Promise<Ended>;
  #isOver = false;

  constructor(path: string, env: Record<string, string>) {
    const started = performance.now();
    this.#child = new Deno.Command(path, {
      env,
      clearEnv: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#ended = Promise.all([
      this.#child.status,
      new Response(this.#child.stdout).text(),
      new Response(this.#child.stderr).text(),
    ]).then(([{ code }, stdout, stderr]) => {
      this.#isOver = true;
      const tookMs = performance.now() - started;
      return { code, stdout, stderr, text: textLines(stderr), tookMs };
    });
  }

  /** Waits for the end; kills the process and fails when `limitMs` has passed. */
  async ended(limitMs = LIMIT_MS): Promise<Ended> {
    let timer;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(resolve, limitMs));
    const end = await Promise.race([this.#ended, late]);
    clearTimeout(timer);
    if (end) return end;
    this.kill("SIGKILL");
    const { stdout, stderr } = await this.#ended;
    throw new Error(`the program did not end within ${limitMs / 1_000} s\n${stdout}\n${stderr}`);
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) {
      this.kill("SIGKILL");
      await this.#ended;
    }
  }
}

/** Starts the program. */
export async function start(env: Record<string, string>): Promise<RunningProgram> {
  return new RunningProgram(await binaryPath(), env);
}

/** Runs the program to its end. */
export async function run(env: Record<string, string>, limitMs = LIMIT_MS): Promise<Ended> {
  await using program = await start(env);
  return await program.ended(limitMs);
}

/** The report: the only line on standard output. */
export function reportOf({ stdout, stderr }: Ended): AnyObject {
  const lines = stdout.trimEnd().split("\n");
  if (lines.length !== 1 || !stdout.endsWith("\n")) {
    throw new Error(`expected one line on standard output:\n${stdout}\n${stderr}`);
  }
  return JSON.parse(lines[0]!);
}

/** A log line is a JSON object; everything else is for people. */
function textLines(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
}
