/**
 * kubeconfig files: loaded in a Worker of their own, which may read files and may not use the network.
 *
 * @module
 */
import type { Cluster, Context, User } from "@kubernetes/client-node";
import { InvalidInputError, messageOf } from "../errors.ts";
import { type JsonObject, objectsAt, textAt } from "../text/json.ts";
import { isAbsent } from "../io/read_file.ts";
import { readObject } from "../io/read_object.ts";
import type { ApiServer, Source } from "./credentials.ts";
import { proxyProblem, serverProblem } from "./server_url.ts";

/** Largest kubeconfig in bytes; a real one has a few KB for each cluster. */
const MAX_BYTES = 1024 * 1024;

/** One or more kubeconfig files, with every path in them relative to the working directory. */
interface Kubeconfig {
  /** Empty if the files name none. */
  currentContext: string;
  contexts: Context[];
  clusters: Located<Cluster>[];
  users: Located<User>[];
}

/** A cluster or user; client-node's loader does not know `tokenFile`. */
type Located<T> = Omit<T, "caFile" | "certFile" | "keyFile"> & {
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
  tokenFile?: string | undefined;
};

/**
 * Loads kubeconfig files and finds the API server and credentials of the current context.
 *
 * @param paths one or more files, merged as kubectl merges those of `KUBECONFIG`: the first file that names something
 * wins, and of several files all but one may be absent
 * @throws {InvalidInputError} If a file is missing or malformed, or the context needs what the sandbox forbids
 */
export async function readKubeconfig(paths: string[]): Promise<ApiServer> {
  if (paths.length === 0) throw new InvalidInputError("KUBECONFIG names no file");
  const present = paths.length > 1 ? await presentOnes(paths) : paths;
  const configs = await Promise.all(present.map(readConfig));
  try {
    return accessOf({
      currentContext: configs.map(({ currentContext }) => currentContext).find(Boolean) ?? "",
      contexts: configs.flatMap(({ contexts }) => contexts),
      clusters: configs.flatMap(({ clusters }) => clusters),
      users: configs.flatMap(({ users }) => users),
    });
  } catch (error) {
    throw new InvalidInputError(`kubeconfig ${JSON.stringify(paths.join(":"))}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function presentOnes(paths: string[]): Promise<string[]> {
  const absent = await Promise.all(paths.map(isAbsent));
  const present = paths.filter((_path, index) => !absent[index]);
  if (present.length > 0) return present;
  throw new InvalidInputError(`kubeconfig ${JSON.stringify(paths.join(":"))}: none of these files is found`);
}

async function readConfig(path: string): Promise<Kubeconfig> {
  // Only a part of client-node: the whole costs 100 ms and 20 MB.
  const { newClusters, newContexts, newUsers } = await import("@kubernetes/client-node/dist/config_types.js");
  const config = await readObject(path, MAX_BYTES).catch((error) => {
    throw new InvalidInputError(`kubeconfig ${messageOf(error)}`, { cause: error });
  });
  const here = (file: string | undefined) =>
    file && (file.startsWith("/") ? file : `${folderOf(path)}/${file}`);
  // As with kubectl, only the current context must be complete.
  const whole = { onInvalidEntry: "filter" } as const;
  return {
    currentContext: textAt(config, "current-context"),
    contexts: newContexts(config.contexts, whole),
    clusters: newClusters(config.clusters, whole).map((each) => ({ ...each, caFile: here(each.caFile) })),
    users: newUsers(config.users, whole).map((each) => ({
      ...each,
      certFile: here(each.certFile),
      keyFile: here(each.keyFile),
      tokenFile: here(tokenFileOf(config, each.name)),
    })),
  };
}

function tokenFileOf(config: JsonObject, name: string): string {
  return textAt(objectsAt(config, "users").find((entry) => entry.name === name), "user", "tokenFile");
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) || "/" : ".";
}

function accessOf(config: Kubeconfig): ApiServer {
  const { cluster, user } = currentOf(config);
  const problem = clusterProblem(cluster) ?? userProblem(user);
  if (problem) return fail(problem);
  const { tokenFile } = user;
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

function currentOf(config: Kubeconfig): { cluster: Located<Cluster>; user: Located<User> } {
  const { currentContext: name } = config;
  if (!name) return fail("has no current-context");
  const context = config.contexts.find((each) => each.name === name);
  if (!context) return fail(`has no context ${JSON.stringify(name)} with a cluster`);
  const cluster = config.clusters.find((each) => each.name === context.cluster);
  if (!cluster) return fail(`has no cluster ${JSON.stringify(context.cluster)} with a server`);
  if (!context.user) return fail(`has no user in context ${JSON.stringify(name)}`);
  const user = config.users.find((each) => each.name === context.user);
  if (!user) return fail(`has no user ${JSON.stringify(context.user)}`);
  return { cluster, user };
}

function fail(problem: string): never {
  throw new InvalidInputError(problem);
}

function clusterProblem(cluster: Located<Cluster>): string | undefined {
  const of = `cluster ${JSON.stringify(cluster.name)}`;
  if (cluster.skipTLSVerify) return `${of} has insecure-skip-tls-verify, which is not supported; give its CA`;
  if (cluster.tlsServerName) {
    return `${of} has tls-server-name, which is not supported; use a server name that is in its certificate`;
  }
  const proxy = cluster.proxyUrl && proxyProblem(cluster.proxyUrl);
  return proxy ? `${of} ${proxy}` : serverProblem(cluster.server);
}

function userProblem(user: Located<User>): string | undefined {
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
