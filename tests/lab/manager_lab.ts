/**
 * A Manager with a fake runner and a fake reporter.
 *
 * @module
 */
import { RunError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/text/json.ts";
import type { Log } from "../../src/io/log.ts";
import { Manager } from "../../src/manager.ts";
import type { ExecuteResult } from "../../src/run/outcome/execute_result.ts";
import type { ActionRunner, ExecutionContext, StatusReporter } from "../../src/runner.ts";
import type { Mask } from "../../src/io/secrets.ts";
import { type FakeClock, fakeClock } from "../../src/testing/fake_clock.ts";
import { aContext, aWorkObject } from "./builders.ts";

export const MANIFEST = { entrypoint: "main" };
export const STATUS = { workRef: { name: "demo" } };
export const NEVER = new AbortController().signal;

/** How a test's run differs from a successful run. */
export interface Changes {
  runner?: Partial<ActionRunner>;
  reporter?: Partial<StatusReporter>;
  context?: Partial<ExecutionContext>;
  readManifest?: () => Promise<JsonObject>;
  mask?: Mask;
}

/** A Manager with its fakes, and a record of what it did. */
export interface Stage {
  manager: Manager;
  clock: FakeClock;
  /** The calls, in their order. */
  calls: string[];
  /** The statuses that were reported. */
  reported: JsonObject[];
  /** The log's lines, each with its logger and level in front. */
  logged: string[];
}

export function aStage(
  { runner = {}, reporter = {}, context = {}, readManifest, mask }: Changes = {},
): Stage {
  const clock = fakeClock();
  const [calls, reported, logged]: [string[], JsonObject[], string[]] = [[], [], []];
  const log = (name: string) => recordingLog(name, logged);
  const called = <A extends unknown[], R>(name: string, work: (...args: A) => R) => (...args: A): R => {
    calls.push(name);
    return work(...args);
  };
  const manager = new Manager({
    runner: {
      name: "demo.work",
      find: called("find", runner.find ?? (() => Promise.resolve({}))),
      preflight: called("preflight", runner.preflight ?? (() => Promise.resolve())),
      start: called(
        "start",
        runner.start ??
          (({ found }) => Promise.resolve({ status: STATUS, object: found.existing ?? aWorkObject() })),
      ),
      waitForCompletion: called(
        "wait",
        runner.waitForCompletion ??
          (() => Promise.resolve({ finishedSuccessfully: true, message: "all done" })),
      ),
      ...(runner.dryRun ? { dryRun: called("dryRun", runner.dryRun) } : {}),
      ...(runner.stop ? { stop: runner.stop } : {}),
      ...(runner.diagnose ? { diagnose: runner.diagnose } : {}),
    },
    ...(mask ? { mask } : {}),
    reporter: {
      confidential: reporter.confidential ?? false,
      check: called("check", reporter.check ?? (() => Promise.resolve())),
      report: called("report", (input, status: JsonObject) => {
        reported.push(status);
        return reporter.report?.(input, status) ?? Promise.resolve();
      }),
    },
    context: aContext(context),
    readManifest: called("read", readManifest ?? (() => Promise.resolve(MANIFEST))),
    log,
    clock,
  });
  return { manager, clock, calls, reported, logged };
}

/** What the Manager logs once the work exists. */
export const CREATED = 'manager info Work "demo" is created';

export function recordingLog(name: string, logged: string[]): Log {
  const at = (level: string) => (message: string) => {
    logged.push(`${name} ${level} ${message}`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** A step that fails. */
export function failing(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

/** A step that never ends by itself. */
export function untilAborted({ signal }: { signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => {
    heldSignals.push(signal);
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

export const heldSignals: AbortSignal[] = [];

export function endOf({ exitCode, report }: ExecuteResult): [number, unknown, unknown] {
  return [exitCode, report.reason, report.message];
}

export function leftOf({ outcome, report }: ExecuteResult): [string, unknown] {
  return [outcome.left, (report.object as JsonObject | undefined)?.left];
}

/** The status that is written at the start has no reason yet. */
export function noRetry(status: JsonObject): boolean {
  return "reason" in status;
}

export function finalStatusUnwritable(): Partial<StatusReporter> {
  return {
    report: (_input, status) =>
      noRetry(status)
        ? Promise.reject(new RunError("NotAllowed", "Cannot patch it: forbidden"))
        : Promise.resolve(),
  };
}
