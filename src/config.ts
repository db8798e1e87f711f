/**
 * The settings of a run: environment variables and flags in, values out. Nothing here touches the outside world.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { InvalidInputError, messageOf } from "./errors.ts";
import { nearest } from "./nearest.ts";
import type { ExecutionContext, Platform } from "./runner.ts";
import { ALL_SETTINGS, type Setting, SETTINGS } from "./settings.ts";

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
  /** The program's own settings; none by default. */
  settings?: Setting<string>[];
  /** `run` needs all settings, `rbac` no manifest, `look` no service account either; `run` by default. */
  to?: "run" | "rbac" | "look";
}

const PLATFORM_PREFIX = "RUNNER_CONTEXT_PLATFORM_";

/**
 * Reads the settings. A flag wins over its variable.
 *
 * @throws {InvalidInputError} If any is missing or wrong: with one line for each of them
 */
export function parseConfig(input: ConfigInput): Config {
  const problems: string[] = [];
  const own = input.settings ?? [];
  const all = [...ALL_SETTINGS, ...own];
  const flags = parseFlags(input.args, all, problems);
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

  const { to = "run" } = input;
  const manifestPath = to === "run" ? required(SETTINGS.manifestPath) : "";
  const name = required(SETTINGS.name);
  const platform: Platform = {
    ...platformProperties(input.env),
    namespace: required(SETTINGS.namespace),
    serviceAccountName: to === "look" ? "" : required(SETTINGS.serviceAccountName),
  };
  const timeoutMs = read(SETTINGS.timeoutMs) || undefined;
  const dryRun = read(SETTINGS.dryRun) ?? false;
  const devMode = read(SETTINGS.devMode) ?? false;
  const reporter = read(SETTINGS.reporter) ?? input.reporter;
  const runId = read(SETTINGS.runId);
  const onExisting = read(SETTINGS.onExisting) ?? "adopt";
  const logTailLines = read(SETTINGS.logTailLines) ?? 20;
  const followLogs = read(SETTINGS.followLogs) ?? false;
  const onTimeout = read(SETTINGS.onTimeout) ?? "leave";
  const onTerminate = read(SETTINGS.onTerminate) ?? "leave";
  const settings = Object.fromEntries(
    own.map((setting) => [setting.variable, read(setting)] as const)
      .filter((entry): entry is readonly [string, string] => entry[1] !== undefined),
  );
  problems.push(...contractProblems(input.env));
  if (problems.length > 0) throw new InvalidInputError(problems);

  const context: ExecutionContext = {
    program: input.program,
    name,
    platform,
    dryRun,
    onExisting,
    logTailLines,
    followLogs,
    onTimeout,
    onTerminate,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(runId === undefined ? {} : { runId }),
    ...(own.length === 0 ? {} : { settings }),
  };
  return { manifestPath, context, reporter, devMode, warnings: unknownVariables(input.env, all) };
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
function parseFlags(
  args: string[],
  settings: Setting<unknown>[],
  problems: string[],
): Record<string, string | undefined> {
  const { "--": others, ...flags }: Record<string, unknown> = parseArgs(
    args[0] === "run" ? args.slice(1) : args,
    {
      "--": true,
      string: settings.map((setting) => setting.flag),
      unknown: (argument) => {
        problems.push(unknownArgument(argument));
        return false;
      },
    },
  );
  if (Array.isArray(others)) problems.push(...others.map(String).map(unknownArgument));
  return Object.fromEntries(settings.map(({ flag, placeholder }) => {
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

function unknownVariables(env: Record<string, string>, settings: Setting<unknown>[]): string[] {
  const known = settings.map((setting) => setting.variable);
  return Object.keys(env)
    .filter((name) =>
      name.startsWith("RUNNER_") && !name.startsWith(PLATFORM_PREFIX) && !known.includes(name)
    )
    .map((name) => `${name}: is not known and is ignored; did you mean ${nearest(name, known)}?`);
}
