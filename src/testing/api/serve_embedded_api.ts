/**
 * Serves the embedded API on a loopback port, for programs that need a URL or a kubeconfig.
 *
 * @module
 */
import type { EmbeddedApi } from "./embedded_api.ts";

/** Options of {@linkcode serveEmbeddedApi}. */
export interface ServeOptions {
  /** TCP port on 127.0.0.1. Default 0: any free port. */
  port?: number;
  /** PEM texts of a certificate for 127.0.0.1 and its key. Default: plain HTTP. */
  tls?: { cert: string; key: string };
}

/** A running server. */
export interface EmbeddedServer {
  /** The server's URL, without a trailing slash. */
  readonly url: string;
  /**
   * The text of a kubeconfig (JSON, which is YAML) for the server. `namespace` is that of its context, default
   * `default`; `token` is the bearer token, default `embedded` (with TLS and no token, kubectl asks for a user name).
   */
  kubeconfig(options?: { namespace?: string; token?: string }): string;
  /** Ends all watches, then shuts the server down. */
  close(): Promise<void>;
}

/**
 * Serves the API on 127.0.0.1.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 */
export function serveEmbeddedApi(api: EmbeddedApi, options: ServeOptions = {}): EmbeddedServer {
  const { port = 0, tls } = options;
  const listen = { hostname: "127.0.0.1", port, onListen: () => {}, ...tls };
  const server = Deno.serve(listen, (request) => api.handle(withoutSignal(request)));
  const url = `${tls ? "https" : "http"}://127.0.0.1:${server.addr.port}`;
  return {
    url,
    kubeconfig: ({ namespace = "default", token = "embedded" } = {}) =>
      kubeconfigText(url, { namespace, token, tls }),
    close: async () => {
      api.endWatches();
      await server.shutdown();
    },
  };
}

/** Deno aborts a served request's signal after a complete answer too; a client that leaves cancels the body. */
function withoutSignal({ url, method, headers, body }: Request): Request {
  return new Request(url, { method, headers, body });
}

function kubeconfigText(
  url: string,
  { namespace, token, tls }: {
    namespace: string;
    token: string | undefined;
    tls: { cert: string } | undefined;
  },
): string {
  const authority = tls && { "certificate-authority-data": btoa(tls.cert) };
  return JSON.stringify(
    {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "embedded", cluster: { server: url, ...authority } }],
      users: [{ name: "embedded", user: { token } }],
      contexts: [{ name: "embedded", context: { cluster: "embedded", user: "embedded", namespace } }],
      "current-context": "embedded",
    },
    null,
    2,
  ) + "\n";
}
