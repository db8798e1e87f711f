/**
 * Objects that are deleted, replaced, or seem so while the runner waits.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import { lines } from "../../proxy/bodies.ts";
import { checkSaid, checkWithin, type Course, endOf, finishWork, startWatching } from "../../lab/courses.ts";
import { JOB } from "../../works/job.ts";
import type { FaultRow } from "../../fault_row.ts";
import type { Exchange } from "../../proxy/proxy.ts";
import { isAboutWork, isGet, isList } from "../../proxy/requests.ts";
import { type Rig, sleep, until } from "../../lab/rig.ts";
import { certificate } from "../../../../lab/certificate.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Deletes the object past the proxy and waits until it is gone. */
async function deleteWork(rig: Rig): Promise<void> {
  await rig.deleteObject();
  await until("the object is gone", async () => await rig.object() === undefined);
}

/** Creates another object of the same name past the proxy, which succeeds at once. */
async function createFinished(rig: Rig): Promise<JsonObject> {
  const { metadata = {}, ...end } = rig.work.end("Succeeded");
  const object = wholeObject(rig.work, { ...metadata as JsonObject, name: rig.work.objectName });
  const created = await rig.createObject({ ...object, ...end });
  if (rig.work.hasStatusPath) await rig.finish();
  return created;
}

/** Does something while the proxy lets nothing through. */
async function unseen(rig: Rig, work: () => Promise<unknown>): Promise<void> {
  rig.proxy.refuse();
  // The port is free a moment later, and the runner has been refused by then.
  await sleep(1_000);
  await work();
  rig.proxy.open(certificate("first"));
}

/** Lets no event through but those that `isIt` accepts. */
function onlyEvents(isIt: (event: string) => boolean) {
  return (exchange: Exchange) => {
    if (!exchange.isWatch) return;
    return exchange.pass(async function* (body) {
      for await (const line of lines(body)) if (isIt(line)) yield line;
    });
  };
}

const isDeleted = (event: string) => event.includes('"type":"DELETED"');

async function endAsGone(course: Course) {
  const outcome = await endOf(course);
  checkSaid(outcome.ended, "was deleted before its end was seen");
  checkWithin(outcome, 5);
  return outcome;
}

/** Waits for the end of a run whose object was replaced, and checks that the other one was left alone. */
async function endAsReplaced(rig: Rig, course: Course, other: JsonObject) {
  const outcome = await endOf(course);
  checkSaid(outcome.ended, "was replaced by another of the same name");
  const { metadata } = await rig.object() as { metadata: JsonObject };
  const { uid } = other.metadata as JsonObject;
  assert(metadata.uid === uid, "the other object is still there");
  assert(!JSON.stringify(metadata).includes("action-runner"), "the runner did not touch the other object");
  checkWithin(outcome, 5);
  return outcome;
}

/** The end that only the DELETED event of an object shows is the verdict. */
async function deleteAfterTheEnd(rig: Rig, phase: "Succeeded" | "Failed") {
  rig.proxy.rule = onlyEvents(isDeleted);
  const course = await startWatching(rig);
  await rig.finish(phase);
  await deleteWork(rig);
  const outcome = await endOf(course);
  checkWithin(outcome, 5);
  return outcome;
}

function kindMissing(exchange: Exchange): Promise<void> | undefined {
  return isAboutWork(exchange.seen)
    ? exchange.answer(404, "404 page not found\n", { "content-type": "text/plain; charset=utf-8" })
    : undefined;
}

/** Does something while the API server does not know the kind. */
async function withoutKind(rig: Rig, work: () => Promise<unknown>): Promise<void> {
  rig.proxy.rule = kindMissing;
  rig.proxy.cutAll();
  await work();
  rig.proxy.rule = () => undefined;
}

export const rows: FaultRow[] = [
  {
    row: 12,
    name: "the running object is deleted: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await deleteWork(rig);
      return await endAsGone(course);
    },
  },
  {
    row: 12,
    name: "the running object is deleted while the API cannot be reached: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await unseen(rig, () => deleteWork(rig));
      return await endAsGone(course);
    },
  },
  {
    row: 13,
    name: "only the deletion shows that the work had succeeded: it succeeded",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => deleteAfterTheEnd(rig, "Succeeded"),
  },
  {
    row: 13,
    name: "only the deletion shows that the work had failed: it failed",
    exitCode: 10,
    objects: 1,
    scenario: (rig) => deleteAfterTheEnd(rig, "Failed"),
  },
  {
    row: 13,
    works: [WORKFLOW, JOB],
    name:
      "the work ends and is deleted before the runner can look at it again: its last event is the verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const { manifest, field } = rig.work.shortLived;
      await rig.writeManifest(manifest);
      const course = await startWatching(rig);
      const gone = Promise.withResolvers<void>();
      let late = 0;
      rig.proxy.rule = ({ seen, pass }) => {
        if (!isGet(seen)) return;
        late++;
        return gone.promise.then(() => pass());
      };
      await rig.finish();
      await until("the runner asks for the whole object", () => late > 0);
      await deleteWork(rig);
      gone.resolve();
      const outcome = await endOf(course);
      checkSaid(outcome.ended, `${field} is 0`);
      checkWithin(outcome, 5);
      return outcome;
    },
  },
  {
    row: 13,
    name:
      "the work succeeds and is deleted while the API cannot be reached: gone, verdict unknown, never success",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await unseen(rig, async () => {
        await rig.finish();
        await deleteWork(rig);
      });
      return await endAsGone(course);
    },
  },
  {
    row: 14,
    name: "the object is deleted and another one, already successful, takes its name: replaced",
    exitCode: 12,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const replaced = Promise.withResolvers<void>();
      rig.proxy.rule = ({ seen, pass }) => isList(seen) ? replaced.promise.then(() => pass()) : undefined;
      await deleteWork(rig);
      const other = await createFinished(rig);
      replaced.resolve();
      return await endAsReplaced(rig, course, other);
    },
  },
  {
    row: 14,
    name: "it is replaced while the API cannot be reached: replaced",
    exitCode: 12,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const other = await unseenReplacement(rig);
      return await endAsReplaced(rig, course, other);
    },
  },
  {
    row: 14,
    name: "the watch shows the other object and not the deletion: replaced",
    exitCode: 12,
    objects: 1,
    async scenario(rig) {
      rig.proxy.rule = onlyEvents((event) => !isDeleted(event));
      const course = await startWatching(rig);
      await deleteWork(rig);
      const other = await createFinished(rig);
      return await endAsReplaced(rig, course, other);
    },
  },
  {
    row: 18,
    works: [WORKFLOW],
    name: "the API server forgets the kind for 8 s and knows it again: the verdict comes",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await withoutKind(rig, () => sleep(8_000));
      const outcome = await finishWork(rig, course);
      checkSaid(outcome.ended, "404 page not found");
      checkWithin(outcome, 20);
      return outcome;
    },
  },
  {
    row: 18,
    works: [WORKFLOW],
    name: "the kind comes back without its objects: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const look = rig.request(isList);
      await withoutKind(rig, async () => {
        await deleteWork(rig);
        await look;
      });
      const outcome = await endOf(course);
      checkSaid(outcome.ended, "404 page not found");
      checkSaid(outcome.ended, "was deleted before its end was seen");
      return outcome;
    },
  },
];

async function unseenReplacement(rig: Rig): Promise<JsonObject> {
  let other: JsonObject = {};
  await unseen(rig, async () => {
    await deleteWork(rig);
    other = await createFinished(rig);
  });
  return other;
}
