/**
 * One more API server of the same cluster, for faults of its life: the cluster's own goes on serving all others.
 *
 * @module
 */
import type { Cluster } from "./cluster.ts";
import type { Upstream } from "./proxy.ts";
import { sleep } from "./rig.ts";

/** A running API server. */
export interface ApiServer {
  /** How to reach it; its certificate is of the cluster's CA. */
  readonly upstream: Upstream;
  kill(signal: "SIGKILL" | "SIGTERM" | "SIGSTOP" | "SIGCONT"): void;
  /** Resolves when its process has ended. */
  ended(): Promise<void>;
  /** Starts it again on the same port, after it has ended; resolves when it is ready. */
  restart(): Promise<void>;
  /** Ends it, whatever state it is in. */
  close(): Promise<void>;
}

/** Options of {@linkcode withApiServer}. */
export interface ApiServerOptions {
  /** Further flags. */
  flags?: string[];
}

/** Names the file with the process id of the cluster's own API server. */
const PID_FILE = "FAULTS_APISERVER_PID_FILE";
/** How long a start may take, milliseconds: the machine may be busy. */
const START_MS = 90_000;

/** Runs one more API server for as long as `use` takes, with the command line of the cluster's own. */
export async function withApiServer<T>(
  cluster: Cluster,
  use: (server: ApiServer) => Promise<T>,
  { flags = [] }: ApiServerOptions = {},
): Promise<T> {
  const port = freePort();
  const command = await commandFor(port, flags);
  const upstream = { server: `https://127.0.0.1:${port}`, client: cluster.upstream.client };
  let process = command.spawn();
  const server: ApiServer = {
    upstream,
    kill: (signal) => process.kill(signal),
    ended: () => process.status.then(() => {}),
    async restart() {
      await process.status;
      process = command.spawn();
      await untilReady(upstream, process);
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
    await untilReady(upstream, process);
    return await use(server);
  } finally {
    await server.close();
  }
}

/** The command, environment and working directory of the cluster's own API server, with another address. */
async function commandFor(port: number, flags: string[]): Promise<Deno.Command> {
  const pid = (await Deno.readTextFile(Deno.env.get(PID_FILE) ?? "")).trim();
  const [, ...args] = await wordsOf(`/proc/${pid}/cmdline`);
  const address = [`--secure-port=${port}`, "--bind-address=127.0.0.1"];
  const kept = args.filter((arg) => !/^--(secure-port|bind-address)=/.test(arg));
  return new Deno.Command(await Deno.readLink(`/proc/${pid}/exe`), {
    args: [...kept, ...address, ...flags],
    clearEnv: true,
    env: Object.fromEntries((await wordsOf(`/proc/${pid}/environ`)).map(variable)),
    cwd: await Deno.readLink(`/proc/${pid}/cwd`),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
}

/** The words of a file of /proc, each of which ends with a NUL. */
async function wordsOf(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).split("\0").slice(0, -1);
}

function variable(word: string): [string, string] {
  const end = word.indexOf("=");
  return [word.slice(0, end), word.slice(end + 1)];
}

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function untilReady({ server, client }: Upstream, process: Deno.ChildProcess): Promise<void> {
  let isOver = false;
  process.status.then(() => isOver = true);
  for (const end = performance.now() + START_MS; performance.now() < end;) {
    if (isOver) throw new Error("the API server ended while it started");
    const answer = await fetch(`${server}/readyz`, { client, signal: AbortSignal.timeout(5_000) }).catch(
      () => undefined,
    );
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await sleep(100);
  }
  throw new Error(`the API server was not ready within ${START_MS / 1_000} s`);
}
