/**
 * The final report of a run: one object, told in three places.
 *
 * @module
 */
import { EXIT_CODES, type Left, type Reason } from "./exit_codes.ts";
import type { JsonObject } from "./json.ts";
import type { StartOutput, WaitForCompletionOutput, WorkObject } from "./runner.ts";
import { type Stream, writeText } from "./standard_streams.ts";

/** How a run ended, as the Manager knows it. */
export interface Outcome {
  /** Decides exit code and phase. */
  reason: Reason;
  /** The whole chain of what went wrong, or how the work ended. */
  message: string;
  /** What is left in the cluster. */
  left: Left;
  /** What `start` returned, if it came so far. */
  started?: StartOutput | undefined;
  /** What `waitForCompletion` returned, if it came so far. */
  completed?: WaitForCompletionOutput | undefined;
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
  "failure",
];

/** The keys of a runner's status that it must not use. */
export function reservedKeys(status: JsonObject): string[] {
  return Object.keys(status).filter((key) => RESERVED_KEYS.includes(key));
}

/** The report: the runner's own status first, then what became of it. */
export function finalReport(runner: string, outcome: Outcome): JsonObject {
  const { started, completed } = outcome;
  const row = EXIT_CODES[outcome.reason];
  return {
    ...started?.status,
    runner,
    phase: row.phase,
    // Only where the verdict was seen, so that nobody ever has to take it back.
    ...(completed ? { finishedSuccessfully: completed.finishedSuccessfully } : {}),
    exitCode: row.code,
    reason: outcome.reason,
    message: outcome.message,
    ...(started?.object?.createdAt ? { startedAt: started.object.createdAt } : {}),
    ...(completed?.finishedAt ? { finishedAt: completed.finishedAt } : {}),
    ...(started?.object ? { object: objectOf(started.object, outcome.left) } : {}),
    ...(completed?.outputs ? { outputs: completed.outputs } : {}),
  };
}

function objectOf(object: WorkObject, left: Left): JsonObject {
  const { apiVersion, kind, name, namespace, uid, adopted } = object;
  return { apiVersion, kind, name, namespace, uid, adopted, left };
}

/** The report as the one line on standard output. */
export function writeReportLine(report: JsonObject, stream: Stream = Deno.stdout): void {
  writeText(stream, JSON.stringify(report) + "\n");
}

/** Most bytes of the text for people: Kubernetes takes 2048 bytes of a log as the termination message. */
const MAX_TEXT_BYTES = 2_000;

/** The text for people on a run that failed: what went wrong, what is left, and how to look and stop. */
export function failureText(
  program: string,
  outcome: Outcome,
  commands?: { show: string; stop: string },
): string {
  const lines = [`${program}: ${outcome.message}`];
  if (outcome.reason !== "InvalidInput") {
    lines.push(`exit code: ${EXIT_CODES[outcome.reason].code} (${outcome.reason})`);
  }
  const object = outcome.started?.object;
  if (object) {
    lines.push(
      `left in the cluster: ${object.kind} "${object.name}" in "${object.namespace}": ${outcome.left}`,
    );
    if (commands) {
      lines.push(`show it: ${commands.show}`);
      if (outcome.left === "left running" || outcome.left === "unknown") {
        lines.push(`stop it: ${commands.stop}`);
      }
    }
  } else if (outcome.reason !== "InvalidInput") {
    lines.push(`left in the cluster: ${outcome.left === "unknown" ? "not known" : outcome.left}`);
  }
  return cut(lines[0] ?? "", lines.slice(1).join("\n"));
}

/** Shortens the message, never the lines that tell what to do. */
function cut(message: string, rest: string): string {
  const encoder = new TextEncoder();
  const room = MAX_TEXT_BYTES - encoder.encode(`…\n${rest}\n`).length;
  const bytes = encoder.encode(message);
  // A sequence that the cut would split is dropped by the decoder.
  const short = bytes.length <= room
    ? message
    : new TextDecoder().decode(bytes.slice(0, room), { stream: true }) + "…";
  return rest === "" ? `${short}\n` : `${short}\n${rest}\n`;
}
