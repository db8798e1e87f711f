/**
 * A server of a test's own, as a process that the test may stop, kill and start again.
 *
 * @module
 */
import { sleep, until } from "../lab/waiting.ts";
import { isStopped } from "./processes.ts";

/** A running server. */
export interface ServerProcess {
  kill(signal: "SIGKILL" | "SIGTERM" | "SIGCONT"): void;
  /** Has it stand still until SIGCONT; resolves when none of its threads runs any more. */
  stop(): Promise<void>;
  /** Resolves when its process has ended. */
  ended(): Promise<void>;
  /** Starts it again in the same way, after it has ended; resolves when it is ready. */
  restart(): Promise<void>;
  /** Ends it, whatever state it is in. */
  close(): Promise<void>;
}

/** Options of {@linkcode startServer}. */
export interface ServerOptions {
  /** What it is, for errors. */
  name: string;
  command: Deno.Command;
  /** The path that answers with 200 as soon as it is ready. */
  readyUrl: string;
  /** How to reach that path, where the usual way does not do. */
  client?: Deno.HttpClient;
}

/** How long a start may take, milliseconds: the machine may be busy. */
const START_MS = 90_000;

/** A port of 127.0.0.1 that nothing listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Starts a server and waits until it is ready. */
export async function startServer(options: ServerOptions): Promise<ServerProcess> {
  const { command } = options;
  let process = command.spawn();
  const server: ServerProcess = {
    kill: (signal) => process.kill(signal),
    async stop() {
      process.kill("SIGSTOP");
      await until(`${options.name} stands still`, () => isStopped(process.pid));
    },
    ended: () => process.status.then(() => {}),
    async restart() {
      await process.status;
      process = command.spawn();
      await untilReady(options, process);
    },
    async close() {
      try {
        process.kill("SIGKILL");
      } catch {
        // It has ended by itself.
      }
      await process.status;
    },
  };
  try {
    await untilReady(options, process);
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

async function untilReady(options: ServerOptions, process: Deno.ChildProcess): Promise<void> {
  const { name, readyUrl, client } = options;
  let isOver = false;
  process.status.then(() => isOver = true);
  for (const end = performance.now() + START_MS; performance.now() < end;) {
    if (isOver) throw new Error(`${name} ended while it started`);
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(readyUrl, { signal, ...client && { client } }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`${name} was not ready within ${START_MS / 1_000} s`);
}
