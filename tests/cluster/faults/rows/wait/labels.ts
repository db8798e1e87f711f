/**
 * Labels of a Workflow that has ended, on one that has not.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustEndWithin, mustReportTheObject, mustSay } from "../../lab/checks.ts";
import { GONE } from "../../lab/expectations.ts";
import { metadataOf, uidOf } from "../../lab/metadata.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep } from "../../lab/waiting.ts";
import { deleteWork, endOfWatched, killedInTheWait, type WatchedRun } from "../../lab/watched_run.ts";
import { isWatch } from "../../proxy/requests.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

const LABELS = {
  "workflows.argoproj.io/completed": "true",
  "workflows.argoproj.io/phase": "Succeeded",
};
/** For how long a run with such an object must go on, milliseconds. */
const GOES_ON_MS = 3_000;

function setLabels(rig: Rig): Promise<JsonObject> {
  return rig.patchObject({ metadata: { labels: LABELS } });
}

/** Deletes the object of a run that must not have ended by then. */
async function deleteUnfinished(rig: Rig, { run }: WatchedRun): Promise<void> {
  let isOver = false;
  run.ended.then(() => isOver = true);
  await sleep(GOES_ON_MS);
  must(!isOver, "the run goes on in spite of the labels");
  must(await rig.status() !== undefined, "the first status was written");
  await rig.deleteObject();
}

export const rows: FaultRow[] = [
  {
    row: 65,
    works: [WORKFLOW],
    name: "the manifest has the labels of a Workflow that has ended: they are dropped, and the verdict comes",
    exitCode: 10,
    objects: 1,
    at: "start",
    trouble: (rig) => rig.writeManifest(wholeObject(rig.work, { labels: LABELS })),
    async act(rig) {
      const { labels } = metadataOf(await rig.object()) as { labels: JsonObject };
      must(labels["workflows.argoproj.io/completed"] !== "true", "the label was dropped");
      await rig.finish("Failed");
    },
    expect: {
      says: ['"workflows.argoproj.io/completed" is dropped'],
      also: (rig, { ended }) => mustReportTheObject(rig, ended),
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "a webhook gives the Workflow the labels at its creation, and it is deleted: gone, never success",
    exitCode: 11,
    objects: 1,
    at: "start",
    trouble(rig) {
      rig.proxy.mutate = (object) => {
        const { metadata } = object as unknown as { metadata: { labels: JsonObject } };
        metadata.labels = { ...metadata.labels, ...LABELS };
      };
    },
    act: deleteUnfinished,
    expect: GONE,
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "somebody sets the labels while it runs, and it is deleted: gone, never success",
    exitCode: 11,
    objects: 1,
    at: "wait",
    trouble: async (rig) => void await setLabels(rig),
    act: deleteUnfinished,
    expect: GONE,
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "somebody sets the labels and deletes it at once: gone, never success",
    exitCode: 11,
    objects: 1,
    at: "wait",
    trouble: async (rig) => void await setLabels(rig),
    act: deleteWork,
    expect: { says: ["was deleted before its end was seen"] },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "the labels are there when a further start adopts it, and it is deleted: gone, never success",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const uid = String(uidOf(await killedInTheWait(rig)));
      await setLabels(rig);
      const isWatched = rig.request(isWatch);
      const watched = { run: rig.start(), uid };
      await isWatched;
      await deleteUnfinished(rig, watched);
      const outcome = await endOfWatched(watched);
      mustSay(outcome.ended, "was deleted before its end was seen");
      mustEndWithin(outcome, 5);
      return outcome;
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "somebody sets the labels while it runs, and it fails later: it failed",
    exitCode: 10,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      await setLabels(rig);
      await sleep(GOES_ON_MS);
    },
    act: "Failed",
    expect: { says: ["has labels of an object that has ended, and has not"] },
  },
];
