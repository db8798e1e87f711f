/**
 * Checks which flags the command line may have. This module does no I/O.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { CommandLine } from "./command_line.ts";
import { parsePlatformFlag } from "./platform.ts";
import { PLATFORM, type Setting } from "./settings.ts";

/** What the command line has besides the settings. */
export interface Flags {
  /** Further platform properties. */
  platform: Record<string, string>;
  /** One line for each unknown argument and each `--platform` text that is not a property. */
  problems: string[];
}

/** Checks the arguments: the caller has already removed the command, so only flags of settings are allowed. */
export function readFlags({ command, given }: CommandLine, settings: Setting<unknown>[]): Flags {
  const known = [...settings, PLATFORM].map(({ flag }) => flag);
  const unknown = given.filter(({ flag }) => flag === undefined || !known.includes(flag));
  const words = [...command === undefined ? [] : [command], ...unknown.map(({ written }) => written)];
  const problems = words.map((word) => `${JSON.stringify(word)} is not known; see --help`);
  const texts = given.filter(({ flag }) => flag === PLATFORM.flag).map(({ text = "" }) => text);
  return { platform: propertiesOf(texts, problems), problems };
}

function propertiesOf(texts: string[], problems: string[]): Record<string, string> {
  return Object.fromEntries(texts.flatMap((text) => {
    try {
      return [parsePlatformFlag(text)];
    } catch (error) {
      problems.push(`--${PLATFORM.flag}: ${messageOf(error)}`);
      return [];
    }
  }));
}
