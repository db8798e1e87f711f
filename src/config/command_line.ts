/**
 * Parses the command line: `[COMMAND] (--flag value | --flag=value | --switch)*`. Both the main thread and the Worker use
 * it, so it imports no dependency.
 *
 * @module
 */

/** The parsed command line. */
export interface CommandLine {
  /** The first argument, unless it is a flag. */
  command: string | undefined;
  /** The arguments after the command, in order. */
  given: Argument[];
}

/** A flag with its value, or a word that belongs to no flag. */
export interface Argument {
  /** The argument as it was written, without the value that follows it. */
  written: string;
  /** The flag without `--`; `undefined` for a word and for a flag with a single dash. */
  flag: string | undefined;
  /** The flag's value; `undefined` if it has no value. */
  text: string | undefined;
}

/** Parses the arguments. A flag's value follows `=`, or is the next argument unless that begins with `-`. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  const command = args[0]?.startsWith("-") ? undefined : args[0];
  const rest = command === undefined ? args : args.slice(1);
  const end = rest.indexOf("--");
  const flags = end < 0 ? rest : rest.slice(0, end);
  const words = end < 0 ? [] : rest.slice(end + 1);
  return { command, given: [...parseFlags(flags), ...words.map(wordOf)] };
}

/** The last use of a flag; `undefined` if the flag is not on the command line. */
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
