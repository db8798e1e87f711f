/**
 * The course that most rows share: the runner watches, a fault comes, the work ends, the run says so.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../src/mod.ts";
import type { Outcome } from "../fault_row.ts";
import type { Exchange, Seen } from "../proxy/proxy.ts";
import { type Rig, until } from "./rig.ts";
import type { Ended, Run } from "../../lab/runner_process.ts";
import type { Phase } from "../works/work.ts";

/** A run that watches its object. */
export interface Course {
  run: Run;
  /** The object's. */
  uid: string;
}

/** Starts the runner and waits until it watches. */
export async function startWatching(rig: Rig, env?: Record<string, string>): Promise<Course> {
  const run = rig.start(env);
  const tooEarly = run.ended.then(({ code, stderr }) => {
    throw new Error(`the run ended with ${code} before it watched\n${stderr}`);
  });
  const { metadata } = await Promise.race([rig.watching(), tooEarly]) as { metadata: { uid: string } };
  return { run, uid: metadata.uid };
}

/** Ends the work, waits for the run's end and checks that it tells of the same object. */
export async function finishWork(
  rig: Rig,
  course: Course,
  phase?: Phase,
): Promise<Required<Outcome>> {
  await rig.finish(phase);
  return await endOf(course);
}

/** Waits for the end of a run whose verdict can be seen from now on, and checks that it tells of the same object. */
export async function endOf({ run, uid }: Course): Promise<Required<Outcome>> {
  const verdictAt = performance.now();
  let end: Ended | undefined;
  run.ended.then((ended) => end = ended);
  const ended = await until("the run ends", () => end);
  const told = (ended.report?.object as JsonObject | undefined)?.uid;
  assert(told === uid, `the report tells of uid ${told}, expected ${uid}\n${ended.stderr}`);
  return { ended, verdictAt };
}

/** Checks that the run told of something in its log or its last words. */
export function checkSaid({ stderr }: Ended, words: string | RegExp): void {
  const said = typeof words === "string" ? stderr.includes(words) : words.test(stderr);
  assert(said, `the run did not say ${words}:\n${stderr}`);
}

/** A verdict that came too late, on a machine that may be busy: it is told apart from one that is wrong. */
export class TooLateError extends Error {
  readonly outcome: Required<Outcome>;

  constructor(outcome: Required<Outcome>, message: string) {
    super(message);
    this.outcome = outcome;
  }
}

/** Checks that the verdict came soon enough. */
export function checkWithin(outcome: Required<Outcome>, seconds: number): void {
  const { ended, verdictAt } = outcome;
  const took = (ended.at - verdictAt) / 1_000;
  if (took <= seconds) return;
  const text = `the verdict took ${took.toFixed(1)} s, expected at most ${seconds} s`;
  throw new TooLateError(outcome, `${text}\n${ended.stderr}`);
}

/** Does `fault` to every watch from now on, breaks the open one, and waits until `times` watches met the fault. */
export async function disturbWatches(
  rig: Rig,
  times: number,
  fault: (exchange: Exchange, count: number) => Promise<void>,
): Promise<Seen[]> {
  const met: Seen[] = [];
  rig.proxy.rule = (exchange) => {
    if (!exchange.isWatch) return;
    met.push(exchange.seen);
    return fault(exchange, met.length);
  };
  rig.proxy.cutAll();
  await until(`${times} watches meet the fault`, () => met.length >= times);
  return met;
}
