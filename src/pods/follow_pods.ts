/**
 * Logging what the containers of pods print, while they run.
 *
 * @module
 */
import { follow, type Follower } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../io/log.ts";
import { printable } from "../text/printable.ts";
import { isFault } from "../kube/api_error.ts";
import { clockOf, type KubeClient, type KubeObject } from "../kube/client.ts";
import type { NoiseFilter } from "./explain_pod.ts";
import { followLog } from "./follow_log.ts";
import { ownPods, type PodSelector } from "./list_pods.ts";

/** A container whose log is followed. */
export interface PodStream {
  /** The container. */
  container: string;
  /** What leads each of its lines: `[label] line`. */
  label: string;
  /** Leaves out lines that are not the work's, such as an executor's. By default no line is left out. */
  noise?: NoiseFilter;
}

/** Options of {@linkcode FollowedPods}. */
export interface FollowedPodsOptions {
  /** Ends the following at once. */
  signal: AbortSignal;
  /** Where the lines go. */
  log: Log;
  /** Returns the started containers of a pod to follow; called whenever the pod has changed. */
  streamsOf: (pod: KubeObject) => PodStream[];
  /** The client's by default. */
  clock?: Clock;
}

/** Shortest time between two LISTs of the pods, milliseconds. */
const LIST_MS = 3_000;
/** How much longer that time is for each pod there is, milliseconds: a list of thousands is large. */
const LIST_MS_PER_POD = 10;
/** Longest time between two LISTs that fail, milliseconds. */
const MAX_LIST_MS = 60_000;
/** Most streams at once: each stream takes a connection. */
const MAX_STREAMS = 50;
/** Most pods that are read after one LIST. */
const MAX_READS = 50;
/** How long the end of a run waits for streams to end by themselves, and then for their rest, milliseconds. */
const GRACE_MS = 1_000;

/**
 * Logs each line of the containers of pods, led by a label. It decides nothing and throws nothing. If it may not list
 * pods or read their logs, it stops with one warning.
 */
export class FollowedPods {
  readonly #kube: KubeClient;
  readonly #podsOf: PodSelector;
  readonly #options: Required<Omit<FollowedPodsOptions, "signal">>;
  readonly #whileFollowing: Follower;
  readonly #ending = new AbortController();
  /** By `pod/container`. */
  readonly #followed = new Map<string, Promise<unknown>>();
  /** The resourceVersion at which each pod was read last. */
  readonly #read = new Map<string, string | undefined>();
  readonly #waiting: (() => void)[] = [];
  #streams = 0;

  /** Makes no request before `run()`. */
  constructor(kube: KubeClient, pods: PodSelector, { signal, ...options }: FollowedPodsOptions) {
    this.#kube = kube;
    this.#podsOf = pods;
    this.#options = { clock: clockOf(kube, options), ...options };
    this.#whileFollowing = follow(signal);
    this.#whileFollowing.signal.addEventListener("abort", () => this.#ending.abort(), { once: true });
    if (signal.aborted) this.#ending.abort();
  }

  /** Finds pods and follows their logs until the end. */
  async run(): Promise<void> {
    const ending = this.#ending.signal;
    for (let waitMs = LIST_MS; await this.#sleep(waitMs, ending);) {
      try {
        const count = await this.#listPods(ending);
        waitMs = LIST_MS + count * LIST_MS_PER_POD;
      } catch (error) {
        if (!ending.aborted) this.#fail(error);
        waitMs = Math.min(2 * waitMs, MAX_LIST_MS);
      }
    }
  }

  /** Waits, for at most 2 s, until the last lines are logged, also those of pods too short to be found before. */
  async finish(): Promise<void> {
    await this.#settled(GRACE_MS);
    this.#ending.abort();
    const followRest = async () => {
      const signal = this.#whileFollowing.signal;
      await this.#listPods(signal).catch((error) => signal.aborted || this.#fail(error));
      await Promise.all(this.#followed.values());
    };
    await Promise.race([followRest(), this.#sleep(GRACE_MS, this.#whileFollowing.signal)]);
    this.#whileFollowing.abort(new Error("the run is over"));
  }

  async #settled(ms: number): Promise<void> {
    await Promise.race([Promise.all(this.#followed.values()), this.#sleep(ms, this.#whileFollowing.signal)]);
  }

  /**
   * Follows what has started since the last LIST. Only pods that have changed are read whole. Returns how many pods
   * there are.
   */
  async #listPods(signal: AbortSignal): Promise<number> {
    const type = { apiVersion: "v1", kind: "Pod" };
    const { items } = await this.#kube.list(type, { ...this.#podsOf, metadataOnly: true, signal });
    const own = ownPods(this.#podsOf, items);
    const changed = own
      .map(({ metadata }) => metadata)
      .filter(({ name = "", resourceVersion }) =>
        !this.#read.has(name) || this.#read.get(name) !== resourceVersion
      )
      .slice(0, MAX_READS);
    await Promise.all(
      changed.map(({ name = "", resourceVersion }) =>
        this.#readPod(name, signal).then(() => this.#read.set(name, resourceVersion))
      ),
    );
    return own.length;
  }

  async #readPod(name: string, signal: AbortSignal): Promise<void> {
    const { namespace } = this.#podsOf;
    try {
      const pod = await this.#kube.get({ apiVersion: "v1", kind: "Pod", name, namespace }, { signal });
      for (const stream of this.#options.streamsOf(pod)) this.#follow(name, stream);
    } catch (error) {
      if (!isFault(error, "notFound")) throw error;
    }
  }

  #follow(pod: string, stream: PodStream): void {
    const key = `${pod}/${stream.container}`;
    if (!this.#followed.has(key)) this.#followed.set(key, this.#logLines(pod, stream));
  }

  async #logLines(name: string, { container, label, noise = () => () => false }: PodStream): Promise<void> {
    await this.#takeStream();
    const { clock, log } = this.#options;
    const isNoise = noise();
    try {
      const lines = followLog(this.#kube, { name, namespace: this.#podsOf.namespace }, {
        container,
        signal: this.#whileFollowing.signal,
        ending: this.#ending.signal,
        clock,
      });
      for await (const line of lines) {
        if (!isNoise(line)) log.info(`[${label}] ${printable(line)}`);
      }
    } catch (error) {
      if (!this.#whileFollowing.signal.aborted) this.#fail(error);
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
    if (!isFault(error, "forbidden")) return this.#options.log.debug(text);
    this.#whileFollowing.abort(error);
    this.#options.log.warn(text);
  }

  /** Returns whether the whole time has passed. */
  async #sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.clock.sleep(ms, signal);
      return true;
    } catch {
      return false;
    }
  }
}
