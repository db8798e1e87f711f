/**
 * The scenario that most rows share: a run starts, watches its object, meets a fault, and reports the end of its work.
 *
 * @module
 */
import type { DrivenRow, Expectation, Outcome } from "./fault_row.ts";
import { must, mustEndWithin, mustHaveSeen, mustSay } from "./lab/checks.ts";
import { uidOf } from "./lab/metadata.ts";
import type { Rig } from "./lab/rig.ts";
import { endOf } from "./lab/waiting.ts";
import {
  endOfWatched,
  finishWork,
  killedInTheWait,
  untilWatching,
  type WatchedRun,
} from "./lab/watched_run.ts";
import { isCreate } from "./proxy/requests.ts";

/** Runs a row that carries data. */
export async function driveRow(rig: Rig, row: DrivenRow): Promise<Outcome> {
  const { at, env, act = "Succeeded", expect = {} } = row;
  const killed = at === "restart" ? await killedInTheWait(rig, env) : undefined;
  let check = at === "wait" ? undefined : await row.trouble?.(rig);
  const run = rig.start(env);
  let outcome: Outcome;
  if (act === "nothing" && at === "start") {
    outcome = { ended: await endOf(run) };
  } else {
    const watched = await untilWatching(rig, run);
    must(!killed || watched.uid === uidOf(killed), "the uid is still the same");
    if (at === "wait") check = await row.trouble(rig, watched);
    outcome = await endWork(rig, watched, act);
  }
  await check?.(outcome);
  await checkExpected(rig, outcome, expect);
  return outcome;
}

async function endWork(
  rig: Rig,
  watched: WatchedRun,
  act: NonNullable<DrivenRow["act"]>,
): Promise<Required<Outcome>> {
  if (typeof act === "string" && act !== "nothing") return await finishWork(rig, watched, act);
  if (typeof act === "function") await act(rig, watched);
  return await endOfWatched(watched);
}

async function checkExpected(rig: Rig, outcome: Outcome, expect: Expectation): Promise<void> {
  const { says = [], creates, also, within } = expect;
  mustSay(outcome.ended, ...typeof says === "function" ? says(rig) : says);
  if (creates !== undefined) mustHaveSeen(rig, creates, isCreate, "a create");
  await also?.(rig, outcome);
  // The last check: it tells a late but right verdict from a wrong verdict.
  if (within !== undefined) mustEndWithin(outcome as Required<Outcome>, within);
}
