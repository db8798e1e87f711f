/**
 * The main thread's part of a program: it works out what exactly this run needs, starts the run in a Worker that may
 * do no more, gives up its own permissions, and from then on passes on signals and exits with the Worker's code.
 *
 * It imports no dependency, so none ever runs with the permissions that the program starts with.
 *
 * @module
 */
import { messageOf, RunError } from "../errors.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import type { ApiServer } from "../kube/credentials.ts";
import { serverProblem } from "../kube/server_url.ts";
import {
  CONTRACT_VARIABLES,
  inClusterOf,
  kubeconfigPaths,
  kubeconfigPermissions,
  type PathSetting,
  PROXY_VARIABLES,
  runPermissions,
  type WorkerPermissions,
} from "./sandbox_permissions.ts";
import { writeText } from "../io/standard_streams.ts";

export type { ApiServer, Source } from "../kube/credentials.ts";
export type { PathSetting } from "./sandbox_permissions.ts";

/** What the run gets from the main thread. */
export interface WorkInput {
  /** The environment: the contract's variables only. */
  env: Record<string, string>;
  /** The command line's arguments. */
  args: string[];
  /** How to reach the API server, unless there is a problem with that. */
  apiServer?: ApiServer;
  /** Why no API server is known; empty if one is. */
  apiServerProblem: string;
  /** What was odd so far, one line each. */
  warnings: string[];
  /** Aborted by SIGTERM and SIGINT, with a `RunError` as its reason. */
  signal: AbortSignal;
}

/** What the main thread sends to the Worker, before any signal. */
type Task = Omit<WorkInput, "signal">;

/** What the run's Worker sends: that its modules are loaded, and its end. */
type WorkerMessage = "loaded" | { exitCode: number };

/** What any Worker sends when an error was caught by nobody. */
type Uncaught = { failure: string };

/** Loads the run's modules and returns the run, which returns the exit code. */
export type Load = () => Promise<(input: WorkInput) => Promise<number>>;

/** Options of {@linkcode sandbox}. */
export interface SandboxOptions {
  /** The program's own settings that name a file or folder that the run may read; none by default. */
  reads?: PathSetting[];
}

/** How long a Worker may take to end after a signal, milliseconds: the whole program is to end within 5 s. */
const SIGNAL_DEADLINE_MS = 4_700;

const SIGNALS = { SIGTERM: "Terminated", SIGINT: "Interrupted" } as const;
type SignalName = keyof typeof SIGNALS;

/** The part of a Worker's global scope that is used here. */
interface WorkerScope {
  name: string;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
  postMessage(message: unknown): void;
}

/**
 * Runs a program in the sandbox and exits with the code that it returns.
 *
 * The program's main module calls this as its only statement: the same module is loaded again as the Worker.
 *
 * @param url the main module's `import.meta.url`
 * @param load imports what the run needs and returns the run; called in the Worker only, so that the main thread
 * loads none of it
 *
 * @example a program whose run may also read what `--files` names
 * ```ts ignore
 * await sandbox(import.meta.url, load, { reads: [{ variable: "RUNNER_FILES", flag: "files" }] });
 * ```
 */
export async function sandbox(url: string, load: Load, options: SandboxOptions = {}): Promise<void> {
  if ("WorkerGlobalScope" in globalThis) {
    serve(globalThis as unknown as WorkerScope, load);
  } else {
    // An end without a word, as when the Worker has closed itself, would be exit code 0: success.
    addEventListener("beforeunload", () => fail("the run ended without an exit code"));
    await supervise(url, options).catch((error) => fail(messageOf(error)));
  }
}

/** The main thread. */
async function supervise(url: string, { reads }: SandboxOptions): Promise<void> {
  const signals = new Signals();
  const task = await prepare(url);
  const worker = startWorker(url, "run", runPermissions(url, task, reads), (message: WorkerMessage) => {
    if (message === "loaded") {
      // Not before: Deno checks the loading of a Worker's modules against the permissions of the main thread.
      giveUpPermissions();
    } else {
      Deno.exit(message.exitCode);
    }
  });
  worker.postMessage(task);
  signals.passOn((signal) => worker.postMessage(signal));
}

/** The Worker. */
function serve(scope: WorkerScope, load: Load): void {
  const stop = new AbortController();
  tellFailures(scope);
  scope.addEventListener(
    "message",
    ({ data }: MessageEvent<Task | SignalName | { kubeconfig: string[] }>) => {
      if (typeof data === "string") {
        stop.abort(new RunError(SIGNALS[data], `interrupted by ${data}`));
      } else if ("kubeconfig" in data) {
        loadKubeconfig(data.kubeconfig).then((answer) => scope.postMessage(answer));
      } else {
        // A failure is an unhandled rejection, which is told like any other.
        runTask(scope, load, { ...data, signal: stop.signal });
      }
    },
  );
}

/** Has errors that nobody caught told to the main thread; Deno would print their stacks, too. */
function tellFailures(scope: WorkerScope): void {
  const tell = (event: Event, error: unknown) => {
    event.preventDefault();
    scope.postMessage({ failure: messageOf(error) } satisfies Uncaught);
  };
  scope.addEventListener("error", (event) => tell(event, event.error));
  scope.addEventListener("unhandledrejection", (event) => tell(event, event.reason));
}

async function runTask(scope: WorkerScope, load: Load, input: WorkInput): Promise<void> {
  const run = await load();
  scope.postMessage("loaded" satisfies WorkerMessage);
  scope.postMessage({ exitCode: await run(input) } satisfies WorkerMessage);
}

/** Signals, from the first moment: as PID 1 a program without a listener cannot be stopped. */
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
    // Who sends a second one does not want to wait.
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

/** Deno's fetch would follow these by itself, past the list of hosts that may be reached. */
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

type KubeconfigAnswer = { apiServer: ApiServer; apiServerProblem: "" } | { apiServerProblem: string };

/** Has the kubeconfig loaded by a Worker that may read it and reach nothing. */
async function loadInWorker(url: string, paths: string[]): Promise<KubeconfigAnswer> {
  const answer = Promise.withResolvers<KubeconfigAnswer>();
  const worker = startWorker(url, "kubeconfig", kubeconfigPermissions(url, paths), answer.resolve);
  worker.postMessage({ kubeconfig: paths });
  try {
    return await answer.promise;
  } finally {
    worker.terminate();
  }
}

async function loadKubeconfig(paths: string[]): Promise<KubeconfigAnswer> {
  const { readKubeconfig } = await import("../kube/kubeconfig.ts");
  try {
    return { apiServer: await readKubeconfig(paths), apiServerProblem: "" };
  } catch (error) {
    return { apiServerProblem: messageOf(error) };
  }
}

function startWorker<Message extends object | string>(
  url: string,
  name: string,
  permissions: WorkerPermissions,
  hear: (message: Message) => void,
): Worker {
  // `deno` is part of `--unstable-worker-options`, which the type library leaves out.
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
