/**
 * Existing objects: a run adopts its own object and leaves every other object alone.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { Ended } from "../../../../lab/compiled_program.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { must, mustHaveSeen, mustReportTheObject, mustSay } from "../../lab/checks.ts";
import { metadataOf, uidInReport, uidOf } from "../../lab/metadata.ts";
import { createAsOther } from "../../lab/other_start.ts";
import type { Rig } from "../../lab/rig.ts";
import { killedInTheWait } from "../../lab/watched_run.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { onCreate } from "../../proxy/proxy_rules.ts";
import { isAboutWork } from "../../proxy/requests.ts";
import { JOB } from "../../works/job.ts";
import { wholeObject } from "../../works/work.ts";
import { WORKFLOW } from "../../works/workflow.ts";

function mustHaveAdopted({ report, stderr }: Ended, uid: unknown): void {
  must(uidInReport(report) === uid, `the uid is still ${uid}\n${stderr}`);
  must((report?.object as JsonObject).adopted === true, `the object is reported as adopted\n${stderr}`);
}

/** Creates an object that is no run's. */
function createForeign(rig: Rig): Promise<JsonObject> {
  return rig.createObject(wholeObject(rig.work, { name: rig.work.objectName }));
}

/** Fails the row unless an object is as it was, apart from what its controller writes. */
async function mustBeUntouched(rig: Rig, before: JsonObject): Promise<void> {
  const after = await rig.object();
  const { deletionTimestamp } = metadataOf(after);
  must(uidOf(after) === uidOf(before), "the uid is the same");
  must(deletionTimestamp === metadataOf(before).deletionTimestamp, "it is not deleted");
  must(marksOf(after) === marksOf(before), "its marks are the same");
  must(writesBy(after) === writesBy(before), "the runner has not written to it");
  const isChange = (seen: Seen) => !["GET", "POST"].includes(seen.method) && isAboutWork(seen);
  mustHaveSeen(rig, 0, isChange, "a change of an object");
}

/** How often the runner is named as a writer of an object. */
function writesBy(object: JsonObject | undefined): number {
  const { managedFields } = metadataOf(object);
  return (managedFields as JsonObject[]).filter(({ manager }) => manager === "action-runner").length;
}

/** The marks of a run, as text: controllers add annotations of their own. */
function marksOf(object: JsonObject | undefined): string {
  const { annotations = {}, labels = {} } = metadataOf(object);
  const all = Object.entries({ ...annotations as JsonObject, ...labels as JsonObject });
  return JSON.stringify(all.filter(([key]) => key.startsWith("runner.capact.io/")));
}

/** Ends a run that is refused because of an object, and checks that this is left alone. */
async function runToNameTaken(rig: Rig, before: JsonObject, env?: Record<string, string>): Promise<Ended> {
  const ended = await rig.start(env).ended;
  await mustBeUntouched(rig, before);
  mustSay(ended, "the name is taken by an object created");
  must((await rig.status())?.reason === "NameTaken", "the status says so too");
  return ended;
}

/** Finishes work whose run was killed, and starts that again. */
async function restartAfter(rig: Rig, phase: "Succeeded" | "Failed"): Promise<Outcome> {
  const uid = uidOf(await killedInTheWait(rig));
  await rig.finish(phase);
  const verdictAt = performance.now();
  const ended = await rig.start().ended;
  mustHaveAdopted(ended, uid);
  await mustReportTheObject(rig, ended);
  return { ended, verdictAt };
}

const own: FaultRow[] = [
  {
    row: 8,
    name: "another start of the run creates the object just before this one: it is adopted",
    exitCode: 0,
    objects: 0,
    at: "start",
    trouble(rig) {
      let uid: unknown;
      rig.proxy.rule = onCreate(1, async (exchange) => {
        uid = await createAsOther(rig, exchange);
        must(exchange.seen.status === 409, "the API server says AlreadyExists");
      });
      return ({ ended }) => mustHaveAdopted(ended, uid);
    },
  },
  {
    row: 8,
    name: "the run's own object has succeeded: 0 at once",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => restartAfter(rig, "Succeeded"),
  },
  {
    row: 8,
    name: "the run's own object has failed: 10 at once",
    exitCode: 10,
    objects: 1,
    scenario: (rig) => restartAfter(rig, "Failed"),
  },
];

/** A row in which another client takes the name just before the create, which meets its `fate` after that. */
function takenRow(name: string, fate: (exchange: Exchange) => Promise<void> | void): FaultRow {
  return {
    row: 9,
    name,
    exitCode: 23,
    objects: 0,
    at: "start",
    trouble(rig) {
      let before: JsonObject | undefined;
      rig.proxy.rule = onCreate(1, async (exchange) => {
        before = await createForeign(rig);
        await fate(exchange);
      });
      return async () => {
        must(before, "the object was created");
        await mustBeUntouched(rig, before);
      };
    },
    act: "nothing",
    expect: { says: ["it was not created by an action runner"] },
  };
}

const foreign: FaultRow[] = [
  {
    row: 9,
    name: "the name is taken by somebody else's object: 23, and that is left alone",
    exitCode: 23,
    objects: 0,
    async scenario(rig) {
      const before = await createForeign(rig);
      const ended = await runToNameTaken(rig, before);
      mustSay(ended, "it was not created by an action runner", String(metadataOf(before).creationTimestamp));
      return { ended };
    },
  },
  takenRow(
    "the name is taken just before the create: 23, and that object is left alone",
    async (exchange) => {
      await exchange.pass();
      must(exchange.seen.status === 409, "the API server says AlreadyExists");
    },
  ),
  takenRow(
    "the create is lost and somebody else takes the name: 23, and that object is left alone",
    (exchange) => exchange.cut(),
  ),
  {
    row: 9,
    works: [WORKFLOW, JOB],
    name: "the name is taken by the object of another manifest: 23 names the field that differs",
    exitCode: 23,
    objects: 1,
    async scenario(rig) {
      const before = await killedInTheWait(rig);
      const { program, other } = rig.work;
      await rig.writeManifest(other.manifest);
      const ended = await runToNameTaken(rig, before);
      mustSay(ended, "created from another manifest", other.field, `by ${program}`);
      return { ended };
    },
  },
  {
    row: 9,
    works: [WORKFLOW, JOB],
    name: "the name is taken by the object of another run: 23 names both",
    exitCode: 23,
    objects: 1,
    async scenario(rig) {
      const before = await killedInTheWait(rig, { RUNNER_RUN_ID: "monday" });
      const ended = await runToNameTaken(rig, before, { RUNNER_RUN_ID: "tuesday" });
      mustSay(ended, '"monday"', '"tuesday"');
      return { ended };
    },
  },
];

export const rows: FaultRow[] = [...own, ...foreign];
