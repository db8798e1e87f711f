/**
 * The Worker's part of a program: it does the run that the main thread sends, and reports its end to the main thread.
 *
 * @module
 */
import { messageOf, RunError } from "../errors.ts";
import type { ApiServer } from "../kube/credentials.ts";

/** The run's input from the main thread. */
export interface WorkInput {
  /** The environment, with only the variables of the contract. */
  env: Record<string, string>;
  /** The command line's arguments. */
  args: string[];
  /** How to reach the API server; absent if `apiServerProblem` says why that is not known. */
  apiServer?: ApiServer;
  /** Why no API server is known; empty if the API server is known. */
  apiServerProblem: string;
  /** Warnings of the main thread, one per line. */
  warnings: string[];
  /** Aborted by SIGTERM and SIGINT, with a `RunError` as its reason. */
  signal: AbortSignal;
}

/** The first message of the main thread to the run's Worker. */
export type Task = Omit<WorkInput, "signal">;

/** The message of the main thread to the Worker that loads the kubeconfig. */
export interface KubeconfigTask {
  /** The files. */
  kubeconfig: string[];
}

/** The answer of the Worker that loads the kubeconfig. */
export type KubeconfigAnswer = { apiServer: ApiServer; apiServerProblem: "" } | { apiServerProblem: string };

/** The messages of the run's Worker: its modules are loaded, and the run has ended. */
export type WorkerMessage = "loaded" | { exitCode: number };

/** The message of any Worker after an uncaught error. */
export type Uncaught = { failure: string };

/** Loads the run's modules and returns the run, which returns the exit code. */
export type Load = () => Promise<(input: WorkInput) => Promise<number>>;

/** The signals that a program handles, each with the reason of a run that it ends. */
export const SIGNALS = { SIGTERM: "Terminated", SIGINT: "Interrupted" } as const;
/** One of {@linkcode SIGNALS}. */
export type SignalName = keyof typeof SIGNALS;

/** The part of a Worker's global scope that this module uses. */
export interface WorkerScope {
  name: string;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(type: "unhandledrejection", listener: (event: PromiseRejectionEvent) => void): void;
  postMessage(message: unknown): void;
}

/** Handles the messages of the main thread, in the Worker. */
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
        // A failure becomes an unhandled rejection, which `tellFailures` sends to the main thread.
        runTask(scope, load, { ...data, signal: stop.signal });
      }
    },
  );
}

/** Sends uncaught errors to the main thread; by default Deno would print their stacks too. */
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
