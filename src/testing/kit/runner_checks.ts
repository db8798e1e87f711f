/**
 * Checks without a fault of the API server: success, failure, time-out, stop, signal and dry run.
 *
 * @module
 */
import { reservedKeys } from "../../run/outcome/report.ts";
import { placeOf, type Rehearsal } from "./rehearsal.ts";
import type { RehearsedRun } from "./rehearsed_run.ts";
import { CheckFailure, names } from "./check_failure.ts";

/** How long a run may take to end after a signal, milliseconds: the kubelet kills the process soon after. */
const SIGNAL_MS = 5_000;
/** How long a dry run may take before the check ends what it has created, milliseconds. */
const DRY_RUN_MS = 10_000;
/** The time-out of the runs with a time-out, milliseconds. */
const TIMEOUT_MS = 120_000;
/** How long such a run may then go on, milliseconds: it waits for steps that ignore their signal, and for a stop. */
const AFTER_TIMEOUT_MS = 30_000;

/** The work succeeds. Returns the run, with which later runs are compared. */
export async function checkSuccess(stage: Rehearsal): Promise<RehearsedRun> {
  const run = stage.run();
  await stage.until(() => run.started || run.result);
  checkEarlyWrites(run);
  checkStatusKeys(run);
  const object = await stage.atWork(run, "in an undisturbed run");
  const same = run.created.filter(({ kind }) => kind === object.kind);
  if (same.length > 1) throw new CheckFailure(`created ${same.length} objects, expected 1: ${names(same)}`);
  await stage.end("succeed", object);
  run.succeeded = stage.find(object);
  await stage.expectEnd(run, { expected: "Succeeded", when: "after its work had succeeded" });
  checkStatus(stage, run);
  return run;
}

/** The work fails. */
export async function checkFailure(stage: Rehearsal): Promise<void> {
  const run = stage.run();
  await stage.end("fail", await stage.atWork(run, "in an undisturbed run"));
  await stage.expectEnd(run, { expected: "WorkFailed", when: "after its work had failed" });
  if (run.diagnoseError !== undefined) throw new CheckFailure(`diagnose threw: ${run.diagnoseError}`);
}

/** The work does not end before the time-out. */
export async function checkTimeout(stage: Rehearsal): Promise<void> {
  const run = stage.run({ timeoutMs: TIMEOUT_MS });
  const object = await stage.atWork(run, "with a time-out");
  await expectTimedOut(stage, run);
  if (!stage.find(object)) {
    throw new CheckFailure("deleted its object when its time was up: settings say to leave it");
  }
}

/** The work does not end before the time-out, and the settings ask to stop it then. */
export async function checkStop(stage: Rehearsal): Promise<void> {
  const run = stage.run({ timeoutMs: TIMEOUT_MS, onTimeout: "terminate" });
  if (!run.canStop) return;
  await stage.atWork(run, "with a time-out");
  await expectTimedOut(stage, run);
}

async function expectTimedOut(stage: Rehearsal, run: RehearsedRun): Promise<void> {
  const limitMs = TIMEOUT_MS + AFTER_TIMEOUT_MS;
  const when = "after its time was up";
  await stage.expectEnd(run, { expected: "TimedOut", when, limitMs });
  await checkHeeded(stage, run, when);
}

/** Checks that each method returned when its signal was aborted, so that the Manager did not abandon it. */
async function checkHeeded(stage: Rehearsal, { underWay }: RehearsedRun, when: string): Promise<void> {
  await stage.clock.advance(0);
  const [step] = underWay;
  if (step !== undefined) {
    throw new CheckFailure(`${step} does not heed its signal: it had to be given up ${when}`);
  }
}

/** The runner's pod gets SIGTERM. */
export async function checkSignal(stage: Rehearsal): Promise<void> {
  const run = stage.run();
  const object = await stage.atWork(run, "in an undisturbed run");
  run.terminate();
  const when = "after SIGTERM";
  await stage.expectEnd(run, { expected: "Terminated", when, limitMs: SIGNAL_MS });
  await checkHeeded(stage, run, when);
  if (!stage.find(object)) {
    throw new CheckFailure("deleted its object after SIGTERM: settings say to leave it");
  }
}

/** A dry run leaves nothing in the cluster. */
export async function checkDryRun(stage: Rehearsal): Promise<void> {
  const run = stage.run({ dryRun: true });
  await stage.until(() => run.result, DRY_RUN_MS);
  // What a runner's own `dryRun` creates must end before the runner deletes it.
  const [tried] = run.created;
  if (!run.result && tried) await stage.end("succeed", placeOf(tried));
  await stage.expectEnd(run, { expected: "Succeeded", when: "in a dry run" });
  const left = run.created.filter((object) => stage.find(placeOf(object)));
  if (left.length > 0) throw new CheckFailure(`dry run created ${names(left)}`);
}

function checkEarlyWrites({ written }: RehearsedRun): void {
  const early = written.find(({ step }) => step === "find" || step === "preflight");
  if (!early) return;
  const { created, object, step } = early;
  throw new CheckFailure(
    `${step} ${created ? "created" : "changed"} ${names([object])}: only start may write`,
  );
}

function checkStatusKeys({ started }: RehearsedRun): void {
  const reserved = reservedKeys(started?.status ?? {});
  if (reserved.length > 0) {
    throw new CheckFailure(`its status uses keys of the report: ${reserved.join(", ")}`);
  }
}

function checkStatus(stage: Rehearsal, { context, result }: RehearsedRun): void {
  const { name, platform: { namespace } } = context;
  const status = stage.api.find("ConfigMap", namespace, name)?.data?.status;
  if (JSON.parse(String(status ?? null))?.exitCode === result?.exitCode) return;
  throw new CheckFailure("the status object does not hold its report");
}
