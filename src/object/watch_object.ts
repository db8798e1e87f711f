/**
 * One object, followed without end: through broken and silent watches, restarts of the API server, and rights that come
 * and go.
 *
 * @module
 */
import { type Clock, jitter } from "../time/clock.ts";
import type { Log } from "../io/log.ts";
import { ApiError, errorFromStatus, isFault } from "../kube/api_error.ts";
import { Backoff, type TokenBucket } from "./backoff.ts";
import {
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type ObjectRef,
  pluralOf,
  type ReadOptions,
  titleOf,
  type WatchEvent,
} from "../kube/client.ts";
import { EventStream, LIST_DEADLINE_MS, oneObject } from "./event_stream.ts";
import { WHILE_WAITING } from "./fault_rules.ts";
import { Outage } from "./retry.ts";

/** The object as it was last read: its metadata only, unless `whole` objects are asked for. */
export type Sighting =
  /** It is there. */
  | { is: "there"; object: KubeObject }
  /** It was deleted; this is its last state. */
  | { is: "deleted"; object: KubeObject }
  /** A fresh LIST or GET found no object of this name. */
  | { is: "absent" }
  /** It was deleted, and now the API server does not know its kind: no request can tell more. */
  | { is: "gone with its kind" };

/** Options of {@linkcode watchObject}. */
export interface WatchObjectOptions {
  clock: Clock;
  log: Log;
  signal: AbortSignal;
  /** Limits the requests of the whole wait. */
  bucket: TokenBucket;
  /** The resourceVersion of the reply to our own create, if there was one: no watch starts from another object's. */
  createdVersion?: string | undefined;
  /**
   * Whether to receive whole objects. `false` by default: metadata only, so that the cost does not depend on the size.
   */
  whole?: boolean | undefined;
}

/** How long a watch may be silent before a LIST, milliseconds, ± 20 %. */
const SILENCE_MS = 45_000;
/** A watch that ends sooner has failed, milliseconds: it was to last minutes. client-go uses 1 s. */
const SHORT_WATCH_MS = 5_000;
/** A watch that has lived this long is healthy, milliseconds. */
const HEALTHY_WATCH_MS = 60_000;
/** Time between two GETs where watching is not allowed, milliseconds, ± 20 %. */
const POLL_MS = 5_000;
/** After how many GETs the run tries to watch again: about five minutes. */
const POLLS_UNTIL_WATCH = 60;

/** Types of events that show the object. */
const CHANGES = ["ADDED", "MODIFIED", "DELETED"];

type State = ReadingState | { at: "pause"; ms: number; then: State };

type ReadingState =
  | { at: "list" }
  | { at: "watch"; from: string }
  | { at: "poll"; count: number };

type Transition = AsyncGenerator<Sighting, State>;

/**
 * Yields each sighting of an object, without end.
 *
 * @throws {RunError} `ApiUnreachable` or `AccessLost` if requests have failed for longer than `WHILE_WAITING` allows
 * @throws The signal's reason, when it is aborted
 */
export async function* watchObject(
  kube: KubeClient,
  ref: ObjectRef,
  options: WatchObjectOptions,
): AsyncGenerator<Sighting> {
  const watch = new ObjectWatch(kube, ref, options);
  let state: State = options.createdVersion === undefined
    ? { at: "list" }
    : { at: "watch", from: options.createdVersion };
  while (true) {
    options.signal.throwIfAborted();
    if (state.at === "pause") {
      await options.clock.sleep(state.ms, options.signal);
      state = state.then;
    } else {
      state = yield* watch.step(state);
    }
  }
}

class ObjectWatch {
  readonly #kube: KubeClient;
  readonly #ref: ObjectRef;
  readonly #options: WatchObjectOptions;
  /** Failures of all requests, and for how long they last. */
  readonly #outage: Outage;
  /** Failures of watches alone: a LIST that succeeds between them must not make them come faster. */
  readonly #watchBackoff: Backoff;
  #mayWatch = true;
  /** When a request or an event last showed the object, by the clock: silence counts over all watches together. */
  #heardAt: number;
  /** The object's version when it was last seen: a watch that has missed a newer version is of no use. */
  #known: string | undefined;
  #expiredInARow = 0;
  /** Whether the last sighting was the object's deletion. */
  #isDeleted = false;
  readonly #warned = new Set<string>();

