/**
 * Works out the exact permissions of a run from its environment. This module imports no dependency.
 *
 * @module
 */
import { type CommandLine, lastFlag } from "../config/command_line.ts";
import { ALL_SETTINGS, type Setting } from "../config/settings.ts";
import { type ApiServer, filesOf, inClusterServer, SERVICE_ACCOUNT_FOLDER } from "../kube/credentials.ts";

/** The variables that a program reads besides `RUNNER_*`. */
export const CONTRACT_VARIABLES = [
  "KUBECONFIG",
  "KUBERNETES_SERVICE_HOST",
  "KUBERNETES_SERVICE_PORT",
  "HOME",
  "NO_COLOR",
];

/** The proxy variables: with them Deno's fetch would connect to hosts that the sandbox does not allow. */
export const PROXY_VARIABLES = [
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy",
  "ALL_PROXY",
  "all_proxy",
];

/** https://docs.deno.com/runtime/reference/permissions/ */
export interface WorkerPermissions {
  read: string[] | false;
  net: string[] | false;
  env: string[] | false;
  write: false;
  run: false;
  ffi: false;
  sys: false;
  import: false;
}

const NOTHING: WorkerPermissions = {
  read: false,
  net: false,
  env: false,
  write: false,
  run: false,
  ffi: false,
  sys: false,
  import: false,
};

/** Default ports by protocol; all other protocols use the port of HTTPS. */
const DEFAULT_PORTS: Record<string, number> = { "http:": 80, "socks5:": 1080 };

/** The inputs that decide the run's permissions. */
export interface Needs {
  env: Record<string, string>;
  commandLine: CommandLine;
  apiServer?: ApiServer;
}

/**
 * The permissions of the run: to read the credentials and the files that its settings name, and to reach the API server.
 *
 * @param url the program's main module
 * @param settings the program's own settings
 */
export function runPermissions(
  url: string,
  needs: Needs,
  settings: Setting<unknown>[] = [],
): WorkerPermissions {
  const { apiServer } = needs;
  const paths = [...ALL_SETTINGS, ...settings].filter(({ isPath }) => isPath);
  const named = paths.flatMap((setting) => textOf(setting, needs) || []);
  const read = [...ownModules(url), ...named, ...(apiServer ? filesToRead(apiServer) : [])];
  return {
    ...NOTHING,
    read: read.length > 0 ? read : false,
    net: apiServer
      ? [apiServer.server, apiServer.proxyUrl].flatMap((url) => url ? [hostOf(url)] : [])
      : false,
  };
}

/** The permissions of the Worker that loads the kubeconfig: to read its files. */
export function kubeconfigPermissions(url: string, paths: string[]): WorkerPermissions {
  return { ...NOTHING, read: [...ownModules(url), ...paths] };
}

/** The kubeconfig files to load: those of `KUBECONFIG`, or `~/.kube/config`. */
export function kubeconfigPaths(env: Record<string, string>): string[] {
  if (env.KUBECONFIG) return env.KUBECONFIG.split(":").filter((path) => path !== "");
  return env.HOME ? [`${env.HOME}/.kube/config`] : [];
}

/** The API server of the pod that this program runs in; `undefined` if `KUBECONFIG` is set or this is not a pod. */
export function inClusterOf(env: Record<string, string>): ApiServer | undefined {
  const { KUBECONFIG, KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  return host && !KUBECONFIG ? inClusterServer(host, port || "443") : undefined;
}

/** A binary contains its modules; a program that runs from source must read them from its folder. */
function ownModules(url: string): string[] {
  return Deno.build.standalone ? [] : [decodeURIComponent(new URL(".", url).pathname)];
}

/** In a pod the run may read the whole folder, since its files are links that the kubelet replaces. */
function filesToRead(apiServer: ApiServer): string[] {
  const files = filesOf(apiServer);
  const inFolder = files.filter((file) => file.startsWith(`${SERVICE_ACCOUNT_FOLDER}/`));
  return inFolder.length === 0
    ? files
    : [SERVICE_ACCOUNT_FOLDER, ...files.filter((file) => !inFolder.includes(file))];
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (DEFAULT_PORTS[protocol] ?? 443)}`;
}

/** A setting's text. It must be read exactly as the run reads it, or the run may not read its own file. */
function textOf(
  { default: text, flag, variable }: Setting<unknown>,
  { commandLine, env }: Needs,
): string | undefined {
  const given = lastFlag(commandLine, flag);
  return given ? given.text : env[variable] ?? text;
}
