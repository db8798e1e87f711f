/**
 * The conformance kit: checks that a runner does what engines rely on, whatever fault occurs.
 *
 * @module
 */
import type { RunnerFactory } from "../../runner.ts";
import type { RunnerCases } from "./runner_cases.ts";
import {
  checkClaims,
  checkDeletion,
  checkForeignName,
  checkHeldDeletion,
  checkOtherRun,
  checkReplacement,
  checkRestart,
  checkRestartAtWrite,
} from "./identity_checks.ts";
import { Rehearsal } from "./rehearsal.ts";
import type { RehearsedRun } from "./rehearsed_run.ts";
import {
  checkDryRun,
  checkFailure,
  checkSignal,
  checkStop,
  checkSuccess,
  checkTimeout,
} from "./runner_checks.ts";
import { checkExpired, checkLostReplies, checkSilentWatches, checkThrottled } from "./wire_checks.ts";
import { CheckFailure } from "./check_failure.ts";

/** The result of one check. */
export interface RunnerCheck {
  /** Name of the check, such as `a lost reply to a create`. */
  name: string;
  /** Whether the runner passes. */
  ok: boolean;
  /** What the runner does wrong, in words; absent if it passes. */
  wrong?: string;
}

const NOT_TRIED = "not tried: the work must succeed first; if the runner sleeps, by clockOf(kube)";

type Check = (stage: Rehearsal, like: RehearsedRun) => Promise<unknown>;

/** The checks that follow the first check, in which the work succeeds. */
const CHECKS: Record<string, Check> = {
  "failure": checkFailure,
  "adoption after a restart": checkRestart,
  "its own finished object in deletion": checkHeldDeletion,
  "another object of the name": checkForeignName,
  "the object of another run": checkOtherRun,
  "deletion of the object": checkDeletion,
  "replacement of the object": checkReplacement,
  "labels that claim an end": checkClaims,
  "an expired watch (410)": checkExpired,
  "a lost reply to a create": checkLostReplies,
  "429 with Retry-After": checkThrottled,
  "silent watches": checkSilentWatches,
  "time-out": checkTimeout,
  "stop on a time-out": checkStop,
  "SIGTERM": checkSignal,
  "dry run": checkDryRun,
};

/**
 * Runs a runner on embedded APIs, through the real Manager and with a clock that takes no real time: in success and
 * failure, after a restart, with objects that belong to another run or to nobody, and with the faults of API servers
 * and networks. It needs no network and no permission.
 *
 * @returns the result of each check. When the work cannot even succeed, the other checks are not tried, and their
 * results say so
 */
export async function checkRunner(
  runner: RunnerFactory,
  cases: RunnerCases,
): Promise<RunnerCheck[]> {
  let like: RehearsedRun | undefined;
  const tried = (name: string, action: (stage: Rehearsal) => Promise<unknown>) =>
    tryOut(name, new Rehearsal(runner, cases), action);
  const success = await tried("success", async (stage) => like = await checkSuccess(stage));
  if (!like) return [success, ...Object.keys(CHECKS).map((name) => notTried(name))];
  const run = like;
  const checks = Object.entries(CHECKS).map(([name, check]) => tried(name, (stage) => check(stage, run)));
  const restarts = run.written.map((_written, index) =>
    tried(
      `a restart at write ${index + 1}`,
      (stage) => checkRestartAtWrite(stage, { n: index + 1, like: run }),
    )
  );
  return [success, ...await Promise.all([...checks, ...restarts])];
}

/**
 * Runs {@linkcode checkRunner} in a test.
 *
 * @throws {Error} If a check fails; the message lists all failures
 *
 * @example
 * ```ts
 * import { createOrAdopt, type StartInput, waitForObject, type WaitForCompletionInput, workRef } from "@action-runner/core";
 * import type { KubeClient, KubeObject } from "@action-runner/core/kube";
 * import { assertRunner } from "@action-runner/core/testing";
 *
 * const podRunner = (kube: KubeClient) => ({
 *   name: "pod",
 *   async start({ manifest: spec, context, signal }: StartInput) {
 *     const { name, platform: { namespace } } = context;
 *     const pod = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec };
 *     const created = await createOrAdopt(kube, pod, { owner: context, signal, hasEnded: (pod) => !!outcome(pod) });
 *     return { status: { podRef: { name, namespace } }, object: workRef(kube, created) };
 *   },
 *   waitForCompletion: ({ started, signal }: WaitForCompletionInput) =>
 *     waitForObject(kube, started.object!, { outcome, signal }),
 * });
 *
 * function outcome({ status }: KubeObject) {
 *   const { phase } = status as { phase: string };
 *   if (phase !== "Succeeded" && phase !== "Failed") return undefined;
 *   return { finishedSuccessfully: phase === "Succeeded", message: phase };
 * }
 *
 * await assertRunner(podRunner, {
 *   manifest: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] },
 *   succeed: { status: { phase: "Succeeded" } },
 *   fail: { status: { phase: "Failed" } },
 * });
 * ```
 */
export async function assertRunner(
  runner: RunnerFactory,
  cases: RunnerCases,
): Promise<void> {
  const checks = await checkRunner(runner, cases);
  const wrong = checks.filter(({ ok }) => !ok);
  if (wrong.length === 0) return;
  const lines = wrong.filter((check) => check.wrong !== NOT_TRIED)
    .map(({ name, wrong }) => `\n- ${name}: ${wrong}`);
  const rest = wrong.length - lines.length;
  if (rest > 0) lines.push(`\n- ${rest} others: ${NOT_TRIED}`);
  throw new Error(`The runner fails ${wrong.length} of ${checks.length} checks:${lines.join("")}`);
}

async function tryOut(
  name: string,
  stage: Rehearsal,
  action: (stage: Rehearsal) => Promise<unknown>,
): Promise<RunnerCheck> {
  try {
    await action(stage);
    return { name, ok: true };
  } catch (error) {
    if (!(error instanceof CheckFailure)) throw error;
    return { name, ok: false, wrong: error.message };
  } finally {
    await stage.close();
  }
}

function notTried(name: string): RunnerCheck {
  return { name, ok: false, wrong: NOT_TRIED };
}
