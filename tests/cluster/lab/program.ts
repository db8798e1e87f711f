/**
 * The compiled programs, run as processes.
 *
 * @module
 */
import { binaryPath } from "../../../cmd/build/compile.ts";
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

/** A program of `cmd/`. */
export type Program = "argo-runner" | "helm-runner" | "job-runner";

/** How a program is run. */
export interface RunOptions {
  /** Which; the argo-runner unless a test says otherwise. */
  program?: Program;
  /** Its command line; empty unless a test says otherwise. */
  args?: string[];
  /** A command line that the program's path is the last word of, and that becomes the program. */
  through?: string[];
  /** The user that it runs as, by number; the tests' own unless a test says otherwise. */
  uid?: number;
  /** How long it may take, milliseconds. */
  limitMs?: number;
}

/** How long a run may take unless a test says otherwise, milliseconds: the machine may be busy. */
const LIMIT_MS = 120_000;

/** The path of a compiled program. */
export async function compiledProgram(program: Program = "argo-runner"): Promise<string> {
  const path = binaryPath(program);
  try {
    await Deno.stat(path);
  } catch {
    throw new Error(`${path} is not there: run deno task compile first`);
  }
  return path;
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

  constructor(path: string, env: Record<string, string>, options: RunOptions = {}) {
    const { args = [], through = [], uid } = options;
    const [command = path, ...words] = [...through, path, ...args];
    const started = performance.now();
    this.#child = new Deno.Command(command, {
      args: words,
      ...(uid === undefined ? {} : { uid }),
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

  get pid(): number {
    return this.#child.pid;
  }

  /** Waits for the end; kills the process and fails when `limitMs` has passed. */
  async ended(limitMs = LIMIT_MS): Promise<Ended> {
    let timer;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), limitMs));
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

/** Starts a program. */
export async function start(
  env: Record<string, string>,
  options: RunOptions = {},
): Promise<RunningProgram> {
  return new RunningProgram(await compiledProgram(options.program), env, options);
}

/** Runs a program to its end. */
export async function run(env: Record<string, string>, options: RunOptions = {}): Promise<Ended> {
  await using program = await start(env, options);
  return await program.ended(options.limitMs);
}

/** What the command `explain` prints of the cluster's work of a name. */
export async function explain(
  { namespace }: Space,
  name: string,
  { program, args = [] }: { program?: Program; args?: string[] } = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout } = await new Deno.Command(await compiledProgram(program), {
    args: ["explain", "--name", name, "--namespace", namespace, ...args],
    env: { KUBECONFIG: Deno.env.get("KUBECONFIG") ?? "" },
  }).output();
  return { code, text: new TextDecoder().decode(stdout) };
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
