/**
 * The text for people about a failed run: the last lines on standard error.
 *
 * @module
 */
import { EXIT_CODES } from "../../exit_codes.ts";
import { printable } from "../../text/printable.ts";
import type { Outcome } from "./report.ts";
import type { Diagnosis } from "../../runner.ts";
import { byteLength, cutText } from "../../text/utf8.ts";

/** Maximum size, in bytes: Kubernetes takes 2048 bytes of a log as the termination message. */
const MAX_BYTES = 2_000;
/** Maximum size of each line about the error, in bytes, if further lines follow. */
const MAX_LINE_BYTES = 600;

/** The commands with which people read and stop the work. */
export interface Commands {
  show: string;
  stop: string;
}

/**
 * Says what went wrong, in which step and why, what is left in the cluster, and how to read and stop it. If the text is
 * too long, it first drops older lines of the log, then events, then cuts single lines, and says what it has cut.
 */
export function failureText(program: string, outcome: Outcome, commands?: Commands): string {
  const { failure, reason } = outcome;
  const message = printable(outcome.message);
  if (reason === "InvalidInput") return `${cutText(`${program}: ${message}`, MAX_BYTES - 1)}\n`;
  const last = [`exit code: ${EXIT_CODES[reason].code} (${reason})`, ...leftLines(outcome, commands), ""]
    .join("\n");
  if (!failure) return `${cutText(`${program}: ${message}`, MAX_BYTES - byteLength(last) - 1)}\n${last}`;
  const cause = causeLine(reason === "TimedOut" ? "waits for" : "failed", failure);
  const first = [`${program}: ${message}`, cause].map((line) => cutText(line, MAX_LINE_BYTES));
  const details = detailLines(failure, MAX_BYTES - byteLength([...first, last].join("\n")) - 1);
  return [...first, ...details, last].join("\n");
}

function leftLines({ left, started }: Outcome, commands: Commands | undefined): string[] {
  const object = started?.object;
  if (!object) return [`left in the cluster: ${left === "unknown" ? "not known" : left}`];
  const lines = [`left in the cluster: ${object.kind} "${object.name}" in "${object.namespace}": ${left}`];
  if (commands) lines.push(`show it: ${commands.show}`);
  if (commands && (left === "left running" || left === "unknown")) lines.push(`stop it: ${commands.stop}`);
  return lines;
}

/** The known details of a failure, or of what work waits for. */
export function failureLines(word: "failed" | "waits for", failure: Diagnosis): string[] {
  return [causeLine(word, failure), ...detailLines(failure, Infinity)];
}

/** `failed: step "b", pod "x-b-1", container "main", exit code 1: Error: …`. */
function causeLine(word: string, { node, pod, container, exitCode, reason, message }: Diagnosis): string {
  const where = [
    node === undefined ? "" : `step "${node}"`,
    pod === undefined ? "" : `pod "${pod}"`,
    container === undefined ? "" : `container "${container}"`,
    exitCode === undefined ? "" : `exit code ${exitCode}`,
  ].filter((part) => part !== "").join(", ");
  const parts = [word, where, reason, message].filter((part) => part !== undefined && part !== "");
  return printable(parts.join(": "));
}

function detailLines({ events = [], logTail = [], notRead = [] }: Diagnosis, room: number): string[] {
  const extra = [...notRead.map((what) => `not read: ${what}`), ...events.map((event) => `event: ${event}`)]
    .map(printable);
  const kept = fitting(extra, room);
  const log = fitting(
    logTail.map((line) => `log: ${printable(line)}`).reverse(),
    room - byteLength(kept.join("\n")) - 1,
  );
  return [...kept, ...log.reverse()];
}

/** The first lines that fit, and a line with the number of omitted lines. */
function fitting(lines: string[], room: number): string[] {
  const cutLine = (count: number) => `(${count} more lines do not fit)`;
  const kept: string[] = [];
  let left = room;
  for (const line of lines) {
    const needed = byteLength(line) + 1;
    const isLast = kept.length === lines.length - 1;
    if (needed + (isLast ? 0 : byteLength(cutLine(lines.length)) + 1) > left) break;
    kept.push(line);
    left -= needed;
  }
  const dropped = lines.length - kept.length;
  if (dropped === 0) return kept;
  return left > byteLength(cutLine(dropped)) ? [...kept, cutLine(dropped)] : kept;
}
