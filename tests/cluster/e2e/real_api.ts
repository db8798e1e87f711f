/**
 * The API server of the cluster that KUBECONFIG names, as the tests that it shares with the embedded API reach it.
 *
 * @module
 */

import { KubeConfig } from "@kubernetes/client-node";
import type { Connect } from "../../lab/api_behaviour.ts";

/** Requests to the cluster, with the kubeconfig's client certificate or token; undefined without KUBECONFIG. */
export function connectToCluster(): Connect | undefined {
  const kubeconfig = Deno.env.get("KUBECONFIG");
  if (!kubeconfig) return undefined;
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const cluster = config.getCurrentCluster(), user = config.getCurrentUser();
  const ca = pem(cluster?.caData, cluster?.caFile);
  const cert = pem(user?.certData, user?.certFile), key = pem(user?.keyData, user?.keyFile);
  const options = { ...(ca && { caCerts: [ca] }), http2: false };
  const client = Deno.createHttpClient(cert && key ? { ...options, cert, key } : options);
  return (path, init) => {
    const headers = new Headers(init?.headers);
    if (user?.token) headers.set("authorization", `Bearer ${user.token}`);
    return fetch(`${cluster?.server}${path}`, { ...init, headers, client });
  };
}

function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data) return atob(data);
  return file && Deno.readTextFileSync(file);
}
