/**
 * The settings of a run: environment variables and flags in, values out. Nothing here touches the outside world.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { parseDuration } from "./duration.ts";
import { InvalidInputError, messageOf } from "./errors.ts";
import { labelProblem, nameProblem } from "./names.ts";
import { nearest } from "./nearest.ts";
import type { ExecutionContext, Platform } from "./runner.ts";

/** Where a run's status can go. */
export type ReporterName = "configmap" | "secret" | "nop";

/** Everything that the environment and the flags say. */
export interface Config {
  /** File with the rendered manifest. */
  manifestPath: string;
  /** The run. */
  context: ExecutionContext;
  /** Where the status goes. */
  reporter: ReporterName;
  /** Log for people instead of machines. */
  devMode: boolean;
  /** What is odd and does not matter, one line each. */
  warnings: string[];
}

/** What {@linkcode parseConfig} reads. */
export interface ConfigInput {
  /** The program's name. */
  program: string;
  /** The environment: only `RUNNER_*` is looked at. */
  env: Record<string, string>;
  /** The command line's arguments. */
  args: string[];
  /** The program's own default. */
  reporter: ReporterName;
}

interface Setting<T> {
  variable: string;
  flag: string;
  /** How `--help` names the value; absent for a flag that needs none. */
  placeholder?: string;
  help: string;
  parse: (text: string) => T;
}

/** Every setting, in the order in which `--help` and error messages list them. */
const SETTINGS = {
  manifestPath: setting("RUNNER_INPUT_MANIFEST_PATH", "manifest", "FILE", "the rendered manifest", parseText),
  name: setting(
    "RUNNER_CONTEXT_NAME",
    "name",
    "NAME",
    "name of the created object and of the status object",
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
    "service account of the created work",
    checked(nameProblem),
  ),
  timeoutMs: setting(
    "RUNNER_TIMEOUT",
    "timeout",
    "DURATION",
    "how long the work may take (none)",
    parseDuration,
  ),
  dryRun: setting(
    "RUNNER_CONTEXT_DRY_RUN",
    "dry-run",
    undefined,
    "validate only, create nothing",
    parseBoolean,
  ),
  devMode: setting("RUNNER_LOGGER_DEV_MODE", "dev", undefined, "log for people, in detail", parseBoolean),
  reporter: setting(
    "RUNNER_STATUS_REPORTER",
    "status-reporter",
    "KIND",
    "configmap, secret or nop",
    oneOf("configmap", "secret", "nop"),
  ),
  runId: setting("RUNNER_RUN_ID", "run-id", "ID", "which run this is, the same after a restart", parseText),
  onExisting: setting(
    "RUNNER_ON_EXISTING",
    "on-existing",
    "WAY",
    "adopt or refuse an object of this run",
    oneOf("adopt", "refuse"),
  ),
  onTimeout: setting(
    "RUNNER_ON_TIMEOUT",
    "on-timeout",
    "WAY",
    "leave, stop or terminate the work",
    oneOf("leave", "stop", "terminate"),
  ),
  onTerminate: setting(
    "RUNNER_ON_TERMINATE",
    "on-terminate",
    "WAY",
    "the same on SIGTERM and SIGINT",
    oneOf("leave", "stop", "terminate"),
  ),
} satisfies Record<string, Setting<unknown>>;

const PLATFORM_PREFIX = "RUNNER_CONTEXT_PLATFORM_";
const ALL_SETTINGS: Setting<unknown>[] = Object.values(SETTINGS);

/**
 * Reads the settings. A flag wins over its variable.
 *
 * @throws {InvalidInputError} If any is missing or wrong: with one line for each of them
 */
export function parseConfig(input: ConfigInput): Config {
  const problems: string[] = [];
  const flags = parseFlags(input.args, problems);
  const read = <T>(setting: Setting<T>): T | undefined => {
    const [source, text] = flags[setting.flag] === undefined
      ? [setting.variable, input.env[setting.variable]]
      : [`--${setting.flag}`, flags[setting.flag]];
    if (text === undefined) return undefined;
    try {
      return setting.parse(text);
    } catch (error) {
      problems.push(`${source}: ${messageOf(error)}`);
    }
  };
  const required = <T extends string>(setting: Setting<T>): T => {
    if (flags[setting.flag] === undefined && input.env[setting.variable] === undefined) {
      problems.push(`${setting.variable}: is required (or --${setting.flag} ${setting.placeholder})`);
    }
    return read(setting) ?? "" as T;
  };

  const manifestPath = required(SETTINGS.manifestPath);
  const name = required(SETTINGS.name);
  const platform: Platform = {
    ...platformProperties(input.env),
    namespace: required(SETTINGS.namespace),
    serviceAccountName: required(SETTINGS.serviceAccountName),
  };
  const timeoutMs = read(SETTINGS.timeoutMs) || undefined;
  const dryRun = read(SETTINGS.dryRun) ?? false;
  const devMode = read(SETTINGS.devMode) ?? false;
  const reporter = read(SETTINGS.reporter) ?? input.reporter;
  const runId = read(SETTINGS.runId);
  const onExisting = read(SETTINGS.onExisting) ?? "adopt";
  const onTimeout = read(SETTINGS.onTimeout) ?? "leave";
  const onTerminate = read(SETTINGS.onTerminate) ?? "leave";
  problems.push(...contractProblems(input.env));
  if (problems.length > 0) throw new InvalidInputError(problems);

  const context: ExecutionContext = {
    program: input.program,
    name,
    platform,
    dryRun,
    onExisting,
    onTimeout,
    onTerminate,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(runId === undefined ? {} : { runId }),
  };
  return { manifestPath, context, reporter, devMode, warnings: unknownVariables(input.env) };
}

