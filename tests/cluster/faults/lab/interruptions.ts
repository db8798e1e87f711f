/**
 * Runs that are ended from outside: at which request that happens, and what they may say of their work.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Outcome } from "../fault_row.ts";
import type { Exchange, Rule } from "../proxy/proxy.ts";
import type { Rig } from "./rig.ts";
import type { Ended, Run } from "../../lab/runner_process.ts";
import { metadataOf } from "./steps.ts";

/** A request that the proxy holds back. */
export interface Hold {
  /** Holds the first request that fits; all others pass. */
  rule: Rule;
  /** Resolves when it is held. */
  held: Promise<void>;
  /** Passes it on. */
  release(): void;
}

/** Holds back the first request that fits, until it is released. */
export function holdFirst(fits: (exchange: Exchange) => boolean): Hold {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  let isHeld = false;
  return {
    rule(exchange) {
      if (isHeld || !fits(exchange)) return undefined;
      isHeld = true;
      held.resolve();
      return released.promise.then(() => exchange.pass());
    },
    held: held.promise,
    release: released.resolve,
  };
}

/** Holds back the first request that fits; from then on nothing is answered any more. */
export function holdFirstThenMute(fits: (exchange: Exchange) => boolean): Hold {
  const hold = holdFirst(fits);
  let isMute = false;
  hold.held.then(() => isMute = true);
  const silence = neverAnswer(() => isMute);
  return { ...hold, rule: (exchange) => hold.rule(exchange) ?? silence(exchange) };
}

/** Leaves every request that fits without an answer, for ever. */
export function neverAnswer(fits: (exchange: Exchange) => boolean): Rule {
  return (exchange) => fits(exchange) ? new Promise(() => {}) : undefined;
}

/** Waits for a promise, but not for ever: what hangs must end the test. */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const tooLate = () => reject(new Error(`this did not happen within ${ms / 1_000} s: ${what}`));
  const timer = setTimeout(tooLate, ms);
  return await Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Waits for the end of a run that is to end soon. */
export function endOf(run: Run, ms = 60_000): Promise<Ended> {
  return within(ms, "the run ends", run.ended);
}

/** Asserts that the report takes no verdict, names the object that is there, and that this runs on. */
export async function assertLeftRunning(rig: Rig, ended: Ended, reason: string): Promise<void> {
  const { report, stderr } = ended;
  const { uid, annotations = {} } = metadataOf(await rig.object());
  const object = report?.object as { uid?: string; left?: string } | undefined;
  assertEquals(report?.reason, reason, stderr);
  assertEquals("finishedSuccessfully" in (report ?? {}), false, stderr);
  assertEquals(object?.uid, uid, stderr);
  assertEquals(object?.left, "left running", stderr);
  assertEquals("runner.capact.io/stopped-by" in (annotations as object), false, "the work was stopped");
}

/** Asserts that the status object holds the same report as standard output. */
export async function assertReported(rig: Rig, { report, stderr }: Ended): Promise<void> {
  assertEquals(await rig.status(), report, stderr);
}

/** Sends a signal in the middle of the wait; the run is to leave the work running and to report it. */
export async function signalInWait(
  rig: Rig,
  signal: "SIGTERM" | "SIGINT",
  reason: string,
): Promise<Outcome> {
  const run = rig.start();
  await rig.watching();
  const verdictAt = performance.now();
  run.kill(signal);
  const ended = await endOf(run);
  await assertLeftRunning(rig, ended, reason);
  await assertReported(rig, ended);
  return { ended, verdictAt };
}

/** The text for people: what is on standard error after the log. */
export function textForPeople({ stderr }: Ended, program: string): string {
  return stderr.slice(stderr.lastIndexOf(`${program}: `));
}
