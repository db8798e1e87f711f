/**
 * kubeconfig files: loaded in a Worker of their own, which may read them and reach nothing.
 *
 * @module
 */
import process from "node:process";
import type { KubeConfig } from "@kubernetes/client-node";
import { InvalidInputError, messageOf } from "../errors.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { parseManifest } from "../manifest.ts";
import { isAbsent, readFile } from "../read_file.ts";
import type { Access, Source } from "./credentials.ts";
import { proxyProblem, serverProblem } from "./server_url.ts";

/** Largest kubeconfig in bytes; a real one has a few KB for each cluster. */
const MAX_BYTES = 1024 * 1024;

/**
 * Loads kubeconfig files and works out the access of the current context.
 *
 * @param paths one or more files, merged as kubectl merges those of `KUBECONFIG`: the first to name something wins, and
 * of several each but one may be absent
 * @throws {InvalidInputError} If a file is missing or malformed, or the context needs what the sandbox forbids
 */
export async function readKubeconfig(paths: string[]): Promise<Access> {
  // One of the loader's packages uses what is deprecated in Node.js, which concerns nobody who runs a program.
  process.noDeprecation = true;
  // Here and nowhere else: in a cluster the loader is not needed, and loading it costs 100 ms and 30 MB.
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  if (paths.length === 0) throw new InvalidInputError("KUBECONFIG names no file");
  const merged = new KubeConfig();
  const tokenFiles = new Map<string, string>();
  for (const path of paths.length > 1 ? await presentOnes(paths) : paths) {
    const config = await readConfig(path);
    const next = new KubeConfig();
    // As with kubectl, only the current context must be whole.
    next.loadFromString(JSON.stringify(config), { onInvalidEntry: "filter" });
    next.makePathsAbsolute(folderOf(path));
    for (const [user, file] of tokenFilesOf(config, path)) {
      if (!merged.users?.some(({ name }) => name === user)) tokenFiles.set(user, file);
    }
    addNew(merged, next);
  }
  try {
    return accessOf(merged, tokenFiles);
  } catch (error) {
    throw withPath(paths.join(":"), ":", error);
  }
}

function withPath(path: string, mark: "" | ":", error: unknown): InvalidInputError {
  return new InvalidInputError(`kubeconfig ${JSON.stringify(path)}${mark} ${messageOf(error)}`, {
    cause: error,
  });
}

async function presentOnes(paths: string[]): Promise<string[]> {
  const absent = await Promise.all(paths.map(isAbsent));
  const present = paths.filter((_path, index) => !absent[index]);
  if (present.length > 0) return present;
  throw new InvalidInputError(`kubeconfig ${JSON.stringify(paths.join(":"))}: none of these files is found`);
}

async function readConfig(path: string): Promise<JsonObject> {
  const bytes = await readFile(path, MAX_BYTES).catch((error) => {
    throw new InvalidInputError(`kubeconfig ${messageOf(error)}`, { cause: error });
  });
  try {
    return parseManifest(bytes);
  } catch (error) {
    throw withPath(path, "", error);
  }
}

function addNew(merged: KubeConfig, next: KubeConfig): void {
  const isNew = (known: { name: string }[]) => ({ name }: { name: string }) =>
    !known.some((k) => k.name === name);
  next.clusters.filter(isNew(merged.clusters ?? [])).forEach((cluster) => merged.addCluster(cluster));
  next.users.filter(isNew(merged.users ?? [])).forEach((user) => merged.addUser(user));
  next.contexts.filter(isNew(merged.contexts ?? [])).forEach((context) => merged.addContext(context));
  if (!merged.currentContext && next.currentContext) merged.setCurrentContext(next.currentContext);
}

/** Users' `tokenFile`, which client-node's loader does not know. */
function tokenFilesOf(config: JsonObject, path: string): [user: string, file: string][] {
  const users = Array.isArray(config.users) ? config.users : [];
  return users.flatMap((entry) => {
    if (!isJsonObject(entry) || !isJsonObject(entry.user)) return [];
    const { name } = entry;
    const { tokenFile } = entry.user;
    if (typeof name !== "string" || typeof tokenFile !== "string") return [];
    return [[name, tokenFile.startsWith("/") ? tokenFile : `${folderOf(path)}/${tokenFile}`]];
  });
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : ".";
}

type Cluster = NonNullable<ReturnType<KubeConfig["getCurrentCluster"]>>;
type User = NonNullable<ReturnType<KubeConfig["getCurrentUser"]>>;

function accessOf(config: KubeConfig, tokenFiles: Map<string, string>): Access {
  const { cluster, user } = currentOf(config);
  const problem = clusterProblem(cluster) ?? userProblem(user);
  if (problem) return fail(problem);
  const tokenFile = tokenFiles.get(user.name);
  const token = tokenFile ? { file: tokenFile } : user.token ? { text: String(user.token) } : undefined;
  const ca = source("certificate-authority", cluster.caData, cluster.caFile);
  const chain = source("client-certificate", user.certData, user.certFile);
  const key = source("client-key", user.keyData, user.keyFile);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    ...(ca ? { ca } : {}),
    ...(token ? { token } : {}),
    ...(chain && key ? { certificate: { chain, key } } : {}),
    ...(cluster.proxyUrl ? { proxyUrl: cluster.proxyUrl } : {}),
  };
}

function currentOf(config: KubeConfig): { cluster: Cluster; user: User } {
  const name = config.getCurrentContext();
  if (!name) return fail("has no current-context");
  const context = config.getContextObject(name);
  if (!context) return fail(`has no context ${JSON.stringify(name)} with a cluster`);
  const cluster = config.getCluster(context.cluster);
  if (!cluster) return fail(`has no cluster ${JSON.stringify(context.cluster)} with a server`);
  if (!context.user) return fail(`has no user in context ${JSON.stringify(name)}`);
  const user = config.getUser(context.user);
  if (!user) return fail(`has no user ${JSON.stringify(context.user)}`);
  return { cluster, user };
}

function fail(problem: string): never {
  throw new InvalidInputError(problem);
}

function clusterProblem(cluster: Cluster): string | undefined {
  const of = `cluster ${JSON.stringify(cluster.name)}`;
  if (cluster.skipTLSVerify) return `${of} has insecure-skip-tls-verify, which is not supported; give its CA`;
  if (cluster.tlsServerName) {
    return `${of} has tls-server-name, which is not supported; use a server name that is in its certificate`;
  }
  const proxy = cluster.proxyUrl && proxyProblem(cluster.proxyUrl);
  return proxy ? `${of} ${proxy}` : serverProblem(cluster.server);
}

function userProblem(user: User): string | undefined {
  const of = `user ${JSON.stringify(user.name)}`;
  const program = user.authProvider ? "auth-provider" : user.exec ? "exec" : undefined;
  if (program) {
    return `${of} has ${program}, which is not supported under the sandbox; ` +
      "use a token (kubectl create token) or a client certificate";
  }
  if (user.impersonateUser) return `${of} has as (impersonation), which is not supported`;
  if (user.username) return `${of} has a user name and password, which API servers no longer take`;
  const hasCertificate = Boolean(user.certData ?? user.certFile);
  if (hasCertificate !== Boolean(user.keyData ?? user.keyFile)) {
    return `${of} has a client ${
      hasCertificate ? "certificate without its key" : "key without its certificate"
    }`;
  }
}

function source(field: string, base64: string | undefined, file: string | undefined): Source | undefined {
  if (!base64) return file ? { file } : undefined;
  try {
    return { text: atob(base64) };
  } catch {
    return fail(`has a ${field}-data that is not base64`);
  }
}
