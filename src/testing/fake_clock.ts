/**
 * A clock that stands still until a test advances it.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../time/clock.ts";

/** A {@linkcode Clock} that a test controls. `random()` is always 0.5, the middle of every jitter. */
export interface FakeClock extends Clock {
  /** Lets `ms` milliseconds pass. Sleeps end in the order of their time; before the next ends, what follows is done. */
  advance(ms: number): Promise<void>;
}

interface Sleeper {
  until: number;
  wake: () => void;
}

/** Options of {@linkcode fakeClock}. */
export interface FakeClockOptions {
  /** Whether something goes on that does not need this clock; until it is done, the clock waits. Default: never. */
  isBusy?: () => boolean;
}

/** How many turns of the event loop may follow the end of a sleep: streams need several. */
const TURNS = 20;
/** How long the clock waits in all while it is busy, real milliseconds: what takes longer hangs. */
const PATIENCE_MS = 2_000;

/**
 * Makes a clock that starts at 0.
 *
 * @example
 * ```ts
 * import { fakeClock } from "@action-runner/core/testing";
 *
 * const clock = fakeClock();
 * const slept = clock.sleep(1_000);
 * await clock.advance(1_000);
 * await slept;
 * ```
 */
export function fakeClock({ isBusy = () => false }: FakeClockOptions = {}): FakeClock {
  let now = 0;
  const sleepers = new Set<Sleeper>();
  let patienceMs = PATIENCE_MS;
  const rest = async () => {
    await settle();
    while (isBusy() && patienceMs-- > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await settle();
    }
  };
  const next = () => [...sleepers].sort((a, b) => a.until - b.until)[0];
  return {
    now: () => now,
    random: () => 0.5,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const sleeper = { until: now + ms, wake: resolve };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", () => {
          sleepers.delete(sleeper);
          reject(signal.reason);
        }, { once: true });
      });
    },
    async advance(ms) {
      const end = now + ms;
      await rest();
      for (let sleeper = next(); sleeper && sleeper.until <= end; sleeper = next()) {
        now = Math.max(now, sleeper.until);
        sleepers.delete(sleeper);
        sleeper.wake();
        await rest();
      }
      now = end;
    },
  };
}

/** Lets everything run that needs only turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
