/**
 * The lines of one container's log while it runs, over streams that break.
 *
 * @module
 */
import { follow } from "../time/abort.ts";
import { type Clock, withDeadline } from "../time/clock.ts";
import { ApiError, isFault } from "../kube/api_error.ts";
import { Backoff } from "../object/backoff.ts";
import { clockOf, type KubeClient } from "../kube/client.ts";

/** Options of {@linkcode followLog}. */
export interface FollowLogOptions {
  /** The container. */
  container: string;
  /** Gives it up. */
  signal: AbortSignal;
  /** Aborted when the container has ended, or soon will: what is left of its log is read once, without a wait. */
  ending?: AbortSignal;
  /** The client's by default. */
  clock?: Clock;
}

/** How long a stream may be silent before it is opened anew, milliseconds: the connection may be dead. */
const SILENCE_MS = 60_000;
/** Pause before a stream that ended is opened anew, milliseconds. */
const REOPEN_MS = 500;
/** The stream of a container that has ended is over sooner than this, milliseconds; a proxy cuts quiet ones later. */
const OVER_MS = 5_000;
/** Longest line in characters: what is longer is cut. A container may print without ever ending a line. */
const MAX_LINE_CHARS = 64 * 1024;

/**
 * Yields each line of a container's log once, without its end. A container that is not yet started is waited for; a
 * stream that breaks or is silent for long is opened anew from its last line. It ends with the container or its pod.
 *
 * @throws {ApiError} With the fault `forbidden` if the log may not be read
 * @throws The signal's reason when that is aborted
 */
export async function* followLog(
  kube: KubeClient,
  pod: { name: string; namespace: string },
  options: FollowLogOptions,
): AsyncGenerator<string> {
  const { ending = new AbortController().signal, signal } = options;
  const clock = clockOf(kube, options);
  const backoff = new Backoff(clock);
  const seen = new SeenLines();
  /** What the last stream, if it ended well, had after its last newline: a cut line, or the container's last words. */
  let unended: string | undefined;
  while (true) {
    const isLast = ending.aborted;
    const openedAt = clock.now();
    const lines = new LineSplitter();
    let isOver = false;
    let pauseMs = REOPEN_MS;
    try {
      let hasNews = false;
      for await (const chunk of openStream(kube, pod, { ...options, clock, ending, seen })) {
        backoff.reset();
        for (const text of seen.newOf(lines.push(chunk))) {
          hasNews = true;
          yield text;
        }
      }
      const rest = lines.rest();
      // A stream also ends well when a proxy cuts it: only two that end alike tell that the container has ended.
      isOver = isLast || (!hasNews && rest === unended && clock.now() - openedAt < OVER_MS);
      if (isOver && rest !== "") yield* seen.newOf([rest]);
      unended = rest;
    } catch (error) {
      signal.throwIfAborted();
      if (isFault(error, "forbidden")) throw error;
      unended = undefined;
      isOver = isLast || isGone(error);
      pauseMs = backoff.nextMs(error);
    }
    if (isOver) return;
    await pause(pauseMs, { clock, ending, signal });
  }
}

/** Whether there is no such pod any more, or it has no such container. */
function isGone(error: unknown): boolean {
  return isFault(error, "notFound") ||
    (isFault(error, "invalid") && error.message.includes("is not valid for pod"));
}

interface StreamOptions extends Required<FollowLogOptions> {
  seen: SeenLines;
}

/** One stream, from the lines on that were seen last. It throws when it is silent, and when `ending` comes. */
async function* openStream(
  kube: KubeClient,
  pod: { name: string; namespace: string },
  { clock, container, ending, seen, signal }: StreamOptions,
): AsyncGenerator<Uint8Array> {
  const attempt = follow(signal);
  const isLast = ending.aborted;
  const end = () => attempt.abort(new Error("the container is about to end"));
  if (!isLast) ending.addEventListener("abort", end, { once: true, signal: attempt.signal });
  const sinceTime = seen.reopen();
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

/** Sleeps, at most until `ending` comes. */
async function pause(
  ms: number,
  { clock, ending, signal }: { clock: Clock; ending: AbortSignal; signal: AbortSignal },
): Promise<void> {
  if (ending.aborted) return;
  const sleep = follow(signal);
  const stop = new AbortController();
  ending.addEventListener("abort", () => sleep.abort(ending.reason), { once: true, signal: stop.signal });
  await clock.sleep(ms, sleep.signal).catch(() => {});
  stop.abort();
  sleep.release();
  signal.throwIfAborted();
}

/**
 * Which lines were seen: how many of each time in the newest second and the one before. A stream that is opened anew
 * begins with whole seconds, and standard output and standard error are not quite in order.
 */
class SeenLines {
  readonly #counts = new Map<string, number>();
  /** How many lines of each time the present stream is to bring once more. */
  #repeated = new Map<string, number>();
  /** Seconds since 1970. */
  #newest = -Infinity;

  /** A new stream is opened. Returns the time to open it from. */
  reopen(): string | undefined {
    this.#repeated = new Map(this.#counts);
    if (this.#newest === -Infinity) return undefined;
    return `${new Date((this.#newest - 1) * 1_000).toISOString().slice(0, 19)}Z`;
  }

  /** The texts of those lines that were not seen before. What has no time is no line of the container. */
  *newOf(lines: Iterable<string>): Generator<string> {
    for (const line of lines) {
      const blank = line.indexOf(" ");
      const time = blank < 0 ? line : line.slice(0, blank);
      const second = Math.floor(Date.parse(time) / 1_000);
      if (/^\d{4}-\d\d-\d\dT/.test(time) && !Number.isNaN(second) && this.#isNew(time, second)) {
        yield blank < 0 ? "" : line.slice(blank + 1).replace(/\r$/, "");
      }
    }
  }

  #isNew(time: string, second: number): boolean {
    const repeated = this.#repeated.get(time) ?? 0;
    if (repeated > 0) {
      this.#repeated.set(time, repeated - 1);
      return false;
    }
    this.#counts.set(time, (this.#counts.get(time) ?? 0) + 1);
    if (second > this.#newest) this.#forgetBefore(second - 1);
    this.#newest = Math.max(this.#newest, second);
    return true;
  }

  #forgetBefore(second: number): void {
    for (const time of this.#counts.keys()) {
      if (Date.parse(time) < second * 1_000) this.#counts.delete(time);
    }
  }
}

/** Makes lines of chunks. */
class LineSplitter {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  #rest = "";

  /** The lines that this chunk completes. */
  push(chunk: Uint8Array): string[] {
    const parts = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split("\n");
    this.#rest = cut(parts.pop() ?? "");
    return parts.map(cut);
  }

  /** What follows the last newline. */
  rest(): string {
    return this.#rest;
  }
}

function cut(line: string): string {
  return line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line;
}
