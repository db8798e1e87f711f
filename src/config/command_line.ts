/**
 * The command line: `[COMMAND] (--flag value | --flag=value | --switch)*`. Main thread and Worker both read it with
 * this; no dependency is imported here.
 *
 * @module
 */

/** What the command line says. */
export interface CommandLine {
  /** The first argument, unless it is a flag. */
  command: string | undefined;
  /** What follows the command, in order. */
  given: Argument[];
}

/** A flag with its value, or a word that belongs to no flag. */
export interface Argument {
  /** The argument as it was written, without a value that follows it. */
  written: string;
  /** The flag without `--`; `undefined` for a word and for a flag of a single dash. */
  flag: string | undefined;
  /** The flag's value; `undefined` where it has none. */
  text: string | undefined;
}

/** Reads the arguments. A flag's value is what follows `=`, else the next argument unless that begins with `-`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const command = args[0]?.startsWith("-") ? undefined : args[0];
  const rest = command === undefined ? args : args.slice(1);
  const end = rest.indexOf("--");
  const flags = end < 0 ? rest : rest.slice(0, end);
  const words = end < 0 ? [] : rest.slice(end + 1);
  return { command, given: [...parseFlags(flags), ...words.map(wordOf)] };
}

/** The flag as it was given, of several times the last; `undefined` if it was not. */
export function lastFlag({ given }: CommandLine, flag: string): Argument | undefined {
  return given.findLast((argument) => argument.flag === flag);
}

function parseFlags(args: readonly string[]): Argument[] {
  const given: Argument[] = [];
  for (let index = 0; index < args.length; index++) {
    const written = args[index] ?? "";
    const [, flag, text] = /^--([^=]+)(?:=(.*))?$/s.exec(written) ?? [];
    const next = args[index + 1];
    if (!written.startsWith("-")) {
      given.push(wordOf(written));
    } else if (text === undefined && next !== undefined && !next.startsWith("-")) {
      given.push({ written, flag, text: next });
      index++;
    } else {
      given.push({ written, flag, text });
    }
  }
  return given;
}

function wordOf(written: string): Argument {
  return { written, flag: undefined, text: undefined };
}
