/**
 * The lines of one container's log while it runs, over streams that break.
 *
 * @module
 */
import { follow, scoped, unlessAborted, withDeadline } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import { ApiError, isFault } from "../kube/api_error.ts";
import { Backoff } from "../object/backoff.ts";
import { clockOf, type KubeClient } from "../kube/client.ts";
import { Lines } from "../io/lines.ts";
import { SeenLines } from "./seen_lines.ts";

/** Options of {@linkcode followLog}. */
export interface FollowLogOptions {
  container: string;
  /** Ends the reading at once. */
  signal: AbortSignal;
  /** Aborted when the container has ended, or soon will: the rest of its log is read once, without a wait. */
  ending?: AbortSignal;
  /** The client's by default. */
  clock?: Clock;
}

/** How long a stream may be silent before it is opened anew, milliseconds: the connection may be dead. */
const SILENCE_MS = 60_000;
/** Pause before a stream that ended is opened anew, milliseconds. */
const REOPEN_MS = 500;
/**
 * The stream of a container that has ended is over sooner than this, milliseconds; a proxy that cuts quiet streams does
 * so later.
 */
const OVER_MS = 5_000;
/** Longest line in characters; a longer line is cut. A container may print without ever ending a line. */
const MAX_LINE_CHARS = 64 * 1024;

/** The pod of a log. */
interface PodName {
  name: string;
  namespace: string;
}

type State = { at: "stream" } | { at: "pause"; ms: number } | { at: "over" };

/**
 * Yields each line of a container's log once, without its end. It waits for a container that is not yet started. When a
 * stream breaks or is silent for long, it opens a new stream from the last line. It ends with the container or its pod.
 *
 * @throws {ApiError} With the fault `forbidden` if the log may not be read
 * @throws The signal's reason when that is aborted
 */
export async function* followLog(
  kube: KubeClient,
  pod: PodName,
  options: FollowLogOptions,
): AsyncGenerator<string> {
  const { ending = new AbortController().signal } = options;
  const log = new FollowedLog(kube, pod, { ...options, ending, clock: clockOf(kube, options) });
  for (let state: State = { at: "stream" }; state.at !== "over";) {
    state = state.at === "stream" ? yield* log.stream() : await log.pause(state.ms);
  }
}

/** A log that is being followed; one method per state. */
class FollowedLog {
  readonly #kube: KubeClient;
  readonly #pod: PodName;
  readonly #options: Required<FollowLogOptions>;
  readonly #backoff: Backoff;
  readonly #seen = new SeenLines();
  /**
   * What the stream before, if it ended well, had after its last newline: a cut line, or the container's last words.
   */
  #unended: string | undefined;

  constructor(kube: KubeClient, pod: PodName, options: Required<FollowLogOptions>) {
    this.#kube = kube;
    this.#pod = pod;
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
  }

  /**
   * Opens a stream and yields its new lines. Next: `over` when the container has ended or its pod is gone; otherwise
   * `pause`, after a failure for longer each time.
   */
  async *stream(): AsyncGenerator<string, State> {
    const { clock, ending } = this.#options;
    const isLast = ending.aborted;
    const openedAt = clock.now();
    const sinceTime = this.#seen.reopen();
    const lines = new Lines({ maxChars: MAX_LINE_CHARS });
    let hasNews = false;
    try {
      for await (const chunk of openStream(this.#kube, this.#pod, { ...this.#options, sinceTime })) {
        this.#backoff.reset();
        for (const text of this.#seen.newOf(lines.push(chunk))) {
          hasNews = true;
          yield text;
        }
      }
    } catch (error) {
      return this.#failed(error, isLast);
    }
    const isQuick = !hasNews && clock.now() - openedAt < OVER_MS;
    return yield* this.#ended(lines.rest, { isLast, isQuick });
  }

  /** Waits, at most until the container is about to end. Next: `stream`. */
  async pause(ms: number): Promise<State> {
    const { clock, ending, signal } = this.#options;
    await scoped(ending, (awake) => unlessAborted(clock.sleep(ms, awake), signal)).catch(() => {});
    signal.throwIfAborted();
    return { at: "stream" };
  }

  /**
   * A stream ended well, with `rest` after its last newline. A proxy that cuts it ends it well, too: only two streams
   * that end alike show that the container has ended.
   */
  *#ended(
    rest: string,
    { isLast, isQuick }: { isLast: boolean; isQuick: boolean },
  ): Generator<string, State> {
    const isOver = isLast || (isQuick && rest === this.#unended);
    this.#unended = rest;
    if (!isOver) return { at: "pause", ms: REOPEN_MS };
    if (rest !== "") yield* this.#seen.newOf([rest]);
    return { at: "over" };
  }

  #failed(error: unknown, isLast: boolean): State {
    this.#options.signal.throwIfAborted();
    if (isFault(error, "forbidden")) throw error;
    this.#unended = undefined;
    if (isLast || isGone(error)) return { at: "over" };
    return { at: "pause", ms: this.#backoff.nextMs(error) };
  }
}

/** Whether the pod is gone, or has no such container. */
function isGone(error: unknown): boolean {
  return isFault(error, "notFound") ||
    (isFault(error, "invalid") && error.message.includes("is not valid for pod"));
}

interface StreamOptions extends Required<FollowLogOptions> {
  sinceTime: string | undefined;
}

/** Opens one stream, from `sinceTime` on. Throws when the stream is silent, and when `ending` is aborted. */
async function* openStream(
  kube: KubeClient,
  pod: PodName,
  { clock, container, ending, signal, sinceTime }: StreamOptions,
): AsyncGenerator<Uint8Array> {
  const attempt = follow(signal);
  const isLast = ending.aborted;
  const end = () => attempt.abort(new Error("the container is about to end"));
  if (!isLast) ending.addEventListener("abort", end, { once: true, signal: attempt.signal });
  const request = { container, follow: !isLast, sinceTime, signal: attempt.signal };
  const stream = kube.streamLog(pod, request)[Symbol.asyncIterator]();
  const reason = () => new ApiError("the log's stream is silent", { fault: "broken" });
  const next = (silence: AbortSignal) => {
    silence.addEventListener("abort", () => attempt.abort(silence.reason), { once: true });
    return stream.next();
  };
  try {
    while (true) {
      const { done, value } = await withDeadline(SILENCE_MS, { clock, reason }, next);
      if (done) return;
      yield value;
    }
  } finally {
    attempt.abort(new Error("the log's stream is over"));
    attempt.release();
    stream.return?.().catch(() => {});
  }
}
