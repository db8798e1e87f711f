/**
 * Every setting: its variable, its flag, and how its text is read.
 *
 * @module
 */
import { parseDuration } from "../time/duration.ts";
import { InvalidInputError } from "../errors.ts";
import { labelProblem, nameProblem } from "../text/names.ts";
import { oneOf, parseBoolean, parseCount, parseText } from "./parse_text.ts";

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
  contextPath: {
    variable: "RUNNER_CONTEXT_PATH",
    flag: "context",
    placeholder: "FILE",
    help: "name, namespace, service account … as YAML",
    parse: parseText,
  },
  argsPath: {
    variable: "RUNNER_ARGS_PATH",
    flag: "args",
    placeholder: "FILE",
    help: "the rendered manifest",
    parse: parseText,
  },
  manifestPath: {
    variable: "RUNNER_INPUT_MANIFEST_PATH",
    flag: "manifest",
    placeholder: "FILE",
    help: "the rendered manifest",
    parse: parseText,
  },
  name: {
    variable: "RUNNER_CONTEXT_NAME",
    flag: "name",
    placeholder: "NAME",
    help: "name of the created object and of its status",
    parse: checked(nameProblem),
  },
  namespace: {
    variable: "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
    flag: "namespace",
    placeholder: "NAMESPACE",
    help: "namespace of all that is created",
    parse: checked(labelProblem),
  },
  serviceAccountName: {
    variable: "RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME",
    flag: "service-account",
    placeholder: "NAME",
    help: "its service account",
    parse: checked(nameProblem),
  },
  timeoutMs: {
    variable: "RUNNER_TIMEOUT",
    flag: "timeout",
    placeholder: "DURATION",
    help: "how long the work may take, as 1h30m (no limit)",
    parse: parseDuration,
  },
  dryRun: {
    variable: "RUNNER_CONTEXT_DRY_RUN",
    flag: "dry-run",
    help: "only have it validated by the API server",
    parse: parseBoolean,
  },
  devMode: {
    variable: "RUNNER_LOGGER_DEV_MODE",
    flag: "dev",
    help: "log for people and in detail, not as JSON",
    parse: parseBoolean,
  },
  reporter: {
    variable: "RUNNER_STATUS_REPORTER",
    flag: "status-reporter",
    placeholder: "KIND",
    help: "status to: configmap, secret or nop",
    parse: oneOf("configmap", "secret", "nop"),
  },
  logTailLines: {
    variable: "RUNNER_LOG_TAIL_LINES",
    flag: "log-tail-lines",
    placeholder: "N",
    help: "lines of a failed container's log reported (20)",
    parse: parseCount,
  },
  followLogs: {
    variable: "RUNNER_FOLLOW_LOGS",
    flag: "follow",
    help: "log what the work's containers print",
    parse: parseBoolean,
  },
  runId: {
    variable: "RUNNER_RUN_ID",
    flag: "run-id",
    placeholder: "ID",
    help: "which run this is; the same after a restart",
    parse: parseText,
  },
  onExisting: {
    variable: "RUNNER_ON_EXISTING",
    flag: "on-existing",
    placeholder: "WAY",
    help: "adopt or refuse an object of this run (adopt)",
    parse: oneOf("adopt", "refuse"),
  },
  onTimeout: {
    variable: "RUNNER_ON_TIMEOUT",
    flag: "on-timeout",
    placeholder: "WAY",
    help: "leave, stop or terminate the work (leave)",
    parse: oneOf("leave", "stop", "terminate"),
  },
  onTerminate: {
    variable: "RUNNER_ON_TERMINATE",
    flag: "on-terminate",
    placeholder: "WAY",
    help: "the same on SIGTERM and SIGINT (leave)",
    parse: oneOf("leave", "stop", "terminate"),
  },
} satisfies Record<string, Setting<unknown>>;

/** The settings as a list. */
export const ALL_SETTINGS: Setting<unknown>[] = Object.values(SETTINGS);

function checked(problemOf: (text: string) => string | undefined): (text: string) => string {
  return (text) => {
    const problem = problemOf(parseText(text));
    if (problem) throw new InvalidInputError(problem);
    return text;
  };
}
