/**
 * A compiled runner as a process.
 *
 * @module
 */
import type { JsonObject } from "../../../src/mod.ts";

/** How a run ended. */
export interface Ended {
  /** The exit code; 128 + the signal's number for a process that a signal ended. */
  code: number;
  /** The report on standard output, if there was one. */
  report: JsonObject | undefined;
  /** All of standard error. */
  stderr: string;
  /** When it ended, milliseconds of `performance.now()`. */
  at: number;
}

/** A running program. */
export interface Run {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  /** All of standard error so far. */
  said(): string;
  kill(signal: Deno.Signal): void;
  /** Types text on its standard input, where that is wanted. */
  type(text: string): Promise<void>;
  /** Ends it if it still runs. */
  end(): Promise<void>;
}

/** How a run is started, where it is not as usual. */
export interface RunOptions {
  /** The path of another program of the same contract. */
  program?: string;
  /** The start of a command line that ends with the program, such as `["unshare", "-pf"]`. */
  through?: string[];
  /** Whether the test types on its standard input. */
  typed?: boolean;
}

/** Starts a compiled program with this environment and nothing else. */
export function startRunner(
  env: Record<string, string>,
  options: RunOptions & { program: string },
): Run {
  const { program, through = [], typed = false } = options;
  const [command = program, ...args] = [...through, program];
  const child = new Deno.Command(command, {
    args,
    clearEnv: true,
    env,
    stdin: typed ? "piped" : "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stderr = new TextOf(child.stderr);
  const stdout = new TextOf(child.stdout);
  const ended = Promise.all([child.status, stdout.ended, stderr.ended]).then(([{ code }]) => ({
    code,
    report: reportIn(stdout.text),
    stderr: stderr.text,
    at: performance.now(),
  }));
  return {
    pid: child.pid,
    ended,
    said: () => stderr.text,
    kill: (signal) => child.kill(signal),
    async type(text) {
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(text));
      writer.releaseLock();
    },
    async end() {
      try {
        child.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await ended;
    },
  };
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

function reportIn(stdout: string): JsonObject | undefined {
  const line = stdout.split("\n").find((line) => line.startsWith("{"));
  return line === undefined ? undefined : JSON.parse(line);
}
