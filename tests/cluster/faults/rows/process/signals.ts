/**
 * Signals in every phase: the run ends within 5 s, and reports only what it knows.
 *
 * @module
 */
import { type Ended } from "../../../../lab/compiled_program.ts";
import type { Expectation, FaultRow } from "../../fault_row.ts";
import {
  must,
  mustHaveCreatedNothing,
  mustLeaveRunning,
  mustReportInBothPlaces,
  mustSay,
} from "../../lab/checks.ts";
import { leftRunning } from "../../lab/expectations.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { terminatedRow } from "../../lab/terminated_row.ts";
import { within } from "../../lab/waiting.ts";
import type { WatchedRun } from "../../lab/watched_run.ts";
import { never } from "../../proxy/bodies.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import {
  forwardAndForget,
  type Hold,
  holdFirst,
  holdFirstThenMute,
  neverAnswer,
  onCreate,
} from "../../proxy/proxy_rules.ts";
import { isGet, isList, isStatusWrite } from "../../proxy/requests.ts";
import type { Phase } from "../../works/work.ts";

/** A signal before anything was created: the report names no object. */
function beforeCreate(phase: string, fits: (exchange: Exchange) => boolean): FaultRow {
  return terminatedRow({
    name: `SIGTERM while ${phase}: nothing is created`,
    objects: 0,
    hold: () => holdFirst(fits),
    async check(rig, ended) {
      mustNameNoObject(rig, ended);
      await mustHaveCreatedNothing(rig);
    },
  });
}

function mustNameNoObject(_rig: Rig, { report, stderr }: Ended): void {
  must(!("object" in (report ?? {})), `the report names no object\n${stderr}`);
}

async function mustLeaveRunningAndReport(rig: Rig, ended: Ended): Promise<void> {
  await mustLeaveRunning(rig, ended, "Terminated");
  await mustReportInBothPlaces(rig, ended);
}

/** Has the first create done, and leaves it without an answer for ever. */
function holdReplyOfCreate(): Hold {
  const done = Promise.withResolvers<void>();
  const rule = onCreate(1, async (exchange) => {
    await forwardAndForget(exchange);
    done.resolve();
    await never();
  });
  return { rule, held: done.promise, release() {} };
}

const isACreate = ({ isCreate }: Exchange) => isCreate;

const held: FaultRow[] = [
  beforeCreate("it looks at the name", ({ seen }) => isGet(seen) || isList(seen)),
  beforeCreate("it checks the status object", ({ request }) => request.path.includes("/configmaps/")),
  beforeCreate("it asks for a dry run", ({ request }) => request.method === "POST"),
  terminatedRow({
    name: "SIGTERM during the create, which is answered half a second later: the report has its uid",
    objects: 1,
    hold: () => holdFirst(isACreate),
    releaseMs: 500,
    check: mustLeaveRunningAndReport,
  }),
  terminatedRow({
    name: "SIGTERM during a create that is done and never answered: a look finds it, the report has its uid",
    objects: 1,
    hold: holdReplyOfCreate,
    check: mustLeaveRunningAndReport,
  }),
  terminatedRow({
    name: "SIGTERM during a create that never arrives: the report names no object and promises none",
    objects: 0,
    hold: () => holdFirst(isACreate),
    check(rig, ended) {
      mustNameNoObject(rig, ended);
      mustSay(ended, "left in the cluster: not known");
    },
  }),
  terminatedRow({
    name: "SIGTERM during a create, when nothing is answered any more: whether it was created is not known",
    objects: 0,
    hold: () => holdFirstThenMute(isACreate),
    check: (_rig, ended) => mustSay(ended, "left in the cluster: not known"),
  }),
  terminatedRow({
    name: "SIGTERM during the first report: the work is left running and reported",
    objects: 1,
    hold: () => holdFirst(({ seen }) => isStatusWrite(seen)),
    check: mustLeaveRunningAndReport,
  }),
];

const REPORTED: Expectation = { also: (rig, { ended }) => mustReportInBothPlaces(rig, ended) };

/** Ends the work, holds the first request that follows and fits, and sends SIGTERM meanwhile. */
function terminateAtEnd(isIt: (seen: Seen) => boolean, phase: Phase) {
  return async (rig: Rig, { run }: WatchedRun): Promise<void> => {
    const hold = holdFirst(({ seen }) => isIt(seen));
    rig.proxy.rule = hold.rule;
    await rig.finish(phase);
    await within(60_000, "the request is held", hold.held);
    run.kill("SIGTERM");
  };
}

export const rows: FaultRow[] = [
  ...held,
  {
    row: 56,
    name: "SIGTERM while it watches: the work is left running and reported",
    exitCode: 143,
    objects: 1,
    at: "wait",
    trouble: (_rig, { run }) => run.kill("SIGTERM"),
    act: "nothing",
    expect: leftRunning("Terminated"),
  },
  {
    row: 56,
    name: "SIGTERM while the API server does not answer: it ends all the same",
    exitCode: 143,
    objects: 1,
    at: "wait",
    trouble(rig, { run }) {
      rig.proxy.rule = neverAnswer(() => true);
      run.kill("SIGTERM");
    },
    act: "nothing",
    expect: { also: (rig, { ended }) => mustLeaveRunning(rig, ended, "Terminated") },
  },
  {
    row: 56,
    name: "SIGTERM while it asks for the finished work: one look gives the verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: terminateAtEnd(isGet, "Succeeded"),
    act: "nothing",
    expect: REPORTED,
  },
  {
    row: 56,
    name: "SIGTERM after a failure whose event was kept back: one look gives the verdict",
    exitCode: 10,
    objects: 1,
    at: "start",
    trouble: withRule(() => neverAnswer(({ isWatch }) => isWatch)),
    async act(rig, { run }) {
      await rig.finish("Failed");
      run.kill("SIGTERM");
    },
    expect: REPORTED,
  },
  {
    row: 56,
    name: "SIGTERM during the final report of a failure, which cannot be written: the verdict stays",
    exitCode: 10,
    objects: 1,
    at: "wait",
    trouble: terminateAtEnd(isStatusWrite, "Failed"),
    act: "nothing",
  },
  {
    row: 56,
    name: "SIGTERM during the final report of a success, which cannot be written: succeeded, but not told",
    exitCode: 35,
    objects: 1,
    at: "wait",
    trouble: terminateAtEnd(isStatusWrite, "Succeeded"),
    act: "nothing",
    expect: { also: (_rig, { ended }) => must(ended.report?.finishedSuccessfully === true, "it succeeded") },
  },
];
