/**
 * Trying again, for as long as the rule of a fault allows.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { RunError } from "../errors.ts";
import type { Log } from "../io/log.ts";
import { ApiError, type Fault } from "../kube/api_error.ts";
import { Backoff } from "./backoff.ts";
import type { FaultRule } from "./fault_rules.ts";

/** Options of {@linkcode retry} and {@linkcode Outage}. */
export interface RetryOptions {
  clock: Clock;
  log: Log;
  /** What each fault means here. */
  rules: Record<Fault, FaultRule>;
  signal?: AbortSignal | undefined;
}

/** Repeats `request` until it succeeds, or until a fault has lasted longer than its rule allows. */
export async function retry<T>(request: () => Promise<T>, options: RetryOptions): Promise<T> {
  const outage = new Outage(options);
  while (true) {
    options.signal?.throwIfAborted();
    try {
      return await request();
    } catch (error) {
      await options.clock.sleep(outage.pauseMs(error), options.signal);
    }
  }
}

/** A series of failures without a success between them. */
export class Outage {
  readonly #options: RetryOptions;
  readonly #backoff: Backoff;
  /** When the first failure came, by the clock. */
  #since: number | undefined;
  /** The last fault, and since when it is the only fault: a server that starts again shows several in turn. */
  #last: { fault: Fault; since: number } | undefined;

  constructor(options: RetryOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.clock);
  }

  /**
   * How long to wait after a failure before the next try, in milliseconds.
   *
   * @throws {RunError} If the fault has lasted longer than its rule allows, or all faults together longer than any rule
   * does
   * @throws The error itself, if it is no {@linkcode ApiError}
   */
  pauseMs(error: unknown): number {
    if (!(error instanceof ApiError)) throw error;
    const { clock, log, rules } = this.#options;
    if (error.noRetry) throw new RunError(rules[error.fault].then, error.message, { cause: error });
    const now = clock.now();
    this.#since ??= now;
    if (this.#last?.fault !== error.fault) {
      this.#last = { fault: error.fault, since: now };
      if (rules[error.fault].forMs > 0) log.warn(`${error.message}; trying again`);
    }
    const rule = rules[error.fault];
    const longest = Math.max(...Object.values(rules).map(({ forMs }) => forMs));
    const leftMs = Math.min(rule.forMs - (now - this.#last.since), longest - (now - this.#since));
    if (leftMs <= 0) throw new RunError(rule.then, error.message, { cause: error });
    const pauseMs = this.#backoff.nextMs(error);
    return error.retryAfterMs === undefined ? Math.min(pauseMs, leftMs) : pauseMs;
  }

  /** A request succeeded: the next failure begins a new outage. */
  end(): void {
    if (this.#since !== undefined) this.#options.log.info("the API server answers again");
    this.#since = undefined;
    this.#last = undefined;
    this.#backoff.reset();
  }
}
