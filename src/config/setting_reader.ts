/**
 * Where the text of a setting comes from: a flag, else its variable, else the context file.
 *
 * @module
 */
import { CONTEXT_KEYS, type ContextFile, contextSource, type SettingText } from "./context_file.ts";
import { InvalidInputError, messageOf } from "../errors.ts";
import type { Flags } from "./flags.ts";
import { PLATFORM_PREFIX, type Setting, SETTINGS } from "./settings.ts";

/** What a {@linkcode SettingReader} reads. */
export interface SettingSources {
  /** The environment. */
  env: Record<string, string>;
  /** The command line's flags. */
  flags: Flags;
  /** What the context file holds, or why it cannot be read. */
  contextFile?: ContextFile | InvalidInputError | undefined;
}

/** Reads settings, and collects what is wrong with them. */
export class SettingReader {
  readonly #sources: SettingSources;
  readonly #problems: Set<string>;
  /** Whether the context comes in files. */
  readonly #hasFiles: boolean;
  readonly #hasClash: boolean;

  /** What is wrong with the sources themselves is found at once. */
  constructor(sources: SettingSources) {
    this.#sources = sources;
    this.#problems = new Set([...sources.flags.problems, ...sources.contextFile?.problems ?? []]);
    const files = [SETTINGS.contextPath, SETTINGS.argsPath].flatMap((setting) =>
      this.#find(setting)?.source ?? []
    );
    const variables = Object.keys(sources.env).filter(isContextVariable).sort();
    this.#hasFiles = files.length > 0;
    this.#hasClash = files.length > 0 && variables.length > 0;
    if (this.#hasClash) this.#problems.add(clashOf(files, variables));
    this.read(SETTINGS.contextPath);
  }

  /** One line for each thing that was found to be wrong. */
  get problems(): string[] {
    return [...this.#problems];
  }

  /** The setting's value; `undefined` if it is not given or wrong. */
  read<T>(setting: Setting<T>): T | undefined {
    const given = this.#find(setting);
    if (!given) return undefined;
    try {
      if ("text" in given) return setting.parse(given.text);
      this.#problems.add(`${given.source}: ${given.problem}`);
    } catch (error) {
      this.#problems.add(`${given.source}: ${messageOf(error)}`);
    }
  }

  /** As {@linkcode read}; a setting that is not given is a problem, too. */
  require<T extends string>(setting: Setting<T>): T {
    const missing = this.#find(setting) ? undefined : this.#missing(setting);
    if (missing) this.#problems.add(missing);
    return this.read(setting) ?? "" as T;
  }

  /** The manifest's path: the two contracts have a setting each. */
  requireManifestPath(): string {
    return this.require(this.#manifestSetting());
  }

  /** The manifest's path, if it is given. */
  readManifestPath(): string | undefined {
    return this.read(this.#manifestSetting());
  }

  #manifestSetting(): Setting<string> {
    const isArgs = this.#hasFiles && this.#sources.flags.texts[SETTINGS.manifestPath.flag] === undefined;
    return isArgs ? SETTINGS.argsPath : SETTINGS.manifestPath;
  }

  #find({ flag, variable }: Setting<unknown>): SettingText | undefined {
    const { env, flags, contextFile } = this.#sources;
    const byFlag = flags.texts[flag];
    if (byFlag !== undefined) return { source: `--${flag}`, text: byFlag };
    const byVariable = env[variable];
    if (byVariable !== undefined) return { source: variable, text: byVariable };
    return contextFile instanceof InvalidInputError ? undefined : contextFile?.given[variable];
  }

  /** What to say of a setting that is not given; nothing where that is a consequence of something else. */
  #missing(setting: Setting<unknown>): string | undefined {
    if (this.#hasClash) return undefined;
    if (!this.#hasFiles) return `${setting.variable}: is required (${orFlag(setting)})`;
    const { argsPath, contextPath } = SETTINGS;
    if (setting === argsPath) return missingOf(argsPath, contextPath);
    const { contextFile } = this.#sources;
    if (contextFile instanceof InvalidInputError) return undefined;
    if (!contextFile) return this.#find(contextPath) ? undefined : missingOf(contextPath, argsPath);
    return `${contextSource(contextFile.path, keyOf(setting))}: is required (${orFlag(setting)})`;
  }
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

function keyOf(setting: Setting<unknown>): string {
  return Object.keys(CONTEXT_KEYS).find((key) => CONTEXT_KEYS[key] === setting) ?? "";
}

/** Whether a variable says what the two files say in the other contract. */
function isContextVariable(variable: string): boolean {
  return variable.startsWith(PLATFORM_PREFIX) || variable === SETTINGS.manifestPath.variable ||
    Object.values(CONTEXT_KEYS).some((setting) => setting.variable === variable);
}
