/**
 * Signals as shells, terminals and container engines send them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { binaryPath } from "../../../../../cmd/build/compile.ts";
import { RunningProgram } from "../../../../lab/compiled_program.ts";
import type { FaultRow, Outcome } from "../../fault_row.ts";
import { mustLeaveRunning, mustReportInBothPlaces } from "../../lab/checks.ts";
import { leftRunning } from "../../lab/expectations.ts";
import type { Rig } from "../../lab/rig.ts";
import { endOf, sleep, until } from "../../lab/waiting.ts";
import { neverAnswer } from "../../proxy/proxy_rules.ts";
import { isGet } from "../../proxy/requests.ts";
import { descendantRunning, handles } from "../../servers/processes.ts";

/** The number of SIGTERM. */
const SIGTERM = 15;
/** On a terminal of its own, whose echo would stand in front of what the run writes. */
const ON_TERMINAL = ["/bin/sh", "-c", 'exec script --echo never --quiet --return --command "$0" /dev/null'];
/** As the first process of its own PID namespace, as in a container. */
const AS_PID_1 = ["/usr/bin/unshare", "--pid", "--fork", "--kill-child", "--mount-proc"];

/** Two signals, 100 ms apart, to a run that the first one leaves waiting for an answer. */
async function signalTwice(rig: Rig, first: Deno.Signal, second: Deno.Signal) {
  const run = rig.start();
  await rig.watching();
  await until("the first report", () => rig.status());
  const before = await rig.status();
  rig.proxy.rule = neverAnswer(({ seen }) => isGet(seen));
  const lastLook = rig.request(isGet);
  run.kill(first);
  await lastLook;
  await sleep(100);
  const verdictAt = performance.now();
  const requests = rig.proxy.seen.length;
  run.kill(second);
  const ended = await endOf(run);
  assert(ended.at - verdictAt < 1_000, "it waited for the answer all the same");
  assertEquals(ended.report, undefined);
  assertEquals(rig.proxy.seen.length, requests, "it made a further request");
  assertEquals(await rig.status(), before);
  return { ended, verdictAt };
}

/** Starts the runner as PID 1. Returns its process id outside of its namespace. */
async function startAsPid1(rig: Rig): Promise<{ run: RunningProgram; pid: number }> {
  const run = rig.start({}, { through: AS_PID_1 });
  return { run, pid: await descendantRunning(run.pid, binaryPath(rig.work.program)) };
}

async function terminate({ run, pid }: { run: RunningProgram; pid: number }): Promise<Outcome> {
  const verdictAt = performance.now();
  Deno.kill(pid, "SIGTERM");
  return { ended: await endOf(run), verdictAt };
}

export const rows: FaultRow[] = [
  {
    row: 57,
    name: "SIGINT while it watches: the work is left running and reported",
    exitCode: 130,
    objects: 1,
    at: "wait",
    trouble: (_rig, { run }) => run.kill("SIGINT"),
    act: "nothing",
    expect: leftRunning("Interrupted"),
  },
  {
    row: 57,
    name: "Ctrl-C on a terminal: the work is left running and reported",
    exitCode: 130,
    objects: 1,
    async scenario(rig) {
      const run = rig.start({}, { through: ON_TERMINAL, isTyped: true });
      await rig.watching();
      const verdictAt = performance.now();
      await run.type("\x03");
      const ended = await endOf(run);
      await mustLeaveRunning(rig, ended, "Interrupted");
      await mustReportInBothPlaces(rig, ended);
      return { ended, verdictAt };
    },
  },
  {
    row: 58,
    name: "a second SIGTERM 100 ms after the first: it ends at once and writes nothing",
    exitCode: 143,
    objects: 1,
    scenario: (rig) => signalTwice(rig, "SIGTERM", "SIGTERM"),
  },
  {
    row: 58,
    name: "SIGINT 100 ms after SIGTERM: it ends at once, with the code of the first",
    exitCode: 143,
    objects: 1,
    scenario: (rig) => signalTwice(rig, "SIGTERM", "SIGINT"),
  },
  {
    row: 58,
    name: "a second SIGINT 100 ms after the first: it ends at once and writes nothing",
    exitCode: 130,
    objects: 1,
    scenario: (rig) => signalTwice(rig, "SIGINT", "SIGINT"),
  },
  {
    row: 59,
    name: "SIGTERM to PID 1 while it watches: the work is left running and reported",
    exitCode: 143,
    objects: 1,
    needs: ["root"],
    async scenario(rig) {
      const started = await startAsPid1(rig);
      await rig.watching();
      const outcome = await terminate(started);
      await mustLeaveRunning(rig, outcome.ended, "Terminated");
      await mustReportInBothPlaces(rig, outcome.ended);
      return outcome;
    },
  },
  {
    row: 59,
    name: "SIGTERM to PID 1 as soon as it listens: nothing is created",
    exitCode: 143,
    objects: 0,
    needs: ["root"],
    async scenario(rig) {
      const started = await startAsPid1(rig);
      await until("a listener for SIGTERM", () => handles(started.pid, SIGTERM));
      return await terminate(started);
    },
  },
  {
    row: 59,
    name: "SIGTERM before the first statement, not as PID 1: the signal itself ends it",
    exitCode: 143,
    objects: 0,
    async scenario(rig) {
      const run = rig.start();
      assert(!await handles(run.pid, SIGTERM), "it listens already: too late for this test");
      const verdictAt = performance.now();
      run.kill("SIGTERM");
      return { ended: await endOf(run), verdictAt };
    },
  },
];
