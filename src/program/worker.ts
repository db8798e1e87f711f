/**
 * The Worker's part of a program: it runs what the main thread sends, and tells it the end.
 *
 * @module
 */
import { messageOf, RunError } from "../errors.ts";
import type { ApiServer } from "../kube/credentials.ts";

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
  /** Warnings of the main thread, one per line. */
  warnings: string[];
  /** Aborted by SIGTERM and SIGINT, with a `RunError` as its reason. */
  signal: AbortSignal;
}

/** What the main thread sends to the Worker, before any signal. */
export type Task = Omit<WorkInput, "signal">;

/** What the main thread sends to the Worker that loads the kubeconfig. */
export interface KubeconfigTask {
  /** The files. */
  kubeconfig: string[];
}

/** What the Worker that loads the kubeconfig sends. */
export type KubeconfigAnswer = { apiServer: ApiServer; apiServerProblem: "" } | { apiServerProblem: string };

/** What the run's Worker sends: that its modules are loaded, and its end. */
export type WorkerMessage = "loaded" | { exitCode: number };

/** What any Worker sends when an error was caught by nobody. */
export type Uncaught = { failure: string };

/** Loads the run's modules and returns the run, which returns the exit code. */
export type Load = () => Promise<(input: WorkInput) => Promise<number>>;

/** The signals that a program handles, and the reason that a run ends for on each. */
export const SIGNALS = { SIGTERM: "Terminated", SIGINT: "Interrupted" } as const;
/** One of {@linkcode SIGNALS}. */
export type SignalName = keyof typeof SIGNALS;

/** The part of a Worker's global scope that is used here. */
export interface WorkerScope {
  name: string;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
  postMessage(message: unknown): void;
}

/** Serves the main thread, in the Worker. */
export function serve(scope: WorkerScope, load: Load): void {
  const stop = new AbortController();
  tellFailures(scope);
  scope.addEventListener(
    "message",
    ({ data }: MessageEvent<Task | SignalName | KubeconfigTask>) => {
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

async function loadKubeconfig(paths: string[]): Promise<KubeconfigAnswer> {
  const { readKubeconfig } = await import("../kube/kubeconfig.ts");
  try {
    return { apiServer: await readKubeconfig(paths), apiServerProblem: "" };
  } catch (error) {
    return { apiServerProblem: messageOf(error) };
  }
}
