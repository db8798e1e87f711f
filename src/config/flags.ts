/**
 * What the command line may hold. Nothing here touches the outside world.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { CommandLine } from "./command_line.ts";
import { parsePlatformFlag } from "./platform.ts";
import { PLATFORM, type Setting } from "./settings.ts";

/** What the command line says beside the settings. */
export interface Flags {
  /** Further platform properties. */
  platform: Record<string, string>;
  /** One line for each argument that is not known, and each text that is no property. */
  problems: string[];
}

/** Checks the arguments: there may be no command, which whoever runs it has taken, and no flag but the settings'. */
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
