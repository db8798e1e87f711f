/**
 * Finds the text of a setting: from its flag, else its variable, else the context file.
 *
 * @module
 */
import { type CommandLine, lastFlag } from "./command_line.ts";
import { type ContextFile, contextSource, type SettingText } from "./context_file.ts";
import { InvalidInputError, messageOf } from "../errors.ts";
import {
  ALL_SETTINGS,
  type CommonSetting,
  isSwitch,
  PLATFORM_PREFIX,
  type Setting,
  SETTINGS,
} from "./settings.ts";

/** What a {@linkcode SettingReader} reads. */
export interface SettingSources {
  /** The environment. */
  env: Record<string, string>;
  /** The command line. */
  commandLine: CommandLine;
  /** The content of the context file, or why it cannot be read. */
  contextFile?: ContextFile | InvalidInputError | undefined;
}

/** The values of settings, by the settings' names. */
export type ValuesOf<Settings> = {
  [Name in keyof Settings]: Settings[Name] extends Setting<infer T>
    ? Settings[Name] extends { default: string } ? T : T | undefined
    : never;
};

/** Reads settings and collects their problems. */
export class SettingReader {
  readonly #sources: SettingSources;
  readonly #problems: Set<string>;
  /** Whether files give the context. */
  readonly #hasFiles: boolean;
  readonly #hasClash: boolean;

  /** Checks the sources themselves; their problems are in {@linkcode problems} at once. */
  constructor(sources: SettingSources) {
    this.#sources = sources;
    this.#problems = new Set(sources.contextFile?.problems);
    const files = [SETTINGS.contextPath, SETTINGS.argsPath].flatMap((setting) =>
      this.#find(setting)?.source ?? []
    );
    const variables = Object.keys(sources.env).filter(isContextVariable).sort();
    this.#hasFiles = files.length > 0;
    this.#hasClash = files.length > 0 && variables.length > 0;
    if (this.#hasClash) this.#problems.add(clashOf(files, variables));
    this.read(SETTINGS.contextPath);
  }

  /** The problems found so far, one line each. */
  get problems(): string[] {
    return [...this.#problems];
  }

  /** The setting's value, or its default if it is not given; `undefined` if it has neither, or if it is wrong. */
  read<T>(setting: Setting<T>): T | undefined {
    const given = this.#find(setting) ?? defaultOf(setting);
    if (!given) return undefined;
    try {
      if ("text" in given) return setting.parse(given.text);
      this.#problems.add(`${given.source}: ${given.problem}`);
    } catch (error) {
      this.#problems.add(`${given.source}: ${messageOf(error)}`);
    }
  }

  /** The values of all these settings, to be used only if there are no problems. */
  readAll<Settings extends Record<string, Setting<unknown>>>(settings: Settings): ValuesOf<Settings> {
    const values = Object.entries(settings).map(([name, setting]) => [name, this.read(setting)]);
    return Object.fromEntries(values) as ValuesOf<Settings>;
  }

  /** As {@linkcode read}; if the setting is not given, that is a problem too. */
  require<T extends string>(setting: CommonSetting<T>): T {
    const missing = this.#find(setting) ? undefined : this.#missing(setting);
    if (missing) this.#problems.add(missing);
    return this.read(setting) ?? "" as T;
  }

  /** The manifest's path: each of the two contracts has its own setting. */
  requireManifestPath(): string {
    return this.require(this.#manifestSetting());
  }

  /** The manifest's path, if it is given. */
  readManifestPath(): string | undefined {
    return this.read(this.#manifestSetting());
  }

  #manifestSetting(): CommonSetting<string> {
    const isArgs = this.#hasFiles && this.#flagText(SETTINGS.manifestPath) === undefined;
    return isArgs ? SETTINGS.argsPath : SETTINGS.manifestPath;
  }

  #find(setting: Setting<unknown>): SettingText | undefined {
    const { env, contextFile } = this.#sources;
    const { flag, variable } = setting;
    const byFlag = this.#flagText(setting);
    if (byFlag !== undefined) return { source: `--${flag}`, text: byFlag };
    const byVariable = env[variable];
    if (byVariable !== undefined) return { source: variable, text: byVariable };
    return contextFile instanceof InvalidInputError ? undefined : contextFile?.given[variable];
  }

  #flagText(setting: Setting<unknown>): string | undefined {
    const last = lastFlag(this.#sources.commandLine, setting.flag);
    return last && (last.text ?? (isSwitch(setting) ? "true" : ""));
  }

  /** The problem of a required setting that is not given; `undefined` if another problem is the cause. */
  #missing(setting: CommonSetting<unknown>): string | undefined {
    if (this.#hasClash) return undefined;
    if (!this.#hasFiles) return `${setting.variable}: is required (${orFlag(setting)})`;
    const { argsPath, contextPath } = SETTINGS;
    if (setting === argsPath) return missingOf(argsPath, contextPath);
    const { contextFile } = this.#sources;
    if (contextFile instanceof InvalidInputError) return undefined;
    if (!contextFile) return this.#find(contextPath) ? undefined : missingOf(contextPath, argsPath);
    return `${contextSource(contextFile.path, setting.contextKey ?? "")}: is required (${orFlag(setting)})`;
  }
}

function defaultOf({ variable, default: text }: Setting<unknown>): SettingText | undefined {
  return text === undefined ? undefined : { source: variable, text };
}

function clashOf(files: string[], variables: string[]): string {
  return `${files.join(", ")}: cannot be given together with ${variables.join(", ")}: ` +
    "the context is either in files or in variables";
}

function missingOf(setting: Setting<unknown>, other: Setting<unknown>): string {
  return `${setting.variable}: is required with ${other.variable} (${orFlag(setting)})`;
}

function orFlag({ flag, placeholder }: Setting<unknown>): string {
  return `or --${flag} ${placeholder}`;
}

/** Whether a variable says what the files say in the other contract. */
function isContextVariable(variable: string): boolean {
  return variable.startsWith(PLATFORM_PREFIX) || variable === SETTINGS.manifestPath.variable ||
    ALL_SETTINGS.some((setting) => setting.contextKey !== undefined && setting.variable === variable);
}
