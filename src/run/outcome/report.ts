/**
 * The final report of a run: one object for the status, standard output and standard error.
 *
 * @module
 */
import { EXIT_CODES, type Left, type Reason } from "../../exit_codes.ts";
import type { JsonObject } from "../../text/json.ts";
import type { Diagnosis, StartOutput, WaitForCompletionOutput, WorkRef } from "../../runner.ts";
import { type Stream, writeText } from "../../io/standard_streams.ts";

/** How a run ended, as the Manager knows it. */
export interface Outcome {
  /** Decides exit code and phase. */
  reason: Reason;
  /** The whole chain of errors, or how the work ended. */
  message: string;
  /** What is left in the cluster. */
  left: Left;
  /** What `start` returned, if it has returned. */
  started?: StartOutput | undefined;
  /** What `waitForCompletion` returned, if it has returned. */
  completed?: WaitForCompletionOutput | undefined;
  /** Why the work failed, if the diagnosis found it. */
  failure?: Diagnosis | undefined;
}

/** Keys that the report adds to a runner's status. */
const RESERVED_KEYS = [
  "runner",
  "phase",
  "finishedSuccessfully",
  "exitCode",
  "reason",
  "message",
  "startedAt",
  "finishedAt",
  "object",
  "outputs",
  "outputsWithheld",
  "failure",
];

/** The keys of a runner's status that are reserved for the report. */
export function reservedKeys(status: JsonObject): string[] {
  return Object.keys(status).filter((key) => RESERVED_KEYS.includes(key));
}

/** Drops a status that uses reserved keys, so that the run can still report what `start` returned. */
export function withoutReservedKeys<S extends StartOutput>(started: S): S {
  return reservedKeys(started.status).length === 0 ? started : { ...started, status: {} };
}

/** The report: the runner's own status first, then how the run ended. */
export function finalReport(runner: string, outcome: Outcome): JsonObject {
  const { started, completed } = outcome;
  const row = EXIT_CODES[outcome.reason];
  return {
    ...started?.status,
    runner,
    phase: row.phase,
    // Only after the run has seen the verdict, so that no later report contradicts it.
    ...(completed ? { finishedSuccessfully: completed.finishedSuccessfully } : {}),
    exitCode: row.code,
    reason: outcome.reason,
    message: outcome.message,
    ...(started?.object?.createdAt ? { startedAt: started.object.createdAt } : {}),
    ...(completed?.finishedAt ? { finishedAt: completed.finishedAt } : {}),
    ...(started?.object ? { object: objectOf(started.object, outcome.left) } : {}),
    ...(completed?.outputs ? { outputs: completed.outputs } : {}),
    ...(outcome.failure ? { failure: { ...outcome.failure } } : {}),
  };
}

function objectOf(object: WorkRef, left: Left): JsonObject {
  const { apiVersion, kind, name, namespace, uid, adopted } = object;
  return { apiVersion, kind, name, namespace, uid, adopted, left };
}

/** The report as the one line on standard output. */
export function writeReportLine(report: JsonObject, stream: Stream = Deno.stdout): void {
  writeText(stream, JSON.stringify(report) + "\n");
}
