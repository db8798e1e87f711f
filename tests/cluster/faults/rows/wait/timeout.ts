/**
 * RUNNER_TIMEOUT: the run ends, and says no more than it knows.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { FaultRow } from "../../fault_row.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep } from "../../lab/rig.ts";
import { assertLeftRunning, assertReported, endOf, neverAnswer } from "../../lab/interruptions.ts";

/** A run whose watches tell nothing, and whose work ends before its time is up: only the last look can see that. */
async function finishUnseen(rig: Rig, phase: "Succeeded" | "Failed") {
  rig.proxy.rule = neverAnswer(({ isWatch }) => isWatch);
  const run = rig.start({ RUNNER_TIMEOUT: "4s" });
  await rig.watching();
  await rig.finish(phase);
  const ended = await endOf(run);
  await assertReported(rig, ended);
  return { ended };
}

export const rows: FaultRow[] = [
  {
    row: 55,
    name: "RUNNER_TIMEOUT of 2 s passes: the work is left running and reported",
    exitCode: 124,
    objects: 1,
    async scenario(rig) {
      const run = rig.start({ RUNNER_TIMEOUT: "2s" });
      const ended = await endOf(run);
      await assertLeftRunning(rig, ended, "TimedOut");
      await assertReported(rig, ended);
      assertStringIncludes(ended.stderr, "within 2s");
      return { ended };
    },
  },
  {
    row: 55,
    name: "RUNNER_TIMEOUT passes while the API server is gone: it ends all the same",
    exitCode: 124,
    objects: 1,
    async scenario(rig) {
      const run = rig.start({ RUNNER_TIMEOUT: "3s" });
      await rig.watching();
      rig.proxy.refuse();
      const verdictAt = performance.now() + 3_000;
      const ended = await endOf(run, 90_000);
      await assertLeftRunning(rig, ended, "TimedOut");
      return { ended, verdictAt };
    },
  },
  {
    row: 55,
    name: "RUNNER_TIMEOUT passes while the API server does not answer: it ends all the same",
    exitCode: 124,
    objects: 1,
    async scenario(rig) {
      const run = rig.start({ RUNNER_TIMEOUT: "3s" });
      await rig.watching();
      rig.proxy.rule = neverAnswer(() => true);
      const verdictAt = performance.now() + 3_000;
      const ended = await endOf(run, 90_000);
      await assertLeftRunning(rig, ended, "TimedOut");
      return { ended, verdictAt };
    },
  },
  {
    row: 55,
    name: "RUNNER_TIMEOUT passes after a success that no event told: the last look gives the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => finishUnseen(rig, "Succeeded"),
  },
  {
    row: 55,
    name: "RUNNER_TIMEOUT passes after a failure that no event told: the last look gives the verdict",
    exitCode: 10,
    objects: 1,
    scenario: (rig) => finishUnseen(rig, "Failed"),
  },
  {
    row: 55,
    name: "a restart after RUNNER_TIMEOUT, with the work finished: its verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const first = await endOf(rig.start({ RUNNER_TIMEOUT: "2s" }));
      assertEquals(first.code, 124, first.stderr);
      await rig.finish();
      const ended = await endOf(rig.start({ RUNNER_TIMEOUT: "2s" }));
      assertEquals(ended.report?.object, {
        ...first.report?.object as object,
        adopted: true,
        left: "finished",
      });
      return { ended };
    },
  },
  {
    row: 55,
    name: "RUNNER_TIMEOUT of 0: there is none",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const run = rig.start({ RUNNER_TIMEOUT: "0" });
      await rig.watching();
      await sleep(3_000);
      await rig.finish();
      const verdictAt = performance.now();
      return { ended: await endOf(run), verdictAt };
    },
  },
];
