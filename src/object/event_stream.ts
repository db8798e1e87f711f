/**
 * The events of one object's watch.
 *
 * @module
 */
import { follow, type Follower } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import type { KubeClient, ListOptions, ObjectRef, WatchEvent } from "../kube/client.ts";

/** Options of {@linkcode EventStream}. */
export interface EventStreamOptions {
  clock: Clock;
  signal: AbortSignal;
  /** Whether to receive whole objects, not only their metadata. */
  whole?: boolean | undefined;
}

/**
 * Length of a watch in seconds, between these: long enough to be cheap, shorter than the 240 s after which some load
 * balancers drop a silent connection without notice (https://github.com/Azure/kars/issues/456).
 */
const WATCH_SECONDS = { from: 180, to: 220 };
/** How long the answer to a LIST or GET, or a watch's headers, may take, milliseconds. */
export const LIST_DEADLINE_MS = 10_000;

/** A watch that is read with a time limit: an event that comes after the limit is not lost. */
export class EventStream {
  readonly #events: AsyncIterator<WatchEvent>;
  readonly #clock: Clock;
  readonly #stop: Follower;
  #next: Promise<IteratorResult<WatchEvent>> | undefined;

  constructor(kube: KubeClient, ref: ObjectRef, from: string, options: EventStreamOptions) {
    this.#clock = options.clock;
    this.#stop = follow(options.signal);
    const events = kube.watch(ref, {
      ...oneObject(ref, options.whole),
      resourceVersion: from,
      timeoutSeconds: Math.round(
        WATCH_SECONDS.from + options.clock.random() * (WATCH_SECONDS.to - WATCH_SECONDS.from),
      ),
      signal: this.#stop.signal,
      deadlineMs: LIST_DEADLINE_MS,
    });
    this.#events = events[Symbol.asyncIterator]();
  }

  async next(silenceMs: number): Promise<WatchEvent | "silence" | "end"> {
    this.#next ??= this.#events.next();
    const stop = new AbortController();
    const silence = this.#clock.sleep(silenceMs, stop.signal).then(
      () => "silence" as const,
      () => "end" as const,
    );
    try {
      const result = await Promise.race([this.#next, silence]);
      if (typeof result === "string") return result;
      this.#next = undefined;
      return result.done ? "end" : result.value;
    } finally {
      stop.abort();
    }
  }

  close(): void {
    this.#next?.catch(() => {});
    this.#stop.abort(new Error("the watch is closed"));
    this.#stop.release();
  }
}

/** Options of LIST and WATCH for one object: its metadata only, unless `whole`. */
export function oneObject({ namespace, name }: ObjectRef, whole = false): ListOptions {
  return { namespace, fieldSelector: `metadata.name=${name}`, metadataOnly: !whole };
}
