/**
 * Objects that are deleted, replaced, or seem so while the runner waits.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import { certificate } from "../../../../lab/certificate.ts";
import type { Expectation, FaultRow } from "../../fault_row.ts";
import { must } from "../../lab/checks.ts";
import { GONE } from "../../lab/expectations.ts";
import { uidInReport, uidOf } from "../../lab/metadata.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep } from "../../lab/waiting.ts";
import { deleteWork } from "../../lab/watched_run.ts";
import { lines } from "../../proxy/bodies.ts";
import type { Exchange, Rule } from "../../proxy/proxy.ts";
import { holdAll } from "../../proxy/proxy_rules.ts";
import { isAboutWork, isGet, isList } from "../../proxy/requests.ts";
import { JOB } from "../../works/job.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** Creates another object of the same name past the proxy, which succeeds at once. */
async function createFinished(rig: Rig): Promise<void> {
  const { metadata = {}, ...end } = rig.work.end("Succeeded");
  const object = wholeObject(rig.work, { ...metadata as JsonObject, name: rig.work.objectName });
  await rig.createObject({ ...object, ...end });
  if (rig.work.hasStatusPath) await rig.finish();
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
function onlyEvents(isIt: (event: string) => boolean): Rule {
  return (exchange) => {
    if (!exchange.isWatch) return;
    return exchange.pass(async function* (body) {
      for await (const line of lines(body)) if (isIt(line)) yield line;
    });
  };
}

const isDeleted = (event: string) => event.includes('"type":"DELETED"');

/** Another object has the name, which the run tells apart at once and leaves alone. */
const REPLACED: Expectation = {
  says: ["was replaced by another of the same name"],
  within: 5,
  async also(rig, { ended }) {
    const object = await rig.object();
    must(
      object !== undefined && uidOf(object) !== uidInReport(ended.report),
      "the other object is still there",
    );
    must(
      !JSON.stringify(object.metadata).includes("action-runner"),
      "the runner did not touch the other object",
    );
  },
};

/** Deletes the object, and creates another of the name that has succeeded. */
async function replaceWork(rig: Rig): Promise<void> {
  await deleteWork(rig);
  await createFinished(rig);
}

/** Work whose end is shown by nothing but the DELETED event. */
function endedAndDeleted(phase: "Succeeded" | "Failed") {
  return async (rig: Rig): Promise<void> => {
    await rig.finish(phase);
    await deleteWork(rig);
  };
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
    at: "wait",
    trouble: deleteWork,
    act: "nothing",
    expect: GONE,
  },
  {
    row: 12,
    name: "the running object is deleted while the API cannot be reached: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    at: "wait",
    trouble: (rig) => unseen(rig, () => deleteWork(rig)),
    act: "nothing",
    expect: GONE,
  },
  {
    row: 13,
    name: "only the deletion shows that the work had succeeded: it succeeded",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withRule(() => onlyEvents(isDeleted)),
    act: endedAndDeleted("Succeeded"),
    expect: { within: 5 },
  },
  {
    row: 13,
    name: "only the deletion shows that the work had failed: it failed",
    exitCode: 10,
    objects: 1,
    at: "start",
    trouble: withRule(() => onlyEvents(isDeleted)),
    act: endedAndDeleted("Failed"),
    expect: { within: 5 },
  },
  {
    row: 13,
    works: [WORKFLOW, JOB],
    name:
      "the work ends and is deleted before the runner can look at it again: its last event is the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: (rig) => rig.writeManifest(rig.work.shortLived.manifest),
    async act(rig) {
      const get = holdAll(({ seen }) => isGet(seen));
      rig.proxy.rule = get.rule;
      await rig.finish();
      await get.held;
      await deleteWork(rig);
      get.release();
    },
    expect: { says: ({ work }) => [`${work.shortLived.field} is 0`], within: 5 },
  },
  {
    row: 13,
    name:
      "the work succeeds and is deleted while the API cannot be reached: gone, verdict unknown, never success",
    exitCode: 11,
    objects: 1,
    at: "wait",
    trouble: (rig) => unseen(rig, () => endedAndDeleted("Succeeded")(rig)),
    act: "nothing",
    expect: GONE,
  },
  {
    row: 14,
    name: "the object is deleted and another one, already successful, takes its name: replaced",
    exitCode: 12,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const list = holdAll(({ seen }) => isList(seen));
      rig.proxy.rule = list.rule;
      await replaceWork(rig);
      list.release();
    },
    act: "nothing",
    expect: REPLACED,
  },
  {
    row: 14,
    name: "it is replaced while the API cannot be reached: replaced",
    exitCode: 12,
    objects: 1,
    at: "wait",
    trouble: (rig) => unseen(rig, () => replaceWork(rig)),
    act: "nothing",
    expect: REPLACED,
  },
  {
    row: 14,
    name: "the watch shows the other object and not the deletion: replaced",
    exitCode: 12,
    objects: 1,
    at: "start",
    trouble: withRule(() => onlyEvents((event) => !isDeleted(event))),
    act: replaceWork,
    expect: REPLACED,
  },
  {
    row: 18,
    works: [WORKFLOW],
    name: "the API server forgets the kind for 8 s and knows it again: the verdict comes",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: (rig) => withoutKind(rig, () => sleep(8_000)),
    expect: { says: ["404 page not found"], within: 20 },
  },
  {
    row: 18,
    works: [WORKFLOW],
    name: "the kind comes back without its objects: gone, without a verdict",
    exitCode: 11,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const list = rig.request(isList);
      await withoutKind(rig, async () => {
        await deleteWork(rig);
        await list;
      });
    },
    act: "nothing",
    expect: { says: ["404 page not found", "was deleted before its end was seen"] },
  },
];
