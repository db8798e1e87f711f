/**
 * Who the runner is to the API server, and where that is.
 *
 * @module
 */

/** A token, key or certificate: its text, or the path of a file, which may be rewritten at any time. */
export type Source = { text: string } | { file: string };

/** How to reach the API server. A Worker can receive it as a message. */
export interface ApiServer {
  /** Base URL without a trailing slash. */
  server: string;
  /**
   * Certificates of the CAs that may have signed the server's certificate, as PEM; Deno also trusts the public roots.
   */
  ca?: Source;
  /** Bearer token. */
  token?: Source;
  /** Client certificate and its key, as PEM. */
  certificate?: { chain: Source; key: Source };
  /** Proxy on the way to the server. */
  proxyUrl?: string;
}

/** Where Kubernetes mounts a pod's credentials: https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/ */
export const SERVICE_ACCOUNT_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The API server of a pod, from `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`. */
export function inClusterServer(host: string, port: string): ApiServer {
  return {
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    ca: { file: `${SERVICE_ACCOUNT_FOLDER}/ca.crt` },
    token: { file: `${SERVICE_ACCOUNT_FOLDER}/token` },
  };
}

/** Every file that holds credentials of an API server. */
export function filesOf(server: ApiServer): string[] {
  const sources = [server.ca, server.token, server.certificate?.chain, server.certificate?.key];
  return sources.flatMap((source) => source && "file" in source ? [source.file] : []);
}

/** Reads a source's text; the text of a file without blanks and line ends around it. */
export async function readSource(source: Source): Promise<string> {
  return "text" in source ? source.text : (await Deno.readTextFile(source.file)).trim();
}
