/**
 * The words of a program: what `--help` and `--version` ask for.
 *
 * @module
 */
import { ALL_SETTINGS, type Setting } from "./settings.ts";

/** Whether the arguments ask for nothing but words: `help`, `version`, or `undefined` for a run. */
export function informationAsked(args: string[]): "help" | "version" | undefined {
  if (args.includes("--help") || args.includes("-h")) return "help";
  if (args.includes("--version")) return "version";
}

/** The text that `--help` prints: one line a flag, with its variable. `own` are the program's own settings. */
export function helpText(program: string, own: Setting<string>[] = []): string {
  const rows = [...ALL_SETTINGS, ...own].map((setting) => {
    const flag = `--${setting.flag}${setting.placeholder ? ` ${setting.placeholder}` : ""}`;
    return `  ${flag.padEnd(24)} ${setting.variable.padEnd(46)} ${setting.help}`;
  });
  return [
    `${program} [run] [FLAGS]: starts the manifest's work on Kubernetes, reports it, waits for it`,
    "and exits with a code that tells how it ended.",
    `${program} rbac [FLAGS]: prints the Role that a run with these settings needs, for kubectl apply -f -.`,
    `${program} explain --name NAME --namespace NAMESPACE [--format json]: tells what became of work.`,
    "",
    "Each flag wins over its environment variable:",
    ...rows,
    `  ${"--help, --version".padEnd(24)}`,
    "",
    "Exit codes: 0 succeeded, 2 bad input, 10 the work failed, 124 timed out; README lists the others.",
    "",
  ].join("\n");
}
