/**
 * Labels of a Workflow that has ended, on one that has not.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import { checkSaid, checkWithin, type Course, endOf, finishWork, startWatching } from "../../lab/courses.ts";
import type { FaultRow } from "../../fault_row.ts";
import { isWatch } from "../../proxy/requests.ts";
import { type Rig, sleep, until } from "../../lab/rig.ts";
import { killedInTheWait, metadataOf } from "../../lab/steps.ts";
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

/** Deletes the object of a run that must not have ended by then, and expects no verdict of it. */
async function deleteUnfinished(rig: Rig, course: Course) {
  let isOver = false;
  course.run.ended.then(() => isOver = true);
  await sleep(GOES_ON_MS);
  assert(!isOver, "the run ended with the labels");
  assert(await rig.status() !== undefined, "the first status was not written");
  await rig.deleteObject();
  const outcome = await endOf(course);
  checkSaid(outcome.ended, "was deleted before its end was seen");
  checkWithin(outcome, 5);
  return outcome;
}

export const rows: FaultRow[] = [
  {
    row: 65,
    works: [WORKFLOW],
    name: "the manifest has the labels of a Workflow that has ended: they are dropped, and the verdict comes",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      await rig.writeManifest(wholeObject(rig.work, { labels: LABELS }));
      const course = await startWatching(rig);
      const { labels } = metadataOf(await rig.object()) as { labels: JsonObject };
      assert(labels["workflows.argoproj.io/completed"] !== "true", "the label was kept");
      const outcome = await finishWork(rig, course, "Failed");
      checkSaid(outcome.ended, '"workflows.argoproj.io/completed" is dropped');
      return outcome;
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "a webhook gives the Workflow the labels at its creation, and it is deleted: gone, never success",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      rig.proxy.mutate = (object) => {
        const { metadata } = object as unknown as { metadata: { labels: JsonObject } };
        metadata.labels = { ...metadata.labels, ...LABELS };
      };
      return await deleteUnfinished(rig, await startWatching(rig));
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "somebody sets the labels while it runs, and it is deleted: gone, never success",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await setLabels(rig);
      return await deleteUnfinished(rig, course);
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "somebody sets the labels and deletes it at once: gone, never success",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await setLabels(rig);
      await rig.deleteObject();
      await until("the object is gone", async () => await rig.object() === undefined);
      const outcome = await endOf(course);
      checkSaid(outcome.ended, "was deleted before its end was seen");
      return outcome;
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "the labels are there when a further start adopts it, and it is deleted: gone, never success",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const { metadata } = await killedInTheWait(rig) as { metadata: { uid: string } };
      await setLabels(rig);
      const watched = rig.request(isWatch);
      const run = rig.start();
      await watched;
      return await deleteUnfinished(rig, { run, uid: metadata.uid });
    },
  },
  {
    row: 65,
    works: [WORKFLOW],
    name: "somebody sets the labels while it runs, and it fails later: it failed",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await setLabels(rig);
      await sleep(GOES_ON_MS);
      const outcome = await finishWork(rig, course, "Failed");
      checkSaid(outcome.ended, "has labels of an object that has ended, and has not");
      return outcome;
    },
  },
];