/** Whether the arguments ask for nothing but words: `help`, `version`, or `undefined` for a run. */
export function informationAsked(args: string[]): "help" | "version" | undefined {
  if (args.includes("--help") || args.includes("-h")) return "help";
  if (args.includes("--version")) return "version";
}

/** The text that `--help` prints: one line a flag, with its variable. */
export function helpText(program: string): string {
  const rows = ALL_SETTINGS.map((setting) => {
    const flag = `--${setting.flag}${setting.placeholder ? ` ${setting.placeholder}` : ""}`;
    return `  ${flag.padEnd(24)} ${setting.variable.padEnd(46)} ${setting.help}`;
  });
  return [
    `${program} [run] [FLAGS]: starts the manifest's work on Kubernetes, reports it, waits for it`,
    "and exits with a code that tells how it ended.",
    "",
    "Each flag wins over its environment variable:",
    ...rows,
    `  ${"--help, --version".padEnd(24)}`,
    "",
    "Exit codes: 0 succeeded, 2 bad input, 10 the work failed, 124 timed out; README lists the others.",
    "",
  ].join("\n");
}

/** Capact's later engines give files instead: which of the two is meant must not be guessed. */
function contractProblems(env: Record<string, string>): string[] {
  return ["RUNNER_CONTEXT_PATH", "RUNNER_ARGS_PATH"]
    .filter((variable) => env[variable] !== undefined)
    .map((variable) =>
      `${variable}: is not supported; give RUNNER_CONTEXT_NAME and the other variables instead`
    );
}

/** Each flag's text. A switch without a value is `true`; with one, as in `--dev=false`, it is that. */
function parseFlags(args: string[], problems: string[]): Record<string, string | undefined> {
  const flags = parseArgs(args[0] === "run" ? args.slice(1) : args, {
    "--": true,
    string: ALL_SETTINGS.map((setting) => setting.flag),
    unknown: (argument) => {
      problems.push(unknownArgument(argument));
      return false;
    },
  }) as Record<string, unknown> & { "--": string[] };
  problems.push(...flags["--"].map(unknownArgument));
  return Object.fromEntries(ALL_SETTINGS.map(({ flag, placeholder }) => {
    const given = flags[flag];
    if (given === undefined) return [flag, undefined];
    return [flag, given === "" && placeholder === undefined ? "true" : String(given)];
  }));
}

function unknownArgument(argument: string): string {
  return `${JSON.stringify(argument)} is not known; see --help`;
}

function platformProperties(env: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env)
      .filter(([variable]) => variable.startsWith(PLATFORM_PREFIX))
      .map(([variable, value]) => [camelCase(variable.slice(PLATFORM_PREFIX.length)), value]),
  );
}

/** `FOO_BAR` → `fooBar`. */
function camelCase(words: string): string {
  return words.toLowerCase().replace(/_+(.)/g, (_match, letter: string) => letter.toUpperCase());
}

function unknownVariables(env: Record<string, string>): string[] {
  const known = ALL_SETTINGS.map((setting) => setting.variable);
  return Object.keys(env)
    .filter((name) =>
      name.startsWith("RUNNER_") && !name.startsWith(PLATFORM_PREFIX) && !known.includes(name)
    )
    .map((name) => `${name}: is not known and is ignored; did you mean ${nearest(name, known)}?`);
}

function setting<T>(
  variable: string,
  flag: string,
  placeholder: string | undefined,
  help: string,
  parse: (text: string) => T,
): Setting<T> {
  return { variable, flag, help, parse, ...(placeholder === undefined ? {} : { placeholder }) };
}

function parseText(text: string): string {
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

function oneOf<T extends string>(...choices: T[]): (text: string) => T {
  return (text) => {
    const choice = choices.find((known) => known === text);
    if (choice === undefined) {
      throw new InvalidInputError(`${JSON.stringify(text)} is not known, expected ${choices.join(", ")}`);
    }
    return choice;
  };
}

/** As Go's: https://pkg.go.dev/strconv#ParseBool */
function parseBoolean(text: string): boolean {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true;
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return false;
  throw new InvalidInputError(`${JSON.stringify(text)} is not a boolean (true, false, 1, 0, t, f)`);
}
