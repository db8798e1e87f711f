/**
 * How long to wait between requests: after a failure, and in general.
 *
 * @module
 */
import { type Clock, jitter } from "../time/clock.ts";
import { ApiError, type Fault } from "../kube/api_error.ts";

/** First pause after a failure, milliseconds. */
const BASE_MS = 250;
/** Longest pause, milliseconds. Half of client-go's 30 s: https://github.com/kubernetes/client-go/blob/v0.34.4/tools/cache/reflector.go */
const CAP_MS = 15_000;
/** Longest pause while connections are refused, milliseconds: the run sees the server's return within 2 s. */
const REFUSED_CAP_MS = 2_000;
/** Longest Retry-After that is followed, milliseconds. */
const RETRY_AFTER_CAP_MS = 60_000;

/** Exponential pauses with jitter, never shorter than what the server asked for. */
export class Backoff {
  readonly #clock: Clock;
  #failures = 0;
  #lastFault: Fault | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The pause after another failure, in milliseconds. */
  nextMs(error: unknown): number {
    const fault = error instanceof ApiError ? error.fault : undefined;
    // A server that accepts connections again is starting, so its first errors should not make the pauses long.
    if (this.#lastFault === "refused" && fault !== "refused") this.reset();
    this.#lastFault = fault;
    const cap = fault === "refused" ? REFUSED_CAP_MS : CAP_MS;
    const pause = Math.min(cap, jitter(this.#clock, BASE_MS * 2 ** Math.min(this.#failures++, 20), 0.5));
    const asked = error instanceof ApiError ? Math.min(error.retryAfterMs ?? 0, RETRY_AFTER_CAP_MS) : 0;
    return asked > pause ? asked * (1 + 0.2 * this.#clock.random()) : pause;
  }

  /** Starts over, after something went well. */
  reset(): void {
    this.#failures = 0;
  }
}

/** Size of a {@linkcode TokenBucket}. */
export interface TokenBucketOptions {
  /** Requests a minute in the long run; 30 by default. */
  perMinute?: number;
  /** Requests at once; 10 by default, as client-go's: https://github.com/kubernetes/client-go/blob/v0.34.4/rest/config.go */
  burst?: number;
}

/** Limits how many requests are made per minute, whatever happens. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, options: TokenBucketOptions = {}) {
    this.#clock = clock;
    this.#perMs = (options.perMinute ?? 30) / 60_000;
    this.#burst = options.burst ?? 10;
    this.#tokens = this.#burst;
    this.#at = clock.now();
  }

  /** Resolves as soon as another request may be made. */
  async take(signal?: AbortSignal): Promise<void> {
    const now = this.#clock.now();
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    this.#tokens -= 1;
    if (this.#tokens < 0) await this.#clock.sleep(-this.#tokens / this.#perMs, signal);
  }
}
