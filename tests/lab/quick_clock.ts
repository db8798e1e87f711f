/**
 * A fake clock for long waits: hours pass in moments, and no time passes while the code under test computes.
 *
 * @module
 */
import { setImmediate } from "node:timers";
import type { Clock } from "../../src/time/clock.ts";

/** A {@linkcode Clock} that a test controls. */
export interface QuickClock extends Clock {
  /** Lets `ms` milliseconds pass. */
  advance(ms: number): Promise<void>;
  /**
   * Lets as much time pass as the work needs, at most `limitMs`. Returns what the work returns. Time stands still
   * while nobody sleeps: a test that sleeps beside the work makes time pass under its hashes and files.
   */
  finish<T>(work: Promise<T>, limitMs?: number): Promise<T>;
}

const HOUR_MS = 3_600_000;
/** How many turns of the event loop an action may take that neither sleeps nor ends, such as a hash. */
const MAX_IDLE_TURNS = 100_000;

/** Makes a clock that starts at 0. */
export function quickClock(random: () => number = () => 0.5): QuickClock {
  let now = 0;
  const sleepers = new Set<{ until: number; wake: () => void }>();
  const next = () => [...sleepers].reduce((a, b) => b.until < a.until ? b : a);
  const wake = async () => {
    const sleeper = next();
    now = Math.max(now, sleeper.until);
    sleepers.delete(sleeper);
    sleeper.wake();
    await settle();
  };
  return {
    now: () => now,
    random,
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          sleepers.delete(sleeper);
          reject(signal?.reason);
        };
        const wake = () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        };
        const sleeper = { until: now + ms, wake };
        sleepers.add(sleeper);
        signal?.addEventListener("abort", stop, { once: true });
      });
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      while (sleepers.size > 0 && next().until <= end) await wake();
      now = end;
    },
    async finish(work, limitMs = HOUR_MS) {
      const end = now + limitMs;
      let isDone = false;
      const done = () => void (isDone = true);
      work.then(done, done);
      while (!isDone) {
        await until(() => isDone || sleepers.size > 0);
        await settle();
        if (isDone) break;
        if (next().until > end) throw new Error(`the work is not done after ${limitMs} ms`);
        await wake();
      }
      return await work;
    },
  };
}

/** Lets the event loop turn until the condition holds; no time passes on any fake clock. */
export async function until(isSo: () => boolean): Promise<void> {
  for (let turn = 0; !isSo(); turn++) {
    if (turn > MAX_IDLE_TURNS) throw new Error("it does not become so");
    await nextTurn();
  }
}

/** Lets everything run that needs only turns of the event loop. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => resolve()));
}
