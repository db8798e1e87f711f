/**
 * Starts after SIGKILL, and an object that is being deleted.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { must, mustHaveSeen, mustReportTheObject, mustSay } from "../../lab/checks.ts";
import { uidInReport, uidOf } from "../../lab/metadata.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { finishWhenWatched, killedInTheWait, whileHeld } from "../../lab/watched_run.ts";
import type { Exchange } from "../../proxy/proxy.ts";
import { forwardAndForget, onFirst } from "../../proxy/proxy_rules.ts";
import { isCreate, isStatusWrite } from "../../proxy/requests.ts";

/** Kills a run with -9 at the first request that `isIt` accepts, which meets its `fate` first. */
async function killAt(
  rig: Rig,
  isIt: (exchange: Exchange) => boolean,
  fate: (exchange: Exchange) => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const reached = Promise.withResolvers<void>();
  rig.proxy.rule = onFirst(1, isIt, async (exchange) => {
    await fate(exchange);
    reached.resolve();
  });
  const run = rig.start();
  await reached.promise;
  run.kill("SIGKILL");
  must((await run.ended).code === 137, "it was killed");
}

/** Starts a killed run again, ends its work, and checks that it goes on with the same object. */
async function goOn(rig: Rig, before: JsonObject | undefined): Promise<Outcome> {
  const outcome = await finishWhenWatched(rig, rig.start());
  if (before) must(uidInReport(outcome.ended.report) === uidOf(before), "the uid is still the same");
  return outcome;
}

/** Kills a run at its last write of the status, which meets its `fate` first, and starts it again. */
async function killAtLastWrite(rig: Rig, fate?: (exchange: Exchange) => Promise<void>): Promise<Outcome> {
  const isLast = ({ seen }: Exchange) =>
    isStatusWrite(seen) && rig.proxy.seen.filter(isStatusWrite).length > 1;
  const killed = killAt(rig, isLast, fate);
  const before = await rig.watching();
  await rig.finish();
  await killed;
  const verdictAt = performance.now();
  const ended = await rig.start().ended;
  must(uidInReport(ended.report) === uidOf(before), "the uid is still the same");
  await mustReportTheObject(rig, ended);
  return { ended, verdictAt };
}

const restarts: FaultRow[] = [
  {
    row: 10,
    name: "killed before the create arrives: the next start creates the object",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await killAt(rig, ({ isCreate }) => isCreate);
      must(await rig.object() === undefined, "nothing was created");
      return await goOn(rig, undefined);
    },
  },
  {
    row: 10,
    name: "killed after the create, before its reply: the next start adopts the object",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      await killAt(rig, ({ isCreate }) => isCreate, forwardAndForget);
      const outcome = await goOn(rig, await rig.object());
      must((outcome.ended.report?.object as JsonObject).adopted === true, "it is reported as adopted");
      return outcome;
    },
  },
  {
    row: 10,
    name: "killed while it waits: the next start goes on with the object",
    exitCode: 0,
    objects: 1,
    scenario: async (rig) => await goOn(rig, await killedInTheWait(rig)),
  },
  {
    row: 10,
    name: "killed before its last report arrives: the next start reports the same verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => killAtLastWrite(rig),
  },
  {
    row: 10,
    name: "killed after its last report: the next start reports the same verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => killAtLastWrite(rig, forwardAndForget),
  },
];

const deletions: FaultRow[] = [
  {
    row: 11,
    name: "the run's object is being deleted at the start and is gone after 6 s: a new one is created",
    exitCode: 0,
    objects: 2,
    async scenario(rig) {
      const before = await killedInTheWait(rig);
      return await whileHeld(rig, async (release) => {
        const looked = rig.request(({ method }) => method === "GET");
        const run = rig.start();
        await looked;
        await sleep(6_000);
        mustHaveSeen(rig, 1, isCreate, "a create");
        await release();
        await until("a new object", async () => {
          const uid = uidOf(await rig.object());
          return uid !== undefined && uid !== uidOf(before);
        });
        return await finishWhenWatched(rig, run);
      });
    },
  },
  {
    row: 11,
    name: "the run's object is being deleted at the start and is still there after 60 s: 23",
    exitCode: 23,
    objects: 1,
    async scenario(rig) {
      const before = await killedInTheWait(rig);
      return await whileHeld(rig, async () => {
        const looked = rig.request(({ method }) => method === "GET");
        const ended = await rig.start().ended;
        const seconds = (ended.at - (await looked).at) / 1_000;
        must(seconds > 59 && seconds < 75, `it waits for 60 s (it took ${seconds} s)`);
        must(uidOf(await rig.object()) === uidOf(before), "the object is still there");
        mustSay(ended, "it is being deleted, and something holds that up");
        return { ended };
      });
    },
  },
  {
    row: 11,
    name: "the object is being deleted while the run waits, and succeeds before it is gone: 0",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      await rig.watching();
      return await whileHeld(rig, async () => {
        await sleep(3_000);
        return await finishWhenWatched(rig, run);
      });
    },
  },
  {
    row: 11,
    name: "the object is being deleted while the run waits, and goes without an end: 11",
    exitCode: 11,
    objects: 1,
    async scenario(rig) {
      const run = rig.start();
      const uid = uidOf(await rig.watching());
      return await whileHeld(rig, async (release) => {
        let isOver = false;
        run.ended.then(() => isOver = true);
        await sleep(5_000);
        must(!isOver, "it waits as long as the object is there");
        await release();
        const verdictAt = performance.now();
        const ended = await run.ended;
        must(uidInReport(ended.report) === uid, "the uid is reported");
        mustSay(ended, "deleted before its end was seen");
        return { ended, verdictAt };
      });
    },
  },
];

export const rows: FaultRow[] = [...restarts, ...deletions];
