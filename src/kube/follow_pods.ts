/**
 * Logging what the containers of pods print, while they run.
 *
 * @module
 */
import { follow, type Follower } from "../abort.ts";
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import { printable } from "../printable.ts";
import { isFault } from "./api_error.ts";
import { ownPods, type PodsOf } from "./blocked_pods.ts";
import { clockOf, type KubeClient, type KubeObject } from "./client.ts";
import { followLog } from "./follow_log.ts";

/** A container whose log is followed. */
export interface PodStream {
  /** The container. */
  container: string;
  /** What leads each of its lines: `[label] line`. */
  label: string;
}

/** The containers of a pod whose logs are followed. */
export interface PodStreams {
  /** The pod. */
  pod: string;
  /** Its containers. */
  streams: PodStream[];
}

/** Options of {@linkcode FollowedPods}. */
export interface FollowedPodsOptions {
  /** Gives it up. */
  signal: AbortSignal;
  /** Where the lines go. */
  log: Log;
  /** Which containers of a pod are followed. */
  streamsOf: (pod: KubeObject) => PodStream[];
  /** Whether `streamsOf` needs whole pods; `false` by default: their metadata only. */
  whole?: boolean;
  /** Lines that say nothing, such as an executor's own. By default there are none. */
  isNoise?: (line: string) => boolean;
  /** The client's by default. */
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

/**
 * Logs each line of the containers of pods, led by a label. It decides nothing and throws nothing, and gives up with
 * one warning where it may not list pods or read their logs.
 */
export class FollowedPods {
  readonly #kube: KubeClient;
  readonly #podsOf: PodsOf;
  readonly #options: Required<Omit<FollowedPodsOptions, "signal">>;
  readonly #over: Follower;
  readonly #ending = new AbortController();
  /** By the pods' names. */
  readonly #followed = new Map<string, Promise<unknown>>();
  readonly #waiting: (() => void)[] = [];
  #streams = 0;

  /** Nothing is asked before `run()`. */
  constructor(kube: KubeClient, pods: PodsOf, { signal, ...options }: FollowedPodsOptions) {
    this.#kube = kube;
    this.#podsOf = pods;
    this.#options = { clock: clockOf(kube, options), isNoise: () => false, whole: false, ...options };
    this.#over = follow(signal);
    this.#over.signal.addEventListener("abort", () => this.#ending.abort(), { once: true });
    if (signal.aborted) this.#ending.abort();
  }

  /** Looks for pods and follows their logs until the end. */
  async run(): Promise<void> {
    const ending = this.#ending.signal;
    for (let waitMs = LOOK_MS; await this.#sleep(waitMs, ending);) {
      try {
        const pods = await this.#pods(ending);
        pods.forEach((pod) => this.#follow(pod));
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
   * @param rest names the pods there were, of which some may have been too short to be found; by default one more look
   * does
   */
  async finish(rest?: () => Promise<PodStreams[]>): Promise<void> {
    await this.#settled(GRACE_MS);
    const read = rest ?? (() => this.#pods(this.#over.signal));
    this.#ending.abort();
    const followRest = async () => {
      const pods = await read().catch((error) => this.#over.signal.aborted || this.#fail(error));
      if (Array.isArray(pods)) {
        pods.filter(({ pod }) => !this.#followed.has(pod)).slice(0, MAX_STREAMS)
          .forEach((pod) => this.#follow(pod));
      }
      await Promise.all(this.#followed.values());
    };
    await Promise.race([followRest(), this.#sleep(GRACE_MS, this.#over.signal)]);
    this.#over.abort(new Error("the run is over"));
  }

  async #settled(ms: number): Promise<void> {
    await Promise.race([Promise.all(this.#followed.values()), this.#sleep(ms, this.#over.signal)]);
  }

  /** The pods whose containers have begun. */
  async #pods(signal: AbortSignal): Promise<PodStreams[]> {
    const { items } = await this.#kube.list({ apiVersion: "v1", kind: "Pod" }, {
      ...this.#podsOf,
      fieldSelector: "status.phase!=Pending",
      metadataOnly: !this.#options.whole,
      signal,
    });
    return ownPods(this.#podsOf, items).map((pod) => ({
      pod: pod.metadata.name ?? "",
      streams: this.#options.streamsOf(pod),
    }));
  }

  #follow({ pod, streams }: PodStreams): void {
    if (this.#followed.has(pod)) return;
    this.#followed.set(pod, Promise.all(streams.map((stream) => this.#logLines(pod, stream))));
  }

  async #logLines(name: string, { container, label }: PodStream): Promise<void> {
    await this.#takeStream();
    const { clock, isNoise, log } = this.#options;
    try {
      const lines = followLog(this.#kube, { name, namespace: this.#podsOf.namespace }, {
        container,
        signal: this.#over.signal,
        ending: this.#ending.signal,
        clock,
      });
      for await (const line of lines) {
        if (!isNoise(line)) log.info(`[${label}] ${printable(line)}`);
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
    if (!isFault(error, "forbidden")) return this.#options.log.debug(text);
    this.#over.abort(error);
    this.#options.log.warn(text);
  }

  /** Whether all of the time has passed. */
  async #sleep(ms: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#options.clock.sleep(ms, signal);
      return true;
    } catch {
      return false;
    }
  }
}
