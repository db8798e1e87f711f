/**
 * A real etcd that is restored from a snapshot, under a real API server: what it has forgotten did not happen.
 *
 * @module
 */
import { assert } from "@std/assert";
import { certificate } from "../../../../lab/certificate.ts";
import type { FaultRow, Outcome, RowOnControlPlane } from "../../fault_row.ts";
import { must, mustSay } from "../../lab/checks.ts";
import { uidInReport, uidOf } from "../../lab/metadata.ts";
import type { Rig } from "../../lab/rig.ts";
import { until, within } from "../../lab/waiting.ts";
import {
  endOfWatched,
  finishWhenWatched,
  finishWork,
  killedInTheWait,
  startWatching,
  type WatchedRun,
} from "../../lab/watched_run.ts";
import { isList } from "../../proxy/requests.ts";
import type { ControlPlane } from "../../servers/control_plane.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** How soon the runner asks for the whole object where lists are all that it has, milliseconds: each 5 minutes. */
const WHOLE_GET_MS = 400_000;

/** A row on a control plane whose etcd goes back to an earlier state. */
function restoredRow(
  row: Pick<RowOnControlPlane, "name" | "exitCode" | "scenario"> & Partial<RowOnControlPlane>,
): FaultRow {
  return { row: 43, onControlPlane: true, objects: 1, ...row };
}

/** Does something to the control plane while the proxy lets nothing through. */
async function unseen(rig: Rig, change: () => Promise<unknown>): Promise<void> {
  rig.proxy.refuse();
  await change();
  rig.proxy.open(certificate("first"));
}

/** Takes a snapshot, moves etcd on by some versions, and restores it under the waiting run. */
async function goBack(rig: Rig, plane: ControlPlane): Promise<WatchedRun> {
  const watched = await startWatching(rig);
  await plane.etcd.takeSnapshot();
  const isKept = rig.request(isList);
  for (const change of ["1", "2", "3"]) await rig.patchObject({ metadata: { annotations: { change } } });
  await plane.restoreSnapshot();
  await isKept;
  return watched;
}

async function endAsGone(watched: WatchedRun): Promise<Outcome> {
  const outcome = await endOfWatched(watched);
  mustSay(outcome.ended, "was deleted before its end was seen");
  return outcome;
}

export const rows: FaultRow[] = [
  restoredRow({
    name: "a real etcd is restored from a snapshot in the wait: the runner watches on, and the verdict comes",
    exitCode: 0,
    scenario: async (rig, plane) => await finishWork(rig, await goBack(rig, plane)),
  }),
  restoredRow({
    name:
      "a real etcd loses the end of the work with a restore, unseen: only the end that comes after counts",
    exitCode: 10,
    async scenario(rig, plane) {
      const watched = await startWatching(rig);
      await plane.etcd.takeSnapshot();
      await unseen(rig, async () => {
        await rig.finish("Succeeded");
        await plane.restoreSnapshot();
      });
      await rig.request(isList);
      return await finishWork(rig, watched, "Failed");
    },
  }),
  restoredRow({
    name: "a real etcd is restored from a snapshot without the object: gone, without a verdict",
    exitCode: 11,
    async scenario(rig, plane) {
      await plane.etcd.takeSnapshot();
      const watched = await startWatching(rig);
      await plane.restoreSnapshot();
      return await endAsGone(watched);
    },
  }),
  restoredRow({
    // It takes five minutes, and tells nothing of the kind.
    works: [WORKFLOW],
    name:
      "a real etcd is restored under an API server that lives on and lists what is gone: gone, found by a GET",
    exitCode: 11,
    async scenario(rig, plane) {
      await plane.etcd.takeSnapshot();
      const { run } = await startWatching(rig);
      await plane.etcd.restoreSnapshot();
      const verdictAt = performance.now();
      const ended = await within(WHOLE_GET_MS, "the run ends", run.ended);
      mustSay(ended, "was deleted before its end was seen");
      return { ended, verdictAt };
    },
  }),
  restoredRow({
    name: "a real etcd is restored from a snapshot with another object of the name: replaced",
    exitCode: 12,
    async scenario(rig, plane) {
      const other = await rig.createObject(wholeObject(rig.work, { name: rig.work.objectName }));
      await plane.etcd.takeSnapshot();
      await rig.deleteObject();
      const watched = await startWatching(rig);
      await plane.restoreSnapshot();
      const outcome = await endOfWatched(watched);
      mustSay(outcome.ended, "was replaced by another of the same name");
      assert(uidOf(await rig.object()) === uidOf(other), "the other object is still there");
      return outcome;
    },
  }),
  restoredRow({
    name: "a real etcd loses the object of a killed run with a restore: the next start creates it anew",
    exitCode: 0,
    objects: 2,
    async scenario(rig, plane) {
      await plane.etcd.takeSnapshot();
      const before = await killedInTheWait(rig);
      await plane.restoreSnapshot();
      const run = rig.start();
      await until("a new object", () => rig.object());
      const outcome = await finishWhenWatched(rig, run);
      must(uidInReport(outcome.ended.report) !== uidOf(before), "the uid is another one");
      return outcome;
    },
  }),
];
