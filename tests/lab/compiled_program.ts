/**
 * The compiled programs, run as processes.
 *
 * @module
 */
import { binaryPath } from "../../cmd/build/compile.ts";
import type { JsonObject } from "../../src/mod.ts";

/** How a process ended. */
export interface Ended {
  /** The exit code; 128 + the signal's number for a process that a signal ended. */
  code: number;
  stdout: string;
  stderr: string;
  /** The report on standard output, if there is any. */
  report: JsonObject | undefined;
  /** The lines of standard error that are no log. */
  text: string[];
  /** When it ended, milliseconds of `performance.now()`. */
  at: number;
  tookMs: number;
}

/** A program of `cmd/`. */
export type Program = "argo-runner" | "helm-runner" | "job-runner";

/** How a process is started. */
export interface ProcessOptions {
  /** Its command line; empty unless a test says otherwise. */
  args?: string[] | undefined;
  /** A command line that the program's path is the last word of, and that becomes the program. */
  through?: string[] | undefined;
  /** The user that it runs as, by number; the tests' own unless a test says otherwise. */
  uid?: number | undefined;
  /** Its working directory; the tests' own unless a test says otherwise. */
  cwd?: string | undefined;
  /** Whether the test types on its standard input. */
  isTyped?: boolean;
}

/** How a compiled program is run. */
export interface RunOptions extends ProcessOptions {
  /** Which; the argo-runner unless a test says otherwise. */
  program?: Program;
  /** How long it may take, milliseconds. */
  limitMs?: number;
}

/** How long a run may take unless a test says otherwise, milliseconds: the machine may be busy. */
const LIMIT_MS = 120_000;

/** A process under way, with this environment and nothing else; leaving its scope kills it. */
export class RunningProgram {
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  readonly #child: Deno.ChildProcess;
  readonly #stderr: TextOf;
  #isOver = false;

  constructor(path: string, env: Record<string, string>, options: ProcessOptions = {}) {
    const { args = [], through = [], uid, cwd, isTyped = false } = options;
    const [command = path, ...words] = [...through, path, ...args];
    const started = performance.now();
    this.#child = new Deno.Command(command, {
      args: words,
      ...uid === undefined ? {} : { uid },
      ...cwd === undefined ? {} : { cwd },
      env,
      clearEnv: true,
      stdin: isTyped ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#stderr = new TextOf(this.#child.stderr);
    this.ended = this.#end(started);
  }

  async #end(started: number): Promise<Ended> {
    const out = new TextOf(this.#child.stdout);
    const [{ code }] = await Promise.all([this.#child.status, out.ended, this.#stderr.ended]);
    this.#isOver = true;
    const at = performance.now();
    const [stdout, stderr] = [out.text, this.#stderr.text];
    return {
      code,
      stdout,
      stderr,
      report: reportIn(stdout),
      text: textLines(stderr),
      at,
      tookMs: at - started,
    };
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** All of standard error so far. */
  said(): string {
    return this.#stderr.text;
  }

  /** Waits for the end; kills the process and fails when `limitMs` has passed. */
  async endsWithin(limitMs = LIMIT_MS): Promise<Ended> {
    let timer;
    const late = new Promise<undefined>((resolve) => timer = setTimeout(() => resolve(undefined), limitMs));
    const end = await Promise.race([this.ended, late]);
    clearTimeout(timer);
    if (end) return end;
    this.kill("SIGKILL");
    const { stdout, stderr } = await this.ended;
    throw new Error(`the program did not end within ${limitMs / 1_000} s\n${stdout}\n${stderr}`);
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Types text on its standard input. */
  async type(text: string): Promise<void> {
    const writer = this.#child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(text));
    writer.releaseLock();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isOver) {
      try {
        this.kill("SIGKILL");
      } catch {
        // It has ended by itself, and its streams are still being read.
      }
    }
    await this.ended;
  }
}

/** What comes out of a stream, as it comes. */
class TextOf {
  text = "";
  readonly ended: Promise<void>;

  constructor(stream: ReadableStream<Uint8Array<ArrayBuffer>>) {
    this.ended = this.#read(stream);
  }

  async #read(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) this.text += text;
  }
}

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

/** Starts a compiled program. */
export async function start(
  env: Record<string, string>,
  options: RunOptions = {},
): Promise<RunningProgram> {
  return new RunningProgram(await compiledProgram(options.program), env, options);
}

/** Runs a compiled program to its end. */
export async function run(env: Record<string, string>, options: RunOptions = {}): Promise<Ended> {
  await using program = await start(env, options);
  return await program.endsWithin(options.limitMs);
}

/** The first line on standard output that is a JSON object. */
function reportIn(stdout: string): JsonObject | undefined {
  const line = stdout.split("\n").find((line) => line.startsWith("{"));
  try {
    return line === undefined ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** A log line is a JSON object; everything else is for people. */
function textLines(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("{"));
}
