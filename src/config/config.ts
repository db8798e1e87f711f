/**
 * The settings of a run: environment variables, flags and the context file in, values out. Nothing here touches the
 * outside world.
 *
 * @module
 */
import type { ContextFile } from "./context_file.ts";
import { InvalidInputError } from "../errors.ts";
import { parseFlags } from "./flags.ts";
import { nearest } from "../text/nearest.ts";
import { platformOfEnv } from "./platform.ts";
import type { ExecutionContext } from "../runner.ts";
import { SettingReader } from "./setting_reader.ts";
import { ALL_SETTINGS, PLATFORM_PREFIX, type Setting, SETTINGS } from "./settings.ts";

/** Where a run's status can go. */
export type ReporterName = "configmap" | "secret" | "nop";

/** Everything that the environment, the flags and the context file say. */
export interface Config {
  /** File with the rendered manifest; empty where none is needed or given. */
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
  /** What the file of {@linkcode contextPathOf} holds, or why it cannot be read. */
  contextFile?: ContextFile | InvalidInputError | undefined;
  /** `run` needs all settings, `rbac` no manifest, `look` no service account either; `run` by default. */
  to?: "run" | "rbac" | "look";
}

/** The path of the context file; `undefined` where there is none, or none that could be. */
export function contextPathOf({ env, args, settings = [] }: ConfigInput): string | undefined {
  return new SettingReader({ env, flags: parseFlags(args, [...ALL_SETTINGS, ...settings]) })
    .read(SETTINGS.contextPath);
}

/**
 * Reads the settings. A flag wins over its variable and over the context file.
 *
 * @throws {InvalidInputError} If any is missing or wrong: with one line for each of them
 */
export function parseConfig(input: ConfigInput): Config {
  const { env, contextFile, to = "run", settings: own = [] } = input;
  const all = [...ALL_SETTINGS, ...own];
  const flags = parseFlags(input.args, all);
  const reader = new SettingReader({ env, flags, contextFile });
  const file = contextFile instanceof InvalidInputError ? undefined : contextFile;

  const manifestPath = to === "run"
    ? reader.requireManifestPath()
    : to === "rbac"
    ? reader.readManifestPath() ?? ""
    : "";
  const context: ExecutionContext = {
    program: input.program,
    name: reader.require(SETTINGS.name),
    platform: {
      ...file?.platform,
      ...platformOfEnv(env),
      ...flags.platform,
      namespace: reader.require(SETTINGS.namespace),
      serviceAccountName: to === "look" ? "" : reader.require(SETTINGS.serviceAccountName),
    },
    ...optional("timeoutMs", reader.read(SETTINGS.timeoutMs) || undefined),
    dryRun: reader.read(SETTINGS.dryRun) ?? false,
    ...optional("runId", reader.read(SETTINGS.runId)),
    onExisting: reader.read(SETTINGS.onExisting) ?? "adopt",
    logTailLines: reader.read(SETTINGS.logTailLines) ?? 20,
    followLogs: reader.read(SETTINGS.followLogs) ?? false,
    onTimeout: reader.read(SETTINGS.onTimeout) ?? "leave",
    onTerminate: reader.read(SETTINGS.onTerminate) ?? "leave",
    ...optional("ownerRef", file?.ownerRef),
    ...optional("settings", own.length > 0 ? valuesOf(own, reader) : undefined),
  };
  const reporter = reader.read(SETTINGS.reporter) ?? input.reporter;
  const devMode = reader.read(SETTINGS.devMode) ?? false;
  if (reader.problems.length > 0) throw new InvalidInputError(reader.problems);
  const warnings = [...unknownVariables(env, all), ...file?.warnings ?? []];
  return { manifestPath, context, reporter, devMode, warnings };
}

/** The values of those that are given, by variable. */
function valuesOf(settings: Setting<string>[], reader: SettingReader): Record<string, string> {
  return Object.assign({}, ...settings.map((setting) => optional(setting.variable, reader.read(setting))));
}

/** A property that is there only if it has a value. */
function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [key in Key]?: Value } {
  return value === undefined ? {} : { [key]: value } as { [key in Key]?: Value };
}

function unknownVariables(env: Record<string, string>, settings: Setting<unknown>[]): string[] {
  const known = settings.map((setting) => setting.variable);
  return Object.keys(env)
    .filter((name) =>
      name.startsWith("RUNNER_") && !name.startsWith(PLATFORM_PREFIX) && !known.includes(name)
    )
    .map((name) => `${name}: is not known and is ignored; did you mean ${nearest(name, known)}?`);
}
