/**
 * The cluster of KUBECONFIG, reached with an administrator's rights and without the code under test.
 *
 * @module
 */
import { KubeConfig } from "@kubernetes/client-node";
import type { RequestOptions } from "node:https";
import type { JsonObject } from "../../../src/mod.ts";

/** An API server as its clients reach it. */
export interface Upstream {
  /** Its URL. */
  server: string;
  /** How to reach it; requests keep their own bearer token. */
  client: Deno.HttpClient;
}

/** An API server, with an administrator's rights. */
export interface Cluster {
  readonly upstream: Upstream;
  /** The certificate of its CA, as PEM. */
  readonly ca: string;
  /** As `fetch()`, with the administrator's credentials. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Sends a request as the administrator; a body is JSON. */
  request(method: string, path: string, body?: JsonObject, type?: string): Promise<Response>;
  /** POST; fails unless the object is created. */
  create(path: string, object: JsonObject): Promise<JsonObject>;
  /** A merge patch; fails unless it is done. */
  patch(path: string, patch: JsonObject): Promise<JsonObject>;
  /** The object of a path, or `undefined`. */
  find(path: string): Promise<JsonObject | undefined>;
  /** A token of a service account, for an hour unless a test says otherwise. */
  tokenOf(namespace: string, serviceAccount: string, seconds?: number): Promise<string>;
  close(): void;
}

/** What KUBECONFIG says. */
export function clusterConfig(): KubeConfig {
  const config = new KubeConfig();
  config.loadFromDefault();
  return config;
}

/** Reads KUBECONFIG and connects: to the server that it names, or to another one that trusts the same certificates. */
export async function adminCluster(otherServer?: string): Promise<Cluster> {
  const config = clusterConfig();
  const server = otherServer ?? config.getCurrentCluster()?.server ?? "";
  const options: RequestOptions = { headers: {} };
  await config.applyToHTTPSOptions(options);
  const { ca, cert, key, headers } = options;
  const caCerts = ca ? [String(ca)] : [];
  // Two clients, since requests behind the proxy must use only the runner's token.
  const admin = Deno.createHttpClient({
    caCerts,
    http2: false,
    ...cert && key ? { cert: String(cert), key: String(key) } : {},
  });
  const plain = Deno.createHttpClient({ caCerts, http2: false });
  const ask: Cluster["fetch"] = (path, init) => {
    const all = new Headers(init?.headers);
    for (const [name, value] of Object.entries(headers ?? {})) all.set(name, String(value));
    return fetch(`${server}${path}`, { ...init, headers: all, client: admin });
  };
  const request: Cluster["request"] = (method, path, body, type = "application/json") =>
    ask(path, {
      method,
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
    ca: caCerts.join(),
    fetch: ask,
    request,
    create: (path, object) => succeed("POST", path, object),
    patch: (path, patch) => succeed("PATCH", path, patch, "application/merge-patch+json"),
    async find(path) {
      const answer = await request("GET", path);
      if (answer.ok) return await answer.json();
      await answer.body?.cancel();
      return undefined;
    },
    async tokenOf(namespace, serviceAccount, expirationSeconds = 3_600) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      return (await succeed("POST", path, { spec: { expirationSeconds } })).status.token;
    },
    close() {
      admin.close();
      plain.close();
    },
  };
}
