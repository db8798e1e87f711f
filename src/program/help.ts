/**
 * The text that `--help` prints.
 *
 * @module
 */
import type { CommandLine } from "../config/command_line.ts";
import { reporterSetting } from "../config/config.ts";
import {
  ALL_SETTINGS,
  type CommonSetting,
  isSwitch,
  PLATFORM,
  type Setting,
  SETTINGS,
} from "../config/settings.ts";
import { COMMANDS } from "./commands/commands.ts";
import type { Program } from "./program.ts";

/** The part of a program that `--help` describes. */
export type HelpSubject = Pick<Program, "program" | "reporter" | "settings">;

/** Maximum length of a line, in characters. */
const COLUMNS = 100;

const VERSION = { name: "--version", help: "tell version, commit, Deno and platform" };

/** How `--help` lists a setting. */
type Line = Omit<Setting<unknown>, "parse">;

const TITLES: Record<CommonSetting<unknown>["group"], string> = {
  required: "What to run, all of it required:",
  files: "The same from files, as later engines pass it; not together with the variables above:",
  run: "How to run it:",
  report: "What to report:",
};

/** Whether the arguments only ask for information: `help`, `version`, or `undefined` for a command. */
export function informationAsked({ given }: CommandLine): "help" | "version" | undefined {
  const isGiven = (flag: string) => given.some(({ written }) => written === flag);
  if (isGiven("--help") || isGiven("-h")) return "help";
  if (isGiven("--version")) return "version";
}

/** The text that `--help` prints: one line for each flag, with its variable. */
export function helpText({ program, reporter, settings = [] }: HelpSubject): string {
  const common = [...ALL_SETTINGS, PLATFORM].map((setting) =>
    setting === SETTINGS.reporter ? reporterSetting(reporter) : setting
  );
  const groups = Object.entries(TITLES).map(([name, title]) => ({
    title,
    lines: common.filter(({ group }) => group === name) as Line[],
  }));
  const own = settings.length > 0 ? [{ title: "Settings of this program only:", lines: settings }] : [];
  return [
    `${program} runs the work of a manifest on Kubernetes and exits with a code that tells how it ended.`,
    "",
    `${program} [COMMAND] [FLAGS]`,
    ...[...COMMANDS, VERSION].map(({ name, help }) => `  ${name.padEnd(10)}  ${help}`),
    "",
    "A flag wins over the variable at the end of its line.",
    ...[...groups, ...own].flatMap(({ title, lines }) => ["", title, ...lines.map(settingLine)]),
    "",
    "Exit codes: 0 succeeded, 2 bad input, 10 the work failed, 124 timed out; README lists the others.",
    "",
  ].join("\n");
}

/** The flag with its meaning and default, and its variable at the right end of the line. */
function settingLine(line: Line): string {
  const { flag, placeholder, help, variable } = line;
  const usage = `--${flag}${placeholder ? ` ${placeholder}` : ""}`;
  const fallback = line.default === undefined || isSwitch(line) ? "" : ` (${line.default})`;
  const left = `  ${usage.padEnd(22)}  ${help}${fallback} `;
  return left + variable.padStart(COLUMNS - left.length);
}
