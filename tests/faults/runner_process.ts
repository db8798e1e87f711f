/**
 * The compiled argo-runner as a process.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";

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

/** A running argo-runner. */
export interface Run {
  readonly pid: number;
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  kill(signal: Deno.Signal): void;
  /** Ends it if it still runs. */
  end(): Promise<void>;
}

const BINARY = new URL("../../dist/argo-runner", import.meta.url).pathname;

/** Starts the compiled argo-runner with this environment and nothing else. */
export function startRunner(env: Record<string, string>): Run {
  const child = new Deno.Command(BINARY, { clearEnv: true, env, stdout: "piped", stderr: "piped" }).spawn();
  const ended = child.output().then(({ code, stdout, stderr }) => ({
    code,
    report: reportIn(new TextDecoder().decode(stdout)),
    stderr: new TextDecoder().decode(stderr),
    at: performance.now(),
  }));
  return {
    pid: child.pid,
    ended,
    kill: (signal) => child.kill(signal),
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

function reportIn(stdout: string): JsonObject | undefined {
  const line = stdout.split("\n").find((line) => line.startsWith("{"));
  return line === undefined ? undefined : JSON.parse(line);
}
