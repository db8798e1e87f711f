/**
 * An API server of a test's own, for faults of its life: the cluster's own goes on serving all others. It shares the
 * cluster's etcd unless a flag names another one.
 *
 * @module
 */
import type { Upstream } from "../../lab/admin_client.ts";
import { freePort, type ServerProcess, startServer } from "./server_process.ts";

/** A running API server. */
export interface ApiServer extends ServerProcess {
  /** How to reach it; its certificate is of the cluster's CA. */
  readonly upstream: Upstream;
}

/** Options of {@linkcode withApiServer}. */
export interface ApiServerOptions {
  /** Flags that are added, or that take the place of the cluster's own. */
  flags?: string[];
}

/** Names the file with the process id of the cluster's own API server. */
export const PID_FILE = "FAULTS_APISERVER_PID_FILE";

/** Runs one more API server for as long as `use` takes, with the command line of the cluster's own. */
export async function withApiServer<T>(
  { upstream: { client } }: { upstream: Upstream },
  use: (server: ApiServer) => Promise<T>,
  { flags = [] }: ApiServerOptions = {},
): Promise<T> {
  const port = freePort();
  const address = `https://127.0.0.1:${port}`;
  const command = await commandWith([`--secure-port=${port}`, "--bind-address=127.0.0.1", ...flags]);
  const process = await startServer({
    name: "the API server",
    command,
    readyUrl: `${address}/readyz`,
    client,
  });
  try {
    return await use({ ...process, upstream: { server: address, client } });
  } finally {
    await process.close();
  }
}

/** The program that the cluster's own API server runs. */
export async function apiServerProgram(): Promise<string> {
  return await Deno.readLink(`/proc/${await ownPid()}/exe`);
}

/** The command, environment and working directory of the cluster's own API server, with other flags. */
async function commandWith(flags: string[]): Promise<Deno.Command> {
  const process = `/proc/${await ownPid()}`;
  const [, ...args] = await wordsOf(`${process}/cmdline`);
  const replaced = new Set(flags.map(nameOfFlag));
  return new Deno.Command(await apiServerProgram(), {
    args: [...args.filter((arg) => !replaced.has(nameOfFlag(arg))), ...flags],
    clearEnv: true,
    env: Object.fromEntries((await wordsOf(`${process}/environ`)).map(variable)),
    cwd: await Deno.readLink(`${process}/cwd`),
    stdin: "null",
    stdout: "null",
    stderr: "null",
  });
}

async function ownPid(): Promise<string> {
  return (await Deno.readTextFile(Deno.env.get(PID_FILE) ?? "")).trim();
}

function nameOfFlag(flag: string): string {
  return flag.split("=")[0]!;
}

/** The words of a file of /proc, each of which ends with a NUL. */
async function wordsOf(path: string): Promise<string[]> {
  return (await Deno.readTextFile(path)).split("\0").slice(0, -1);
}

function variable(word: string): [string, string] {
  const end = word.indexOf("=");
  return [word.slice(0, end), word.slice(end + 1)];
}
