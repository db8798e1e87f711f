/**
 * The command line's flags. Nothing here touches the outside world.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { messageOf } from "../errors.ts";
import { parsePlatformFlag } from "./platform.ts";
import { PLATFORM, type Setting } from "./settings.ts";

/** What the command line says. */
export interface Flags {
  /** Each flag's text; absent where the flag is not given. */
  texts: Record<string, string | undefined>;
  /** Further platform properties. */
  platform: Record<string, string>;
  /** One line for each argument that is not known, and each property that is none. */
  problems: string[];
}

/** Reads the arguments. A switch without a value is `true`; with one, as in `--dev=false`, it is that. */
export function parseFlags(args: string[], settings: Setting<unknown>[]): Flags {
  const problems: string[] = [];
  const { "--": others, [PLATFORM.flag]: platform, ...flags }: Record<string, unknown> = parseArgs(
    args[0] === "run" ? args.slice(1) : args,
    {
      "--": true,
      string: [...settings, PLATFORM].map(({ flag }) => flag),
      collect: [PLATFORM.flag],
      unknown: (argument) => {
        problems.push(unknownArgument(argument));
        return false;
      },
    },
  );
  if (Array.isArray(others)) problems.push(...others.map(String).map(unknownArgument));
  const texts = Object.fromEntries(settings.map(({ flag, placeholder }) => {
    const given = flags[flag];
    if (given === undefined) return [flag, undefined];
    return [flag, given === "" && placeholder === undefined ? "true" : String(given)];
  }));
  return { texts, platform: properties(platform, problems), problems };
}

function properties(given: unknown, problems: string[]): Record<string, string> {
  return Object.fromEntries((Array.isArray(given) ? given : []).flatMap((text) => {
    try {
      return [parsePlatformFlag(String(text))];
    } catch (error) {
      problems.push(`--${PLATFORM.flag}: ${messageOf(error)}`);
      return [];
    }
  }));
}

function unknownArgument(argument: string): string {
  return `${JSON.stringify(argument)} is not known; see --help`;
}
