/**
 * How a container of a simulated workflow ends: read from its command by simple rules, since nothing is run.
 *
 * @module
 */
import { arrayAt, type JsonObject, objectAt, textAt } from "../text/json.ts";

/** How a container ends. */
export interface ContainerOutcome {
  /** Exit code; undefined: it runs until it is stopped. */
  exitCode: number | undefined;
  /** What it prints. Default empty. */
  log?: string;
  /** Files that it writes, which become output parameters. Default none. */
  files?: Record<string, string>;
}

/**
 * Reads the outcome from a template, by these rules:
 *
 * - the first `exit N` with N above 0 anywhere in `command`, `args` or `source`: exit code N;
 * - otherwise `false` as a word of its own: exit code 1;
 * - otherwise `sleep infinity`, or `sleep` of an hour (3600) or more: it runs until it is stopped;
 * - otherwise exit code 0;
 * - `echo TEXT` is the log's line, `echo [-n] TEXT > FILE` the content of a file.
 *
 * Of a container set, the first container that does not end with 0 counts. What has no container succeeds.
 */
export function containerOutcome(template: JsonObject): ContainerOutcome {
  const outcomes = commandTexts(template).map(outcomeOf);
  return outcomes.find(({ exitCode }) => exitCode !== 0) ?? outcomes[0] ?? { exitCode: 0 };
}

function commandTexts(template: JsonObject): string[] {
  const set = arrayAt(template, "containerSet", "containers");
  const single = [template.container, template.script].filter((part) => part !== undefined);
  return [...single, ...set].map((part) => {
    const words = [...arrayAt(part, "command"), ...arrayAt(part, "args")].map(String);
    return [...words, textAt(part, "source")].join("\n");
  });
}

function outcomeOf(text: string): ContainerOutcome {
  const echoes = [...text.matchAll(/\becho (-n )?("[^"]*"|'[^']*'|[^;&|>\n]*)(?:\s*>\s*([^\s;&|]+))?/g)];
  const said = (echo: RegExpMatchArray) => (echo[2] ?? "").trim().replace(/^(["'])(.*)\1$/, "$2");
  const lines = echoes.filter((echo) => echo[3] === undefined).map((echo) => `${said(echo)}\n`);
  const files = echoes.filter((echo) => echo[3] !== undefined).map((echo) => [echo[3], said(echo)]);
  return { exitCode: exitCodeOf(text), log: lines.join(""), files: Object.fromEntries(files) };
}

function exitCodeOf(text: string): number | undefined {
  const exit = text.match(/\bexit ([1-9]\d*)\b/);
  if (exit) return Number(exit[1]);
  if (/(^|[\s;&|])false($|[\s;&|])/.test(text)) return 1;
  const sleep = text.match(/\bsleep\s+(inf(?:inity)?|\d+)/);
  const endless = sleep !== null && (sleep[1]?.startsWith("inf") || Number(sleep[1]) >= 3600);
  return endless ? undefined : 0;
}

/** The template's output parameters with their values: from a file, from `valueFrom.default`, or from `value`. */
export function outputParameters(template: JsonObject, files: Record<string, string>): JsonObject[] {
  return arrayAt(template, "outputs", "parameters").map((parameter) => {
    const given = objectAt(parameter);
    const value = files[textAt(given, "valueFrom", "path")] ?? textAt(given, "valueFrom", "default");
    return { ...given, value: value || textAt(given, "value") };
  });
}
