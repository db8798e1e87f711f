/**
 * Waits of a test, each with a limit. The runner under test uses the real clock, so real time passes.
 *
 * @module
 */
import { type Ended, RunningProgram } from "../../../lab/compiled_program.ts";

/** Longest time that a step of a scenario may take, milliseconds. */
const STEP_MS = 150_000;

/** Lets real time pass. */
export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Waits until `probe` returns something true. */
export async function until<T>(what: string, probe: () => T | Promise<T>): Promise<NonNullable<T>> {
  const end = performance.now() + STEP_MS;
  while (performance.now() < end) {
    const found = await probe();
    if (found) return found;
    await sleep(50);
  }
  throw new Error(`gave up waiting for this: ${what}`);
}

/** Waits for a promise, at most `ms`. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new Error(`this did not happen within ${ms / 1_000} s: ${what}`));
  const timer = setTimeout(tooLate, ms);
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for the end of a run. */
export function endOf(run: RunningProgram, ms = STEP_MS): Promise<Ended> {
  return within(ms, "the run ends", run.ended);
}

/** Waits until a run has said something on standard error: how long a process takes to start is not known. */
export async function untilSaid(run: RunningProgram, text: string): Promise<void> {
  await until(`stderr says ${JSON.stringify(text)}`, () => run.said().includes(text));
}
