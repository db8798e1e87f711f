/**
 * Every setting: its variable, its flag, and how its text is read.
 *
 * @module
 */
import { parseDuration } from "./duration.ts";
import { InvalidInputError } from "./errors.ts";
import { labelProblem, nameProblem } from "./names.ts";

/**
 * One setting.
 *
 * @example a runner's own
 * ```ts
 * import { oneOf, type Setting } from "@action-runner/core";
 *
 * const command: Setting<string> = {
 *   variable: "RUNNER_COMMAND",
 *   flag: "command",
 *   placeholder: "COMMAND",
 *   help: "what to do: install or uninstall (install)",
 *   parse: oneOf("install", "uninstall"),
 * };
 * console.log(command.parse("install")); // install
 * ```
 */
export interface Setting<T> {
  /** Its environment variable; the name begins with `RUNNER_`. */
  variable: string;
  /** Its flag, without `--`. */
  flag: string;
  /** How `--help` names the value; absent for a flag that needs none. */
  placeholder?: string;
  /** What it is for, in a few words. */
  help: string;
  /** Reads its text; throws an `InvalidInputError` that says what is wrong with it. */
  parse: (text: string) => T;
}

/** The variables of further platform properties begin with it. */
export const PLATFORM_PREFIX = "RUNNER_CONTEXT_PLATFORM_";

/** How `--help` tells of the further platform properties, of which there may be many. */
export const PLATFORM: Omit<Setting<never>, "parse"> = {
  variable: `${PLATFORM_PREFIX}*`,
  flag: "platform",
  placeholder: "KEY=VALUE",
  help: "a further property; may be given again",
};

/** Every setting of one text, in the order in which error messages list them. */
export const SETTINGS = {
  contextPath: setting(
    "RUNNER_CONTEXT_PATH",
    "context",
    "FILE",
    "name, namespace, service account … as YAML",
    parseText,
  ),
  argsPath: setting("RUNNER_ARGS_PATH", "args", "FILE", "the rendered manifest", parseText),
  manifestPath: setting("RUNNER_INPUT_MANIFEST_PATH", "manifest", "FILE", "the rendered manifest", parseText),
  name: setting(
    "RUNNER_CONTEXT_NAME",
    "name",
    "NAME",
    "name of the created object and of its status",
    checked(nameProblem),
  ),
  namespace: setting(
    "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
    "namespace",
    "NAMESPACE",
    "namespace of all that is created",
    checked(labelProblem),
  ),
  serviceAccountName: setting(
    "RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME",
    "service-account",
    "NAME",
    "its service account",
    checked(nameProblem),
  ),
  timeoutMs: setting(
    "RUNNER_TIMEOUT",
    "timeout",
    "DURATION",
    "how long the work may take, as 1h30m (no limit)",
    parseDuration,
  ),
  dryRun: setting(
    "RUNNER_CONTEXT_DRY_RUN",
    "dry-run",
    undefined,
    "only have it validated by the API server",
    parseBoolean,
  ),
  devMode: setting(
    "RUNNER_LOGGER_DEV_MODE",
    "dev",
    undefined,
    "log for people and in detail, not as JSON",
    parseBoolean,
  ),
  reporter: setting(
    "RUNNER_STATUS_REPORTER",
    "status-reporter",
    "KIND",
    "status to: configmap, secret or nop",
    oneOf("configmap", "secret", "nop"),
  ),
  logTailLines: setting(
    "RUNNER_LOG_TAIL_LINES",
    "log-tail-lines",
    "N",
    "lines of a failed container's log reported (20)",
    parseCount,
  ),
  followLogs: setting(
    "RUNNER_FOLLOW_LOGS",
    "follow",
    undefined,
    "log what the work's containers print",
    parseBoolean,
  ),
  runId: setting("RUNNER_RUN_ID", "run-id", "ID", "which run this is; the same after a restart", parseText),
  onExisting: setting(
    "RUNNER_ON_EXISTING",
    "on-existing",
    "WAY",
    "adopt or refuse an object of this run (adopt)",
    oneOf("adopt", "refuse"),
  ),
  onTimeout: setting(
    "RUNNER_ON_TIMEOUT",
    "on-timeout",
    "WAY",
    "leave, stop or terminate the work (leave)",
    oneOf("leave", "stop", "terminate"),
  ),
  onTerminate: setting(
    "RUNNER_ON_TERMINATE",
    "on-terminate",
    "WAY",
    "the same on SIGTERM and SIGINT (leave)",
    oneOf("leave", "stop", "terminate"),
  ),
} satisfies Record<string, Setting<unknown>>;

/** The settings as a list. */
export const ALL_SETTINGS: Setting<unknown>[] = Object.values(SETTINGS);

function setting<T>(
  variable: string,
  flag: string,
  placeholder: string | undefined,
  help: string,
  parse: (text: string) => T,
): Setting<T> {
  return { variable, flag, help, parse, ...(placeholder === undefined ? {} : { placeholder }) };
}

/**
 * Reads any text that has no blanks at an end and no control characters.
 *
 * @throws {InvalidInputError} If it is another one, or is empty
 */
export function parseText(text: string): string {
  if (text === "") throw new InvalidInputError("is empty");
  // deno-lint-ignore no-control-regex
  if (text !== text.trim() || /[\x00-\x1f\x7f]/.test(text)) {
    throw new InvalidInputError(
      `${JSON.stringify(text)} has blanks at an end or control characters in it, expected none`,
    );
  }
  return text;
}

function checked(problemOf: (text: string) => string | undefined): (text: string) => string {
  return (text) => {
    const problem = problemOf(parseText(text));
    if (problem) throw new InvalidInputError(problem);
    return text;
  };
}

/**
 * Makes a parser that takes one of these words.
 *
 * @returns throws an `InvalidInputError` that lists them for every other text
 */
export function oneOf<T extends string>(...choices: T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined) {
      throw new InvalidInputError(`${JSON.stringify(text)} is not known, expected ${choices.join(", ")}`);
    }
    return choice;
  };
}

function parseCount(text: string): number {
  if (!/^\d{1,4}$/.test(text)) {
    throw new InvalidInputError(`${JSON.stringify(text)} is not a number from 0 to 9999`);
  }
  return Number(text);
}

/**
 * Reads a boolean as Go does: https://pkg.go.dev/strconv#ParseBool
 *
 * @throws {InvalidInputError} If the text is none
 */
export function parseBoolean(text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw new InvalidInputError(`${JSON.stringify(text)} is not a boolean (true, false, 1, 0, t, f)`);
}
