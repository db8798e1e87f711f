/**
 * kubeconfig files: loaded in a Worker of their own, which may read them and reach nothing.
 *
 * @module
 */
import process from "node:process";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "@std/yaml";
import { InvalidInputError, messageOf } from "../errors.ts";
import { isJsonObject } from "../json.ts";
import { readFile } from "../read_file.ts";
import type { Access, Source } from "./credentials.ts";

/** Largest kubeconfig in bytes; a real one has a few KB for each cluster. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Loads kubeconfig files and works out the access of the current context.
 *
 * @param paths one or more files, merged as kubectl merges those of `KUBECONFIG`: the first to name something wins
 * @throws {InvalidInputError} If a file is missing or malformed, or the context needs what the sandbox forbids
 */
export async function readKubeconfig(paths: string[]): Promise<Access> {
  // One of the loader's packages uses what is deprecated in Node.js, which concerns nobody who runs a program.
  process.noDeprecation = true;
  // Here and nowhere else: in a cluster the loader is not needed, and loading it costs 100 ms and 30 MB.
  const { KubeConfig } = await import("@kubernetes/client-node/dist/config.js");
  const merged = new KubeConfig();
  const tokenFiles = new Map<string, string>();
  for (const path of paths) {
    const text = await readText(path);
    try {
      const next = new KubeConfig();
      next.loadFromString(text);
      next.makePathsAbsolute(folderOf(path));
      for (const [user, file] of tokenFilesOf(text, path)) {
        if (!merged.users?.some(({ name }) => name === user)) tokenFiles.set(user, file);
      }
      addNew(merged, next);
    } catch (error) {
      throw new InvalidInputError(`kubeconfig ${path}: ${messageOf(error).split("\n")[0]}`, { cause: error });
    }
  }
  return accessOf(merged, tokenFiles, paths.join(":"));
}

async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder().decode(await readFile(path, MAX_BYTES));
  } catch (error) {
    throw new InvalidInputError(`kubeconfig ${messageOf(error)}`, { cause: error });
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
function tokenFilesOf(text: string, path: string): [user: string, file: string][] {
  const config = parse(text, { schema: "core" });
  const users = isJsonObject(config) && Array.isArray(config.users) ? config.users : [];
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

function accessOf(config: KubeConfig, tokenFiles: Map<string, string>, path: string): Access {
  const fail = (problem: string): never => {
    throw new InvalidInputError(`kubeconfig ${path}: ${problem}`);
  };
  const name = config.getCurrentContext();
  if (!name) return fail("has no current-context");
  const context = config.getContextObject(name);
  if (!context) return fail(`has no context ${JSON.stringify(name)}`);
  const cluster = config.getCluster(context.cluster);
  if (!cluster) return fail(`has no cluster ${JSON.stringify(context.cluster)}`);
  const user = config.getUser(context.user);
  if (!user) return fail(`has no user ${JSON.stringify(context.user)}`);
  const problem = clusterProblem(cluster) ?? userProblem(user);
  if (problem) return fail(problem);
  const tokenFile = tokenFiles.get(user.name);
  const ca = source(cluster.caData, cluster.caFile);
  const token = tokenFile ? { file: tokenFile } : user.token ? { text: user.token } : undefined;
  const chain = source(user.certData, user.certFile);
  const key = source(user.keyData, user.keyFile);
  return {
    server: cluster.server.replace(/\/+$/, ""),
    ...(ca ? { ca } : {}),
    ...(token ? { token } : {}),
    ...(chain && key ? { certificate: { chain, key } } : {}),
    ...(cluster.proxyUrl ? { proxyUrl: cluster.proxyUrl } : {}),
  };
}

function clusterProblem(cluster: Cluster): string | undefined {
  const of = `cluster ${JSON.stringify(cluster.name)}`;
  if (cluster.skipTLSVerify) return `${of} has insecure-skip-tls-verify, which is not supported; give its CA`;
  if (cluster.tlsServerName) {
    return `${of} has tls-server-name, which is not supported; use a server name that is in its certificate`;
  }
  return serverProblem(cluster.server);
}

/** What is wrong with an API server's URL, or `undefined`. */
function serverProblem(server: string): string | undefined {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url?.protocol === "https:") return undefined;
  // A token over plain HTTP is readable on its way; on loopback (`kubectl proxy`) nothing leaves the machine.
  if (url?.protocol === "http:" && ["127.0.0.1", "localhost", "[::1]"].includes(url.hostname)) {
    return undefined;
  }
  return `server ${JSON.stringify(server)} is not an https:// URL (http:// is for this machine only)`;
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

function source(base64: string | undefined, file: string | undefined): Source | undefined {
  if (base64) return { text: atob(base64) };
  return file ? { file } : undefined;
}
