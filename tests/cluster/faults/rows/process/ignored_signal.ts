/**
 * Runners that ignore their signal: the run abandons them, and reports only what it knows.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { BrokenStep } from "../../programs/broken_runner.ts";
import type { Ended } from "../../../../lab/compiled_program.ts";
import type { FaultRow } from "../../fault_row.ts";
import { startBroken } from "../../lab/broken_program.ts";
import { mustReportInBothPlaces } from "../../lab/checks.ts";
import { endOf, untilSaid } from "../../lab/waiting.ts";

const how = "ignore the signal";

function assertGivenUp({ report, stderr }: Ended): void {
  assertStringIncludes(String(report?.message), "the runner broken did not heed it and was given up");
  assertStringIncludes(stderr, "left in the cluster: ");
  assertEquals("finishedSuccessfully" in report!, false, stderr);
}

/** SIGTERM in the midst of a step that does not heed it. */
function terminatedIn(step: BrokenStep): FaultRow {
  return {
    row: 70,
    name: `the runner does not heed SIGTERM in ${step}: it is given up within 5 s, and that is reported`,
    exitCode: 143,
    objects: 0,
    async scenario(rig) {
      const run = await startBroken(rig, { step, how });
      await untilSaid(run, `${step} breaks now`);
      const verdictAt = performance.now();
      run.kill("SIGTERM");
      const ended = await endOf(run);
      assert(ended.at - verdictAt < 5_000, `it took ${ended.at - verdictAt} ms`);
      assertGivenUp(ended);
      await mustReportInBothPlaces(rig, ended);
      return { ended, verdictAt };
    },
  };
}

export const rows: FaultRow[] = [
  terminatedIn("find"),
  terminatedIn("preflight"),
  terminatedIn("start"),
  terminatedIn("waitForCompletion"),
  {
    row: 70,
    name:
      "the runner does not heed its time-out of 2 s: it is given up 10 s later, what it left is not known",
    exitCode: 124,
    objects: 0,
    async scenario(rig) {
      const env = { RUNNER_TIMEOUT: "2s" };
      const run = await startBroken(rig, { step: "waitForCompletion", how, env });
      const started = performance.now();
      const ended = await endOf(run);
      const seconds = (ended.at - started) / 1_000;
      assert(seconds > 11 && seconds < 25, `it took ${seconds} s`);
      assertGivenUp(ended);
      assertEquals((ended.report?.object as { left: string }).left, "unknown", ended.stderr);
      await mustReportInBothPlaces(rig, ended);
      return { ended };
    },
  },
  {
    row: 70,
    name: "the runner's explanation never ends: it is left out, and the verdict stays",
    exitCode: 10,
    objects: 0,
    async scenario(rig) {
      const run = await startBroken(rig, { step: "explain", how });
      const ended = await endOf(run);
      await mustReportInBothPlaces(rig, ended);
      return { ended };
    },
  },
];
