/**
 * Turns environment variables, flags and the context file into the settings of a run. This module does no I/O.
 *
 * @module
 */
import type { CommandLine } from "./command_line.ts";
import type { ContextFile } from "./context_file.ts";
import { InvalidInputError } from "../errors.ts";
import { readFlags } from "./flags.ts";
import { nearest } from "../text/nearest.ts";
import { platformOfEnv } from "./platform.ts";
import type { ExecutionContext } from "../runner.ts";
import { SettingReader, type ValuesOf } from "./setting_reader.ts";
import { ALL_SETTINGS, OPTIONAL_SETTINGS, PLATFORM_PREFIX, type Setting, SETTINGS } from "./settings.ts";

type Reporter = ValuesOf<typeof OPTIONAL_SETTINGS>["reporter"];

/** The settings from the environment, the flags and the context file. */
export interface Config {
  /** Path of the rendered manifest; empty if the command needs no manifest and none is given. */
  manifestPath: string;
  /** The run. */
  context: ExecutionContext;
  /** The reporter that writes the status. */
  reporter: Reporter;
  /** Whether to log for people instead of machines. */
  devMode: boolean;
  /** Warnings, one per line. */
  warnings: string[];
}

/** What {@linkcode parseConfig} reads. */
export interface ConfigInput {
  /** The program's name. */
  program: string;
  /** The environment: only `RUNNER_*` is read. */
  env: Record<string, string>;
  /** The command line. */
  commandLine: CommandLine;
  /** The program's default reporter; the setting's default if absent. */
  reporter?: Reporter;
  /** The program's own settings; an empty list by default. */
  settings?: Setting<string>[];
  /** The content of the file at {@linkcode contextPathOf}, or why it cannot be read. */
  contextFile?: ContextFile | InvalidInputError | undefined;
  /**
   * `run` needs all settings, `rbac` needs no manifest, `describe` needs neither manifest nor service account; `run` by
   * default.
   */
  for?: "run" | "rbac" | "describe";
}

/** The path of the context file; `undefined` if it is absent or invalid. */
export function contextPathOf({ env, commandLine }: ConfigInput): string | undefined {
  return new SettingReader({ env, commandLine }).read(SETTINGS.contextPath);
}

/**
 * Parses the settings. A flag wins over its variable and over the context file.
 *
 * @throws {InvalidInputError} If settings are missing or wrong: one line for each
 */
export function parseConfig(input: ConfigInput): Config {
  const { commandLine, contextFile, env, settings: own = [], for: purpose = "run" } = input;
  const all = [...ALL_SETTINGS, ...own];
  const flags = readFlags(commandLine, all);
  const reader = new SettingReader(input);
  const file = contextFile instanceof InvalidInputError ? undefined : contextFile;

  const manifestPath = readManifestPath(reader, purpose);
  const name = reader.require(SETTINGS.name);
  const namespace = reader.require(SETTINGS.namespace);
  const serviceAccountName = purpose === "describe" ? "" : reader.require(SETTINGS.serviceAccountName);
  const { reporter, devMode, timeoutMs, ...options } = reader.readAll({
    ...OPTIONAL_SETTINGS,
    reporter: reporterSetting(input.reporter),
  });
  const settings = ownValues(own, reader);
  const problems = new Set([...flags.problems, ...reader.problems]);
  if (problems.size > 0) throw new InvalidInputError([...problems]);

  const context: ExecutionContext = {
    program: input.program,
    name,
    platform: { ...file?.platform, ...platformOfEnv(env), ...flags.platform, namespace, serviceAccountName },
    timeoutMs: timeoutMs || undefined,
    ...options,
    ownerRef: file?.ownerRef,
    settings,
  };
  const warnings = [...unknownVariables(env, all), ...file?.warnings ?? []];
  return { manifestPath, context, reporter, devMode, warnings };
}

/** The setting of the reporter, with the program's own default. */
export function reporterSetting(reporter?: Reporter): typeof OPTIONAL_SETTINGS.reporter {
  const setting = OPTIONAL_SETTINGS.reporter;
  return { ...setting, default: reporter ?? setting.default };
}

function readManifestPath(reader: SettingReader, purpose: ConfigInput["for"]): string {
  if (purpose === "describe") return "";
  return purpose === "rbac" ? reader.readManifestPath() ?? "" : reader.requireManifestPath();
}

/** The values of a program's own settings, by variable. */
function ownValues(settings: Setting<string>[], reader: SettingReader): Record<string, string> {
  const values = settings.map((setting) => [setting.variable, reader.read(setting)] as const);
  return Object.fromEntries(
    values.flatMap(([variable, value]) => value === undefined ? [] : [[variable, value]]),
  );
}

function unknownVariables(env: Record<string, string>, settings: Setting<unknown>[]): string[] {
  const known = settings.map((setting) => setting.variable);
  return Object.keys(env)
    .filter((name) =>
      name.startsWith("RUNNER_") && !name.startsWith(PLATFORM_PREFIX) && !known.includes(name)
    )
    .map((name) => `${name}: is not known and is ignored; did you mean ${nearest(name, known)}?`);
}