  constructor(kube: KubeClient, ref: ObjectRef, options: WatchObjectOptions) {
    this.#kube = kube;
    this.#ref = ref;
    this.#options = options;
    this.#outage = new Outage({ clock: options.clock, log: options.log, rules: WHILE_WAITING });
    this.#watchBackoff = new Backoff(options.clock);
    this.#heardAt = options.clock.now();
    this.#known = options.createdVersion;
  }

  step(state: ReadingState): Transition {
    switch (state.at) {
      case "list":
        return this.#list();
      case "watch":
        return this.#watch(state.from);
      case "poll":
        return this.#poll(state.count);
    }
  }

  /**
   * LIST of the one name. Next: `watch` from the collection's version; `poll` if forbidden; `pause`, `list` after a
   * failure.
   */
  async *#list(): Transition {
    try {
      const version = yield* this.#listOnce({});
      return this.#mayWatch ? { at: "watch", from: version } : { at: "poll", count: 0 };
    } catch (error) {
      if (isFault(error, "kindMissing") && this.#isDeleted) yield { is: "gone with its kind" };
      if (!isFault(error, "forbidden")) return this.#failed(error);
      this.#giveUpWatching(error);
      return { at: "poll", count: 0 };
    }
  }

  /**
   * Events as they come. Next: `watch` from the last version after a clean end; `list` after a deletion, an expired
   * version, an event that makes no sense or was missed, or when watching is forbidden; `pause`, `list` after a
   * failure.
   */
  async *#watch(from: string): Transition {
    let opened = this.#options.clock.now();
    const stream = new EventStream(this.#kube, this.#ref, from, this.#options);
    let version = from;
    try {
      await this.#options.bucket.take(this.#options.signal);
      // The time in the queue does not count as life of the watch.
      opened = this.#options.clock.now();
      while (true) {
        const silentMs = this.#options.clock.now() - this.#heardAt;
        const event = await stream.next(Math.max(0, jitter(this.#options.clock, SILENCE_MS, 0.2) - silentMs));
        if (event === "silence") {
          if (yield* this.#relist()) return { at: "list" };
          continue;
        }
        if (event === "end") return this.#ended(opened, version);
        const told = this.#read(event);
        if (!told) return { at: "list" };
        version = told.version;
        if (told.sighting) yield told.sighting;
        if (told.sighting?.is === "deleted") return { at: "list" };
      }
    } catch (error) {
      return this.#watchFailed(error, opened);
    } finally {
      stream.close();
    }
  }

  /**
   * GET, where LIST or WATCH is forbidden. Next: `pause`, `poll`; `pause`, `list` after a failure or after many GETs.
   */
  async *#poll(count: number): Transition {
    const { clock } = this.#options;
    try {
      const object = await this.#request((options) => this.#kube.get(this.#ref, options), {});
      yield { is: "there", object };
    } catch (error) {
      if (!isFault(error, "notFound")) return this.#failed(error);
      this.#outage.end();
      yield { is: "absent" };
    }
    this.#mayWatch = count >= POLLS_UNTIL_WATCH;
    const then: State = this.#mayWatch ? { at: "list" } : { at: "poll", count: count + 1 };
    return { at: "pause", ms: jitter(clock, POLL_MS, 0.2), then };
  }

  /**
   * Reads an event: the version to resume from and, if it is about the object, a sighting. Returns `undefined` for an
   * event that makes no sense.
   *
   * @throws {ApiError} If the event is an error
   */
  #read({ type, object }: WatchEvent): { version: string; sighting?: Sighting } | undefined {
    if (type === "ERROR") throw errorFromStatus(`watch ${titleOf(this.#ref)}`, pluralOf(this.#ref), object);
    this.#expiredInARow = 0;
    this.#heardAt = this.#options.clock.now();
    this.#watchBackoff.reset();
    const { metadata } = object;
    const version = metadata?.resourceVersion;
    if (!version) return undefined;
    if (type === "BOOKMARK") return { version };
    if (!CHANGES.includes(type) || metadata.uid === undefined) return undefined;
    if (metadata.name !== this.#ref.name) return { version };
    this.#known = version;
    this.#isDeleted = type === "DELETED";
    return { version, sighting: { is: this.#isDeleted ? "deleted" : "there", object } };
  }

  /** A clean end is normal after some time, and a failure if it came at once. */
  #ended(opened: number, version: string): State {
    const life = this.#options.clock.now() - opened;
    if (life >= HEALTHY_WATCH_MS) this.#watchBackoff.reset();
    if (life >= SHORT_WATCH_MS) return { at: "watch", from: version };
    return this.#pauseThenList(new ApiError("the watch ended at once", { fault: "server" }));
  }

  #watchFailed(error: unknown, opened: number): State {
    const { clock, signal } = this.#options;
    signal.throwIfAborted();
    if (!(error instanceof ApiError)) throw error;
    if (error.fault === "expired" && ++this.#expiredInARow === 1) return { at: "list" };
    if (error.fault === "forbidden") {
      this.#giveUpWatching(error);
      return { at: "list" };
    }
    if (clock.now() - opened >= HEALTHY_WATCH_MS) this.#watchBackoff.reset();
    return this.#pauseThenList(error);
  }

  #giveUpWatching(error: ApiError): void {
    if (this.#mayWatch) this.#warnOnce(`${error.message}; looking each ${POLL_MS / 1_000} s instead`);
    this.#mayWatch = false;
  }

  #pauseThenList(error: ApiError): State {
    this.#warnOnce(`${error.message}; looking again`);
    return { at: "pause", ms: this.#watchBackoff.nextMs(error), then: { at: "list" } };
  }

  /** Warns of each message once: the same failure may come a thousand times. */
  #warnOnce(message: string): void {
    const { log } = this.#options;
    if (this.#warned.has(message)) log.debug(message);
    else log.warn(message);
    this.#warned.add(message);
  }

  #failed(error: unknown): State {
    this.#options.signal.throwIfAborted();
    return { at: "pause", ms: this.#outage.pauseMs(error), then: { at: "list" } };
  }

  /** LIST of the one name, without a resourceVersion: the API server answers from a quorum of etcd. */
  async *#listOnce(options: ReadOptions): AsyncGenerator<Sighting, string> {
    const { items, resourceVersion } = await this.#request(
      (given) => this.#kube.list(this.#ref, given),
      options,
    );
    this.#heardAt = this.#options.clock.now();
    const object = items.find(({ metadata }) => metadata.name === this.#ref.name);
    this.#known = object?.metadata.resourceVersion;
    this.#isDeleted = false;
    yield object ? { is: "there", object } : { is: "absent" };
    return resourceVersion;
  }

  /** LIST beside a silent watch, on a new connection. Returns whether the watch has missed something. */
  async *#relist(): AsyncGenerator<Sighting, boolean> {
    const known = this.#known;
    for await (const sighting of this.#listOnce({ freshConnection: true })) {
      if (this.#known !== known) this.#warnOnce("the watch tells nothing of what happens");
      yield sighting;
    }
    return this.#known !== known;
  }

  async #request<T>(
    send: (options: ListOptions) => Promise<T>,
    options: ReadOptions,
  ): Promise<T> {
    const { bucket, signal } = this.#options;
    await bucket.take(signal);
    const answer = await send({
      ...oneObject(this.#ref, this.#options.whole),
      signal,
      deadlineMs: LIST_DEADLINE_MS,
      ...options,
    });
    this.#outage.end();
    return answer;
  }
}
