/**
 * The main thread's part of a program: it works out which permissions this run needs, starts the run in a Worker with
 * exactly these, and revokes its own permissions. From then on it passes on signals and exits with the Worker's code.
 *
 * It imports no dependency, so no dependency ever runs with the permissions that the program starts with.
 *
 * @module
 */
import { parseCommandLine } from "../config/command_line.ts";
import type { Setting } from "../config/settings.ts";
import { messageOf } from "../errors.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import { serverProblem } from "../kube/server_url.ts";
import {
  CONTRACT_VARIABLES,
  inClusterOf,
  kubeconfigPaths,
  kubeconfigPermissions,
  PROXY_VARIABLES,
  runPermissions,
  type WorkerPermissions,
} from "./sandbox_permissions.ts";
import { writeText } from "../io/standard_streams.ts";
import {
  type KubeconfigAnswer,
  type KubeconfigTask,
  type SignalName,
  SIGNALS,
  type Task,
  type Uncaught,
  type WorkerMessage,
} from "./worker.ts";

/** How long a Worker may take to end after a signal, milliseconds: the whole program must end within 5 s. */
const SIGNAL_DEADLINE_MS = 4_700;

/**
 * Runs a program in a Worker and exits with the code that its run returns.
 *
 * @param url the program's main module
 * @param settings the program's own settings
 */
export async function supervise(url: string, settings: Setting<string>[]): Promise<void> {
  // If the Worker closes itself, Deno would end the process with exit code 0, which means success.
  addEventListener("beforeunload", () => fail("the run ended without an exit code"));
  try {
    await startRun(url, settings);
  } catch (error) {
    fail(messageOf(error));
  }
}

async function startRun(url: string, settings: Setting<string>[]): Promise<void> {
  const signals = new Signals();
  const task = await prepare(url);
  const needs = { ...task, commandLine: parseCommandLine(task.args) };
  const worker = startWorker(url, "run", runPermissions(url, needs, settings), (message: WorkerMessage) => {
    if (message === "loaded") {
      // Not earlier: Deno loads a Worker's modules with the permissions of the main thread.
      giveUpPermissions();
    } else {
      Deno.exit(message.exitCode);
    }
  });
  worker.postMessage(task);
  signals.passOn((signal) => worker.postMessage(signal));
}

/** Listens for signals from the start: a program that runs as PID 1 cannot be stopped without a listener. */
class Signals {
  readonly #received: SignalName[] = [];
  #passOn: ((signal: SignalName) => void) | undefined;

  constructor() {
    for (const signal of Object.keys(SIGNALS) as SignalName[]) {
      Deno.addSignalListener(signal, () => this.#receive(signal));
    }
  }

  passOn(to: (signal: SignalName) => void): void {
    this.#passOn = to;
    this.#received.slice(0, 1).forEach(to);
  }

  #receive(signal: SignalName): void {
    this.#received.push(signal);
    const { code } = EXIT_CODES[SIGNALS[this.#received[0] ?? signal]];
    // After a second signal the program ends at once.
    if (this.#received.length > 1) Deno.exit(code);
    this.#passOn?.(signal);
    setTimeout(() => {
      say(`the run did not end within ${SIGNAL_DEADLINE_MS / 1_000} s of ${signal}`);
      Deno.exit(code);
    }, SIGNAL_DEADLINE_MS);
  }
}

async function prepare(url: string): Promise<Task> {
  const warnings = dropProxies();
  const task = { env: contractEnvironment(), args: Deno.args, warnings };
  const inCluster = inClusterOf(task.env);
  if (inCluster) {
    const problem = serverProblem(inCluster.server);
    if (!problem) return { ...task, apiServer: inCluster, apiServerProblem: "" };
    return { ...task, apiServerProblem: `KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT: ${problem}` };
  }
  const paths = kubeconfigPaths(task.env);
  if (!task.env.KUBECONFIG && !await exists(paths[0])) {
    const apiServerProblem =
      "no way to an API server: KUBECONFIG and KUBERNETES_SERVICE_HOST are not set, and there " +
      `is no ${paths[0] ?? "~/.kube/config"}`;
    return { ...task, apiServerProblem };
  }
  return { ...task, ...await loadInWorker(url, paths) };
}

/** Removes the proxy variables: Deno's fetch would use these proxies although the sandbox does not allow their hosts. */
function dropProxies(): string[] {
  const set = PROXY_VARIABLES.filter((name) => Deno.env.get(name));
  for (const name of set) Deno.env.delete(name);
  return set.map((name) => `${name} is ignored: only a kubeconfig's proxy-url is used`);
}

function contractEnvironment(): Record<string, string> {
  const isContract = (name: string) => name.startsWith("RUNNER_") || CONTRACT_VARIABLES.includes(name);
  return Object.fromEntries(Object.entries(Deno.env.toObject()).filter(([name]) => isContract(name)));
}

async function exists(path: string | undefined): Promise<boolean> {
  return path !== undefined && await Deno.stat(path).then(() => true, () => false);
}

/** Loads the kubeconfig in a Worker that may read it and has no network access. */
async function loadInWorker(url: string, paths: string[]): Promise<KubeconfigAnswer> {
  const answer = Promise.withResolvers<KubeconfigAnswer>();
  const worker = startWorker(url, "kubeconfig", kubeconfigPermissions(url, paths), answer.resolve);
  worker.postMessage({ kubeconfig: paths } satisfies KubeconfigTask);
  try {
    return await answer.promise;
  } finally {
    worker.terminate();
  }
}

function startWorker<Message extends object | string>(
  url: string,
  name: string,
  permissions: WorkerPermissions,
  hear: (message: Message) => void,
): Worker {
  // The type library lacks the option `deno` of `--unstable-worker-options`.
  const options = { type: "module", name, deno: { permissions } } as WorkerOptions;
  const worker = new Worker(url, options);
  worker.onmessage = ({ data }: MessageEvent<Message | Uncaught>) => {
    if (typeof data === "object" && "failure" in data) fail(data.failure);
    hear(data);
  };
  worker.onerror = (event) => {
    event.preventDefault();
    fail(event.message);
  };
  worker.onmessageerror = () => fail("a message of the Worker cannot be read");
  return worker;
}

function giveUpPermissions(): void {
  const names = ["env", "read", "net", "write", "run", "ffi", "sys", "import"] as const;
  for (const name of names) Deno.permissions.revokeSync({ name } as Deno.PermissionDescriptor);
}

function fail(what: string): never {
  say(`internal error: ${what}`);
  Deno.exit(EXIT_CODES.InternalError.code);
}

function say(line: string): void {
  writeText(Deno.stderr, `action-runner: ${line}\n`);
}
