/**
 * An etcd of a test's own, for faults of what an API server stores in: stopped, killed, restored from a snapshot.
 *
 * @module
 */
import { apiServerProgram } from "./api_server.ts";
import { freePort, type ServerProcess, startServer } from "./server_process.ts";

/** A running etcd with one member. */
export interface Etcd extends ServerProcess {
  /** Where clients reach it. */
  readonly url: string;
  /** Copies all that it holds, as a snapshot of its disk does. */
  takeSnapshot(): Promise<void>;
  /** Kills it and starts it again with what the snapshot holds. */
  restoreSnapshot(): Promise<void>;
}

/** Runs an etcd for as long as `use` takes. Its data are removed at the end. */
export async function withEtcd<T>(program: string, use: (etcd: Etcd) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "action-runner-etcd-" });
  const data = `${folder}/data`;
  const snapshot = `${folder}/snapshot`;
  const [url, peerUrl] = [freePort(), freePort()].map((port) => `http://127.0.0.1:${port}`);
  const args = [
    `--data-dir=${data}`,
    "--unsafe-no-fsync",
    `--listen-client-urls=${url}`,
    `--advertise-client-urls=${url}`,
    `--listen-peer-urls=${peerUrl}`,
    `--initial-advertise-peer-urls=${peerUrl}`,
    `--initial-cluster=default=${peerUrl}`,
  ];
  const command = new Deno.Command(program, { args, stdin: "null", stdout: "null", stderr: "null" });
  try {
    const process = await startServer({ name: "etcd", command, readyUrl: `${url}/health` });
    const etcd: Etcd = {
      ...process,
      url: url!,
      async takeSnapshot() {
        // A process that stands still changes none of its files.
        await process.stop();
        await copyFolder(data, snapshot);
        process.kill("SIGCONT");
      },
      async restoreSnapshot() {
        process.kill("SIGKILL");
        await process.ended();
        await Deno.remove(data, { recursive: true });
        await copyFolder(snapshot, data);
        await process.restart();
      },
    };
    return await use(etcd).finally(() => process.close());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The path of an etcd: the one beside the cluster's API server, or the one on the PATH; `undefined` if neither is. */
export async function etcdProgram(): Promise<string | undefined> {
  const beside = (await apiServerProgram().catch(() => "")).split("/").slice(0, -1).join("/");
  for (const folder of [beside, ...(Deno.env.get("PATH") ?? "").split(":")]) {
    const path = `${folder}/etcd`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) return path;
  }
  return undefined;
}

async function copyFolder(from: string, to: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("cp", { args: ["-r", from, to] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
