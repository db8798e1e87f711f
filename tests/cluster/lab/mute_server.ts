/**
 * A server that accepts connections and never sends anything.
 *
 * @module
 */
import { eventually, type Space } from "./cluster.ts";

/** The server, which stops when its scope ends. */
export interface MuteServer extends AsyncDisposable {
  /** A kubeconfig that points to it. */
  kubeconfig: string;
  /** Waits for the first connection: from then on the program waits for an answer. */
  connected(): Promise<void>;
}

/** How long the program may take to start, milliseconds. */
const START_MS = 60_000;

/** Starts the server on a free port and writes a kubeconfig for it. */
export async function startMuteServer({ folder }: Space): Promise<MuteServer> {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Deno.Conn[] = [];
  const accepting = (async () => {
    for await (const connection of listener) connections.push(connection);
  })();
  const kubeconfig = `${folder}/kubeconfig-mute`;
  const server = `https://127.0.0.1:${listener.addr.port}`;
  await Deno.writeTextFile(
    kubeconfig,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "mute", cluster: { server } }],
      users: [{ name: "nobody", user: { token: "none" } }],
      contexts: [{ name: "mute", context: { cluster: "mute", user: "nobody" } }],
      "current-context": "mute",
    }),
  );
  return {
    kubeconfig,
    async connected() {
      const isConnected = () => Promise.resolve(connections.length > 0 ? true : undefined);
      await eventually("the program asks the API server", START_MS, isConnected);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      connections.forEach((connection) => connection.close());
      await accepting;
    },
  };
}
