/**
 * Every setting as a row: its variable and flag, its default, and its parser. This module imports no dependency, since
 * the main thread reads the settings that name a path.
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
 * import { oneOf, type Setting } from "@action-runner/core/sandbox";
 *
 * const command: Setting<string> = {
 *   variable: "RUNNER_COMMAND",
 *   flag: "command",
 *   placeholder: "COMMAND",
 *   help: "what to do: install or uninstall",
 *   default: "install",
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
  /** How `--help` names the value; absent for a switch, which is a flag that needs no value. */
  placeholder?: string;
  /** The meaning in a few words. `--help` adds the default. */
  help: string;
  /** The text to use if the setting is not given; without a default it then has no value. */
  default?: string;
  /** Whether the value is the path of a file or folder; the run may then read it. `false` by default. */
  isPath?: boolean;
  /** Parses the text; throws an `InvalidInputError` that says what is wrong. */
  parse: (text: string) => T;
}

/** A setting that every program has. */
export interface CommonSetting<T> extends Setting<T> {
  /** The heading in `--help`. */
  group: "required" | "files" | "run" | "report";
  /** Its key in the context file, such as `platform.namespace`; absent if the file cannot have it. */
  contextKey?: string;
}

/** Prefix of the variables of further platform properties. */
export const PLATFORM_PREFIX = "RUNNER_CONTEXT_PLATFORM_";

/** How `--help` lists the further platform properties. */
export const PLATFORM: Omit<CommonSetting<never>, "parse"> = {
  variable: `${PLATFORM_PREFIX}*`,
  flag: "platform",
  placeholder: "KEY=VALUE",
  help: "a further property; may be given again",
  group: "run",
};

/** Settings that say what to run, and where. */
const REQUIRED_SETTINGS = {
  manifestPath: {
    variable: "RUNNER_INPUT_MANIFEST_PATH",
    flag: "manifest",
    placeholder: "FILE",
    help: "the rendered manifest",
    group: "required",
    isPath: true,
    parse: parseText,
  },
  name: {
    variable: "RUNNER_CONTEXT_NAME",
    flag: "name",
    placeholder: "NAME",
    help: "name of the created object and of its status",
    group: "required",
    contextKey: "name",
    parse: checked(nameProblem),
  },
  namespace: {
    variable: "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
    flag: "namespace",
    placeholder: "NAMESPACE",
    help: "namespace of all that is created",
    group: "required",
    contextKey: "platform.namespace",
    parse: checked(labelProblem),
  },
  serviceAccountName: {
    variable: "RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME",
    flag: "service-account",
    placeholder: "NAME",
    help: "its service account",
    group: "required",
    contextKey: "platform.serviceAccountName",
    parse: checked(nameProblem),
  },
  argsPath: {
    variable: "RUNNER_ARGS_PATH",
    flag: "args",
    placeholder: "FILE",
    help: "the rendered manifest",
    group: "files",
    isPath: true,
    parse: parseText,
  },
  contextPath: {
    variable: "RUNNER_CONTEXT_PATH",
    flag: "context",
    placeholder: "FILE",
    help: "name, namespace, service account … as YAML",
    group: "files",
    isPath: true,
    parse: parseText,
  },
} satisfies Record<string, CommonSetting<unknown>>;

/** Optional settings, in the order in which error messages list them. */
export const OPTIONAL_SETTINGS = {
  timeoutMs: {
    variable: "RUNNER_TIMEOUT",
    flag: "timeout",
    placeholder: "DURATION",
    help: "how long the work may take, as 1h30m (no limit)",
    group: "run",
    contextKey: "timeout",
    parse: parseDuration,
  },
  onTimeout: {
    variable: "RUNNER_ON_TIMEOUT",
    flag: "on-timeout",
    placeholder: "WAY",
    help: "leave, stop or terminate the work",
    group: "run",
    default: "leave",
    parse: oneOf("leave", "stop", "terminate"),
  },
  onTerminate: {
    variable: "RUNNER_ON_TERMINATE",
    flag: "on-terminate",
    placeholder: "WAY",
    help: "the same on SIGTERM and SIGINT",
    group: "run",
    default: "leave",
    parse: oneOf("leave", "stop", "terminate"),
  },
  onExisting: {
    variable: "RUNNER_ON_EXISTING",
    flag: "on-existing",
    placeholder: "WAY",
    help: "adopt or refuse an object of this run",
    group: "run",
    default: "adopt",
    parse: oneOf("adopt", "refuse"),
  },
  runId: {
    variable: "RUNNER_RUN_ID",
    flag: "run-id",
    placeholder: "ID",
    help: "which run this is; the same after a restart",
    group: "run",
    parse: parseText,
  },
  dryRun: {
    variable: "RUNNER_CONTEXT_DRY_RUN",
    flag: "dry-run",
    help: "only have it validated by the API server",
    group: "run",
    contextKey: "dryRun",
    default: "false",
    parse: parseBoolean,
  },
  reporter: {
    variable: "RUNNER_STATUS_REPORTER",
    flag: "status-reporter",
    placeholder: "KIND",
    help: "status to: configmap, secret or nop",
    group: "report",
    default: "configmap",
    parse: oneOf("configmap", "secret", "nop"),
  },
  devMode: {
    variable: "RUNNER_LOGGER_DEV_MODE",
    flag: "dev",
    help: "log for people and in detail, not as JSON",
    group: "report",
    default: "false",
    parse: parseBoolean,
  },
  followLogs: {
    variable: "RUNNER_FOLLOW_LOGS",
    flag: "follow",
    help: "log what the work's containers print",
    group: "report",
    default: "false",
    parse: parseBoolean,
  },
  logTailLines: {
    variable: "RUNNER_LOG_TAIL_LINES",
    flag: "log-tail-lines",
    placeholder: "N",
    help: "lines of a failed container's log reported",
    group: "report",
    default: "20",
    parse: parseCount,
  },
} satisfies Record<string, CommonSetting<unknown>>;

/** Every setting that all programs have. */
export const SETTINGS = { ...REQUIRED_SETTINGS, ...OPTIONAL_SETTINGS };

/** The settings as a list, in the order in which `--help` lists them. */
export const ALL_SETTINGS: CommonSetting<unknown>[] = Object.values(SETTINGS);

/** The setting that has this key in the context file. */
export function settingOfKey(key: string): CommonSetting<unknown> | undefined {
  return ALL_SETTINGS.find(({ contextKey }) => contextKey === key);
}

/** Whether the setting is a switch: its flag alone means `true`. */
export function isSwitch({ placeholder }: Pick<Setting<unknown>, "placeholder">): boolean {
  return placeholder === undefined;
}

function checked(problemOf: (text: string) => string | undefined): (text: string) => string {
  return (text) => {
    const problem = problemOf(parseText(text));
    if (problem) throw new InvalidInputError(problem);
    return text;
  };
}
