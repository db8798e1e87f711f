/**
 * Kubeconfigs of other users than the tests' own.
 *
 * @module
 */
import { clusterConfig } from "./admin_client.ts";
import type { Space } from "./cluster.ts";
import { adminClient } from "./objects.ts";

/** How long a token lives, seconds: the least that an API server gives. */
const TOKEN_SECONDS = 600;

/** A token of a service account. */
export async function tokenFor({ namespace }: Space, name: string): Promise<string> {
  return await adminClient().tokenOf(namespace, name, TOKEN_SECONDS);
}

/** What a kubeconfig's cluster can have beside server and CA. */
export interface ClusterFields {
  "proxy-url"?: string;
}

/** Writes a kubeconfig with these credentials into the test's folder. Returns its path. */
export async function writeKubeconfig(
  { folder }: Space,
  user: Record<string, string>,
  fields: ClusterFields = {},
): Promise<string> {
  const { server, caData, caFile } = clusterConfig().getCurrentCluster()!;
  const authority = caData
    ? { "certificate-authority-data": caData }
    : { "certificate-authority": caFile ?? "" };
  const path = `${folder}/kubeconfig-${crypto.randomUUID()}`;
  // JSON is valid YAML.
  await Deno.writeTextFile(
    path,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "cluster", cluster: { server, ...authority, ...fields } }],
      users: [{ name: "user", user }],
      contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
      "current-context": "context",
    }),
  );
  return path;
}

/** The client certificate of KUBECONFIG's own user as PEM texts, if it has one. */
export function ownCertificate(): { certificate: string; key: string } | undefined {
  if (!Deno.env.get("KUBECONFIG")) return undefined;
  const { certData, certFile, keyData, keyFile } = clusterConfig().getCurrentUser() ?? {};
  const certificate = pem(certData, certFile);
  const key = pem(keyData, keyFile);
  return certificate && key ? { certificate, key } : undefined;
}

function pem(base64: string | undefined, file: string | undefined): string | undefined {
  if (base64) return atob(base64);
  return file ? Deno.readTextFileSync(file) : undefined;
}
