/**
 * A run that watches its object, and its end.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { RunningProgram } from "../../../lab/compiled_program.ts";
import type { Outcome } from "../fault_row.ts";
import type { Phase } from "../works/work.ts";
import { must, mustReportTheObject } from "./checks.ts";
import { uidInReport, uidOf } from "./metadata.ts";
import type { Rig } from "./rig.ts";
import { endOf, until } from "./waiting.ts";

/** A run that watches its object. */
export interface WatchedRun {
  run: RunningProgram;
  /** The object's. */
  uid: string;
}

/** Starts the runner and waits until it watches. */
export function startWatching(rig: Rig, env?: Record<string, string>): Promise<WatchedRun> {
  return untilWatching(rig, rig.start(env));
}

/** Waits until a run watches its object. */
export async function untilWatching(rig: Rig, run: RunningProgram): Promise<WatchedRun> {
  const tooEarly = run.ended.then(({ code, stderr }) => {
    throw new Error(`the run ended with ${code} before it watched\n${stderr}`);
  });
  return { run, uid: String(uidOf(await Promise.race([rig.watching(), tooEarly]))) };
}

/** Waits for the end of a run whose verdict can be seen from now on. Its report must name the object that it watched. */
export async function endOfWatched({ run, uid }: WatchedRun): Promise<Required<Outcome>> {
  const verdictAt = performance.now();
  const ended = await endOf(run);
  const reported = uidInReport(ended.report);
  must(reported === uid, `the uid ${uid} is reported (it is ${reported})\n${ended.stderr}`);
  return { ended, verdictAt };
}

/** Ends the work and waits for the run's end, which both reports must tell of. */
export async function finishWork(
  rig: Rig,
  watched: WatchedRun,
  phase: Phase = "Succeeded",
): Promise<Required<Outcome>> {
  await rig.finish(phase);
  const outcome = await endOfWatched(watched);
  await mustReportTheObject(rig, outcome.ended);
  return outcome;
}

/** Ends the work as soon as a run watches it, and waits for the run's end. */
export async function finishWhenWatched(rig: Rig, run: RunningProgram): Promise<Required<Outcome>> {
  return await finishWork(rig, await untilWatching(rig, run));
}

/** Waits for the end of a run whose work has ended, and whose verdict can be seen from now on. */
export async function endOfFinished(rig: Rig, run: RunningProgram): Promise<Required<Outcome>> {
  const verdictAt = performance.now();
  const ended = await endOf(run);
  await mustReportTheObject(rig, ended);
  return { ended, verdictAt };
}

/** Starts a run, waits until it watches, kills it with -9, and returns its object. */
export async function killedInTheWait(rig: Rig, env?: Record<string, string>): Promise<JsonObject> {
  const run = rig.start(env);
  const object = await rig.watching();
  run.kill("SIGKILL");
  await run.ended;
  return object;
}

/** Deletes the object as another client; it stays until `release` is called, or at most until `use` is over. */
export async function whileHeld(
  rig: Rig,
  use: (release: () => Promise<void>) => Promise<Outcome>,
): Promise<Outcome> {
  const release = async () => {
    const patch = { metadata: { finalizers: null } };
    const { cluster, objectPath } = rig;
    const answer = await cluster.request("PATCH", objectPath, patch, "application/merge-patch+json");
    await answer.body?.cancel();
  };
  await rig.patchObject({ metadata: { finalizers: ["action-runner.test/hold"] } });
  try {
    await rig.deleteObject();
    const { deletionTimestamp } = (await rig.object())?.metadata as JsonObject;
    must(deletionTimestamp !== undefined, "it is being deleted");
    return await use(release);
  } finally {
    await release();
  }
}

/** Deletes the object past the proxy and waits until it is gone. */
export async function deleteWork(rig: Rig): Promise<void> {
  await rig.deleteObject();
  await until("the object is gone", async () => await rig.object() === undefined);
}
