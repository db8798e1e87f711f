/**
 * The words of a program: what `--help` asks for.
 *
 * @module
 */
import { PLATFORM, type Setting, SETTINGS } from "../config/settings.ts";

/** What `--help` tells of: a program with its own default and settings. */
export interface HelpSubject {
  /** Its name. */
  program: string;
  /** Where the status goes by default; `configmap` if absent. */
  reporter?: string;
  /** Settings of its own. */
  settings?: Setting<string>[];
}

/** The longest line, characters. */
const COLUMNS = 100;

const COMMANDS = {
  "run": "start the work, report it, wait for its end and exit with its verdict; the default",
  "check": "look at all that such a run needs, and create nothing; with --format json as data",
  "rbac": "print the least Role that a run with these settings needs, for kubectl apply -f -",
  "explain": "tell what became of the work --name in --namespace; with --format json as data",
  "--version": "tell version, commit, Deno and platform",
};

/** How `--help` lists a setting. */
type Line = Omit<Setting<unknown>, "parse">;

const GROUPS: { title: string; lines: Line[] }[] = [
  {
    title: "What to run, all of it required:",
    lines: [SETTINGS.manifestPath, SETTINGS.name, SETTINGS.namespace, SETTINGS.serviceAccountName],
  },
  {
    title: "The same from files, as later engines give it; not along with the variables above:",
    lines: [SETTINGS.argsPath, SETTINGS.contextPath],
  },
  {
    title: "How to run it:",
    lines: [
      SETTINGS.dryRun,
      SETTINGS.timeoutMs,
      SETTINGS.onTimeout,
      SETTINGS.onTerminate,
      SETTINGS.onExisting,
      SETTINGS.runId,
      PLATFORM,
    ],
  },
  {
    title: "What to tell of it:",
    lines: [SETTINGS.reporter, SETTINGS.devMode, SETTINGS.followLogs, SETTINGS.logTailLines],
  },
];

/** Whether the arguments ask for nothing but words: `help`, `version`, or `undefined` for a run. */
export function informationAsked(args: string[]): "help" | "version" | undefined {
  if (args.includes("--help") || args.includes("-h")) return "help";
  if (args.includes("--version")) return "version";
}

/** The text that `--help` prints: one line a flag, with its variable. */
export function helpText({ program, reporter = "configmap", settings = [] }: HelpSubject): string {
  const own = settings.length > 0 ? [{ title: "What only this program knows:", lines: settings }] : [];
  const lineOf = (line: Line) =>
    settingLine(line === SETTINGS.reporter ? { ...line, help: `${line.help} (${reporter})` } : line);
  return [
    `${program} runs the work of a manifest on Kubernetes and exits with a code that tells how it ended.`,
    "",
    `${program} [COMMAND] [FLAGS]`,
    ...Object.entries(COMMANDS).map(([command, what]) => `  ${command.padEnd(10)}  ${what}`),
    "",
    "A flag wins over the variable at the end of its line.",
    ...[...GROUPS, ...own].flatMap(({ title, lines }) => ["", title, ...lines.map(lineOf)]),
    "",
    "Exit codes: 0 succeeded, 2 bad input, 10 the work failed, 124 timed out; README lists the others.",
    "",
  ].join("\n");
}

/** The flag and what it is for, and, at the right end, its variable. */
function settingLine({ flag, placeholder, help, variable }: Line): string {
  const usage = `--${flag}${placeholder ? ` ${placeholder}` : ""}`;
  const left = `  ${usage.padEnd(22)}  ${help} `;
  return left + variable.padStart(COLUMNS - left.length);
}
