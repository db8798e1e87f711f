/**
 * Signals in every phase: the run ends within 5 s, and says no more than it knows.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { FaultRow } from "../../fault_row.ts";
import type { Exchange } from "../../proxy/proxy.ts";
import { isGet, isList, isStatusWrite } from "../../proxy/requests.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep } from "../../lab/rig.ts";
import type { Run } from "../../../lab/runner_process.ts";
import {
  assertLeftRunning,
  assertReported,
  endOf,
  type Hold,
  holdFirst,
  holdFirstThenMute,
  neverAnswer,
  signalInWait,
  within,
} from "../../lab/interruptions.ts";

/** Sends SIGTERM while a request is held, which is then passed on after `releaseMs` or never. */
async function terminateDuring(rig: Rig, hold: Hold, releaseMs?: number) {
  const run = rig.start();
  return await terminateOn(run, hold, releaseMs);
}

async function terminateOn(run: Run, hold: Hold, releaseMs?: number) {
  await within(60_000, "the request is held", hold.held);
  const verdictAt = performance.now();
  run.kill("SIGTERM");
  if (releaseMs !== undefined) await sleep(releaseMs).then(hold.release);
  return { ended: await endOf(run), verdictAt };
}

/** A signal before anything was created: 143, and the report names no object. */
function beforeCreate(phase: string, fits: (exchange: Exchange) => boolean): FaultRow {
  return {
    row: 56,
    name: `SIGTERM while ${phase}: nothing is created`,
    exitCode: 143,
    objects: 0,
    async scenario(rig) {
      const hold = holdFirst(fits);
      rig.proxy.rule = hold.rule;
      const outcome = await terminateDuring(rig, hold);
      assertEquals(outcome.ended.report?.reason, "Terminated", outcome.ended.stderr);
      assertEquals("object" in outcome.ended.report!, false);
      assertEquals(await rig.object(), undefined);
      return outcome;
    },
  };
}

/** Terminates a run whose create is held and comes to nothing; returns what the report is to say. */
async function terminateDuringCreate(rig: Rig, hold: Hold, releaseMs?: number) {
  rig.proxy.rule = hold.rule;
  const outcome = await terminateDuring(rig, hold, releaseMs);
  assertEquals(outcome.ended.report?.reason, "Terminated", outcome.ended.stderr);
  return outcome;
}

export const rows: FaultRow[] = [
  beforeCreate("it looks at the name", ({ seen }) => isGet(seen) || isList(seen)),
  beforeCreate("it checks the status object", ({ request }) => request.path.includes("/configmaps/")),
  beforeCreate("it asks for a dry run", ({ request }) => request.method === "POST"),
  {
    row: 56,
    name: "SIGTERM during the create, which is answered half a second later: the report has its uid",
    exitCode: 143,
    objects: 1,
    async scenario(rig) {
      const outcome = await terminateDuringCreate(rig, holdFirst(({ isCreate }) => isCreate), 500);
      await assertLeftRunning(rig, outcome.ended, "Terminated");
      await assertReported(rig, outcome.ended);
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM during a create that is done and never answered: a look finds it, the report has its uid",
    exitCode: 143,
    objects: 1,
    async scenario(rig) {
      const done = Promise.withResolvers<void>();
      rig.proxy.rule = (exchange) => {
        if (!exchange.isCreate) return undefined;
        return exchange.forward().then((answer) => answer.text()).then(() => {
          done.resolve();
          return new Promise(() => {});
        });
      };
      const hold: Hold = { rule: rig.proxy.rule, held: done.promise, release() {} };
      const outcome = await terminateDuring(rig, hold);
      await assertLeftRunning(rig, outcome.ended, "Terminated");
      await assertReported(rig, outcome.ended);
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM during a create that never arrives: the report names no object and promises none",
    exitCode: 143,
    objects: 0,
    async scenario(rig) {
      const outcome = await terminateDuringCreate(rig, holdFirst(({ isCreate }) => isCreate));
      assertEquals("object" in outcome.ended.report!, false);
      assertStringIncludes(outcome.ended.stderr, "left in the cluster: not known");
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM during a create, when nothing is answered any more: whether it was created is not known",
    exitCode: 143,
    objects: 0,
    async scenario(rig) {
      const outcome = await terminateDuringCreate(rig, holdFirstThenMute(({ isCreate }) => isCreate));
      assertStringIncludes(outcome.ended.stderr, "left in the cluster: not known");
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM during the first report: the work is left running and reported",
    exitCode: 143,
    objects: 1,
    async scenario(rig) {
      const hold = holdFirst(({ seen }) => isStatusWrite(seen));
      rig.proxy.rule = hold.rule;
      const outcome = await terminateDuring(rig, hold);
      await assertLeftRunning(rig, outcome.ended, "Terminated");
      await assertReported(rig, outcome.ended);
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM while it watches: the work is left running and reported",
    exitCode: 143,
    objects: 1,
    scenario: (rig) => signalInWait(rig, "SIGTERM", "Terminated"),
  },
  {
    row: 56,
    name: "SIGTERM while the API server does not answer: it ends all the same",
    exitCode: 143,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      rig.proxy.rule = neverAnswer(() => true);
      const verdictAt = performance.now();
      run.kill("SIGTERM");
      const ended = await endOf(run);
      await assertLeftRunning(rig, ended, "Terminated");
      return { ended, verdictAt };
    },
  },
  {
    row: 56,
    name: "SIGTERM while it asks for the finished work: one look gives the verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      const hold = holdFirst(({ seen }) => isGet(seen));
      rig.proxy.rule = hold.rule;
      await rig.finish();
      const outcome = await terminateOn(run, hold);
      await assertReported(rig, outcome.ended);
      return outcome;
    },
  },
  {
    row: 56,
    name: "SIGTERM after a failure whose event was kept back: one look gives the verdict",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      rig.proxy.rule = neverAnswer(({ isWatch }) => isWatch);
      const run = rig.start();
      await rig.watching();
      await rig.finish("Failed");
      const verdictAt = performance.now();
      run.kill("SIGTERM");
      const ended = await endOf(run);
      await assertReported(rig, ended);
      return { ended, verdictAt };
    },
  },
  {
    row: 56,
    name: "SIGTERM during the final report of a failure, which cannot be written: the verdict stays",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      const hold = holdFirst(({ seen }) => isStatusWrite(seen));
      rig.proxy.rule = hold.rule;
      await rig.finish("Failed");
      return await terminateOn(run, hold);
    },
  },
  {
    row: 56,
    name: "SIGTERM during the final report of a success, which cannot be written: succeeded, but not told",
    exitCode: 35,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      const hold = holdFirst(({ seen }) => isStatusWrite(seen));
      rig.proxy.rule = hold.rule;
      await rig.finish();
      const outcome = await terminateOn(run, hold);
      assertEquals(outcome.ended.report?.finishedSuccessfully, true);
      return outcome;
    },
  },
];
