/**
 * The cluster of KUBECONFIG for fault tests, reached past the proxy and without the code under test.
 *
 * @module
 */
import { KubeConfig } from "@kubernetes/client-node";
import type { JsonObject } from "../../../src/mod.ts";
import type { Upstream } from "../faults/proxy/proxy.ts";

/** An API server, with an administrator's rights. */
export interface Cluster {
  readonly upstream: Upstream;
  /** The certificate of its CA, as PEM. */
  readonly ca: string;
  /** Sends a request with the administrator's certificate; a body is JSON. */
  request(method: string, path: string, body?: JsonObject, type?: string): Promise<Response>;
  /** POST; fails unless the object is created. */
  create(path: string, object: JsonObject): Promise<JsonObject>;
  /** A merge patch; fails unless it is done. */
  patch(path: string, patch: JsonObject): Promise<JsonObject>;
  /** The object of a path, or `undefined`. */
  find(path: string): Promise<JsonObject | undefined>;
  /** A token of a service account. */
  tokenOf(namespace: string, serviceAccount: string): Promise<string>;
  close(): void;
}

/** Reads KUBECONFIG and connects: to the server that it names, or to another one that trusts the same certificates. */
export async function adminCluster(otherServer?: string): Promise<Cluster> {
  const config = new KubeConfig();
  config.loadFromDefault();
  const { server: named = "", caFile, caData } = config.getCurrentCluster() ?? {};
  const server = otherServer ?? named;
  const { certFile, certData, keyFile, keyData } = config.getCurrentUser() ?? {};
  const ca = await pem(caFile, caData);
  const certificate = { cert: await pem(certFile, certData), key: await pem(keyFile, keyData) };
  // Two clients: behind the proxy only the runner's token may speak.
  const admin = Deno.createHttpClient({ caCerts: [ca], ...certificate });
  const plain = Deno.createHttpClient({ caCerts: [ca], http2: false });
  const request: Cluster["request"] = (method, path, body, type = "application/json") =>
    fetch(`${server}${path}`, {
      method,
      client: admin,
      headers: { "content-type": type },
      body: body === undefined ? null : JSON.stringify(body),
    });
  const succeed = async (method: string, path: string, body?: JsonObject, type?: string) => {
    const answer = await request(method, path, body, type);
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return await answer.json();
  };
  return {
    upstream: { server, client: plain },
    ca,
    request,
    create: (path, object) => succeed("POST", path, object),
    patch: (path, patch) => succeed("PATCH", path, patch, "application/merge-patch+json"),
    async find(path) {
      const answer = await request("GET", path);
      if (answer.ok) return await answer.json();
      await answer.body?.cancel();
      return undefined;
    },
    async tokenOf(namespace, serviceAccount) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      return (await succeed("POST", path, { spec: { expirationSeconds: 3_600 } })).status.token;
    },
    close() {
      admin.close();
      plain.close();
    },
  };
}

async function pem(file: string | undefined, base64: string | undefined): Promise<string> {
  return base64 ? atob(base64) : await Deno.readTextFile(file ?? "");
}
