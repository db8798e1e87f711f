/**
 * RUNNER_TIMEOUT: the run ends, and reports only what it knows.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Expectation, FaultRow } from "../../fault_row.ts";
import { mustLeaveRunning, mustReportInBothPlaces } from "../../lab/checks.ts";
import { leftRunning } from "../../lab/expectations.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf, sleep } from "../../lab/waiting.ts";
import { neverAnswer } from "../../proxy/proxy_rules.ts";

const TIMED_OUT: Expectation = { also: (rig, { ended }) => mustLeaveRunning(rig, ended, "TimedOut") };

/** Time out in the wait while the API server is in trouble; no verdict is to come before that. */
function timedOutWhile(what: string, trouble: (rig: Rig) => void): FaultRow {
  return {
    row: 55,
    name: `RUNNER_TIMEOUT passes while the API server ${what}: it ends all the same`,
    exitCode: 124,
    objects: 1,
    env: { RUNNER_TIMEOUT: "3s" },
    at: "wait",
    trouble,
    act: () => sleep(3_000),
    expect: TIMED_OUT,
  };
}

/** Watches that tell nothing, and work that ends before its time is up: only the last request can see that. */
function finishedUnseen(phase: "Succeeded" | "Failed"): FaultRow {
  return {
    row: 55,
    name: `RUNNER_TIMEOUT passes after a ${
      phase === "Succeeded" ? "success" : "failure"
    } that no event told: the last look gives the verdict`,
    exitCode: phase === "Succeeded" ? 0 : 10,
    objects: 1,
    env: { RUNNER_TIMEOUT: "4s" },
    at: "start",
    trouble: withRule(() => neverAnswer(({ isWatch }) => isWatch)),
    act: phase,
    expect: { also: (rig, { ended }) => mustReportInBothPlaces(rig, ended) },
  };
}

export const rows: FaultRow[] = [
  {
    row: 55,
    name: "RUNNER_TIMEOUT of 2 s passes: the work is left running and reported",
    exitCode: 124,
    objects: 1,
    env: { RUNNER_TIMEOUT: "2s" },
    at: "start",
    act: "nothing",
    expect: { ...leftRunning("TimedOut"), says: ["within 2s"] },
  },
  timedOutWhile("is gone", ({ proxy }) => proxy.refuse()),
  timedOutWhile("does not answer", withRule(() => neverAnswer(() => true))),
  finishedUnseen("Succeeded"),
  finishedUnseen("Failed"),
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
    env: { RUNNER_TIMEOUT: "0" },
    at: "wait",
    trouble: () => sleep(3_000),
  },
];
