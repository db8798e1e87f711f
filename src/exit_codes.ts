/**
 * Every exit code of an action runner, with what it says about the work. The code declares them only here.
 *
 * @module
 */

/** What a report's `phase` can be. `Unknown`: the runner did not see the verdict, and the work may still run. */
export type Phase = "Running" | "Succeeded" | "Failed" | "Refused" | "Unknown";

/** What a run has left in the cluster. */
export type Left = "not created" | "left running" | "stopped" | "finished" | "unknown";

/** The fixed word for each exit code: the `reason` of a report. */
export type Reason =
  | "Succeeded"
  | "InvalidInput"
  | "WorkFailed"
  | "ObjectGone"
  | "ObjectReplaced"
  | "RefusedByApi"
  | "NotAllowed"
  | "TargetMissing"
  | "NameTaken"
  | "QuotaExceeded"
  | "ApiUnreachable"
  | "AccessLost"
  | "StatusNotWritten"
  | "InternalError"
  | "TimedOut"
  | "Interrupted"
  | "Terminated";

/** One row of the table. */
export interface ExitCode {
  /** The process's exit code, 0 to 255. */
  code: number;
  /** The `phase` of the final report. */
  phase: Phase;
  /** What is left in the cluster. */
  left: Left;
  /** What a Job's `podFailurePolicy` should do after this code: `FailJob` if another pod could not succeed either. */
  onPodFailure: "none" | "FailJob" | "Count";
  /** The meaning in one sentence, for people. */
  meaning: string;
}

/**
 * The table, by the report's `reason`.
 *
 * Code 1 is missing on purpose: Deno exits with it after an uncaught error. Also missing are the codes that shells and
 * container engines use (125 to 129), and those of signals that a program cannot handle (133, 134, 137, 139).
 */
export const EXIT_CODES: { readonly [R in Reason]: ExitCode } = {
  Succeeded: row(0, "Succeeded", "finished", "none", "the work succeeded, seen in the object and reported"),
  InvalidInput: row(2, "Refused", "not created", "FailJob", "bad input or configuration"),
  WorkFailed: row(10, "Failed", "finished", "FailJob", "the work failed"),
  ObjectGone: row(11, "Unknown", "unknown", "FailJob", "the object was deleted before a verdict was seen"),
  ObjectReplaced: row(12, "Unknown", "unknown", "FailJob", "another object of the same name took its place"),
  RefusedByApi: row(20, "Refused", "not created", "FailJob", "the API server or a policy refused the work"),
  NotAllowed: row(21, "Refused", "not created", "FailJob", "the runner may not do what it needs"),
  TargetMissing: row(22, "Refused", "not created", "FailJob", "namespace, kind or status object is missing"),
  NameTaken: row(
    23,
    "Refused",
    "not created",
    "FailJob",
    "the name is taken by an object that is not this run's",
  ),
  QuotaExceeded: row(24, "Refused", "not created", "Count", "a quota has no room for the work"),
  ApiUnreachable: row(33, "Unknown", "unknown", "Count", "the API server could not be reached for too long"),
  AccessLost: row(
    34,
    "Unknown",
    "left running",
    "Count",
    "the runner's access was taken away while it waited",
  ),
  StatusNotWritten: row(
    35,
    "Succeeded",
    "finished",
    "Count",
    "the work succeeded, its status could not be written",
  ),
  InternalError: row(70, "Unknown", "unknown", "Count", "an error of the runner itself"),
  TimedOut: row(124, "Unknown", "left running", "FailJob", "RUNNER_TIMEOUT passed before the work ended"),
  Interrupted: row(130, "Unknown", "left running", "Count", "SIGINT came before the work ended"),
  Terminated: row(143, "Unknown", "left running", "Count", "SIGTERM came before the work ended"),
};

function row(
  code: number,
  phase: Phase,
  left: Left,
  onPodFailure: ExitCode["onPodFailure"],
  meaning: string,
): ExitCode {
  return { code, phase, left, onPodFailure, meaning };
}
