/**
 * Logging what the containers of a Workflow print, while it runs.
 *
 * @module
 */
import {
  type Clock,
  followLog,
  isFault,
  type KubeClient,
  type KubeObject,
  type Log,
  messageOf,
  type ObjectMeta,
  systemClock,
} from "../../src/mod.ts";
import { podNameOf, readNodes } from "./nodes.ts";

/** Options of {@linkcode FollowedLogs}. */
export interface FollowLogsOptions {
  /** Gives it up. */
  signal: AbortSignal;
  /** Where the lines go. */
  log: Log;
  /** The real clock by default. */
  clock?: Clock;
}

/** Shortest time between two looks for new pods, milliseconds. */
const LOOK_MS = 3_000;
/** How much longer that time is for each pod there is, milliseconds: a list of thousands is large. */
const LOOK_MS_PER_POD = 10;
/** Longest time between two looks where they fail, milliseconds. */
const MAX_LOOK_MS = 60_000;
/** Most streams at once: each is a connection of its own. */
const MAX_STREAMS = 50;
/** How long the end of a run waits for streams to end by themselves, and once more for their rest, milliseconds. */
const GRACE_MS = 1_000;
/** The container with the work of a pod. */
const MAIN = "main";
/** What Argo's executor logs in the main container: none of the work's own words. */
const EXECUTOR_LINE = /^time="[^"]*" level=\w+ .* argo=true( |$)/;
/** https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/common/common.go */
const WORKFLOW_LABEL = "workflows.argoproj.io/workflow";
const NODE_NAME_ANNOTATION = "workflows.argoproj.io/node-name";

/**
 * Logs each line of the main containers of a Workflow's pods, led by its node: `[node] line`. It decides nothing and
 * throws nothing, and gives up with one warning where it may not list pods or read their logs.
 */
export class FollowedLogs {
  readonly #kube: KubeClient;
  readonly #workflow: { name: string; namespace: string };
  readonly #log: Log;
  readonly #clock: Clock;
  readonly #over = new AbortController();
  readonly #ending = new AbortController();
  /** By the pods' names. */
  readonly #followed = new Map<string, Promise<void>>();
  readonly #waiting: (() => void)[] = [];
  #streams = 0;

  /** Nothing is asked before `run()`. */
  constructor(
    kube: KubeClient,
    { name, namespace }: { name: string; namespace: string },
    { signal, log, clock = systemClock }: FollowLogsOptions,
  ) {
    this.#kube = kube;
    this.#workflow = { name, namespace };
    this.#log = log;
    this.#clock = clock;
    signal.addEventListener("abort", () => this.#over.abort(signal.reason), { signal: this.#over.signal });
    this.#over.signal.addEventListener("abort", () => this.#ending.abort(), { once: true });
  }

  /** Looks for pods and follows their logs until the end. */
  async run(): Promise<void> {
    const ending = this.#ending.signal;
    for (let waitMs = LOOK_MS; await this.#sleep(waitMs, ending);) {
      try {
        const pods = await this.#pods(ending);
        for (const { name = "", annotations } of pods) {
          this.#follow(name, nodeOf(annotations?.[NODE_NAME_ANNOTATION], this.#workflow.name) ?? name);
        }
        waitMs = LOOK_MS + pods.length * LOOK_MS_PER_POD;
      } catch (error) {
        if (!ending.aborted) this.#fail(error);
        waitMs = Math.min(2 * waitMs, MAX_LOOK_MS);
      }
    }
  }

  /**
   * Waits, for at most 2 s, until the last lines are logged, and ends.
   *
   * @param workflow as it ended; names the pods that were too short to be found
   */
  async finish(workflow: KubeObject | undefined): Promise<void> {
    await this.#settled(GRACE_MS);
    this.#ending.abort();
    const rest = async () => {
      if (workflow && !this.#over.signal.aborted) {
        await this.#followRest(workflow).catch((error) => this.#fail(error));
      }
      await Promise.all(this.#followed.values());
    };
    await Promise.race([rest(), this.#sleep(GRACE_MS, this.#over.signal)]);
    this.#over.abort(new Error("the run is over"));
  }

  async #settled(ms: number): Promise<void> {
    await Promise.race([Promise.all(this.#followed.values()), this.#sleep(ms, this.#over.signal)]);
  }

  async #followRest(workflow: KubeObject): Promise<void> {
    const { nodes } = await readNodes(workflow);
    const rest = [...nodes.values()]
      .filter(({ type, phase }) => type === "Pod" && phase !== "Pending" && phase !== "Omitted")
      .map((node) => ({ pod: podNameOf(workflow, node), node: node.displayName }))
      .filter(({ pod }) => !this.#followed.has(pod));
    for (const { pod, node } of rest.slice(0, MAX_STREAMS)) this.#follow(pod, node);
  }

  /** The metadata of the pods whose containers have begun. */
  async #pods(signal: AbortSignal): Promise<ObjectMeta[]> {
    const { name, namespace } = this.#workflow;
    const { items } = await this.#kube.list({ apiVersion: "v1", kind: "Pod" }, {
      namespace,
      labelSelector: `${WORKFLOW_LABEL}=${name}`,
      fieldSelector: "status.phase!=Pending",
      metadataOnly: true,
      signal,
    });
    return items.map(({ metadata }) => metadata);
  }

  #follow(pod: string, node: string): void {
    if (!this.#followed.has(pod)) this.#followed.set(pod, this.#logLines(pod, node));
  }

  async #logLines(name: string, node: string): Promise<void> {
    await this.#takeStream();
    try {
      const { namespace } = this.#workflow;
      const lines = followLog(this.#kube, { name, namespace }, {
        container: MAIN,
        signal: this.#over.signal,
        ending: this.#ending.signal,
        clock: this.#clock,
      });
      for await (const line of lines) {
        if (!EXECUTOR_LINE.test(line)) this.#log.info(`[${node}] ${printable(line)}`);
      }
    } catch (error) {
      if (!this.#over.signal.aborted) this.#fail(error);
    } finally {
      this.#streams -= 1;
      this.#waiting.shift()?.();
    }
  }

  async #takeStream(): Promise<void> {
    if (this.#streams >= MAX_STREAMS) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    this.#streams += 1;
  }

  #fail(error: unknown): void {
    const text = `Cannot follow the logs: ${messageOf(error)}`;
    if (!isFault(error, "forbidden")) return this.#log.debug(text);
    this.#over.abort(error);
    this.#log.warn(text);
  }

  /** Whether all of the time has passed. */
  async #sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#clock.sleep(ms, signal);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * The display name of a node by its whole name: `each(1:b)` for `hello[0].each(1:b)`. `undefined` where there is none.
 *
 * https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/controller/operator.go
 */
export function nodeOf(nodeName: string | undefined, workflow: string): string | undefined {
  const way = nodeName?.startsWith(workflow) ? nodeName.slice(workflow.length) : nodeName;
  return /^.*\.([\w-]+(?:\(.*\))?)$/s.exec(way ?? "")?.[1] ?? nodeName;
}

/** A line without what would draw elsewhere on a terminal: control sequences and characters, but for tabs. */
function printable(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b\[[0-?]*[ -/]*[@-~]|[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, "");
}
