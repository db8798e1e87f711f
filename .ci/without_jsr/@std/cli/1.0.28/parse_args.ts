/**
 * Stand-in for `@std/cli/parse-args`, for flags without dots in their names and without the option `negatable`.
 *
 * @module
 */

/** The declared flags. Each flag is listed under one name; its other names are aliases. */
export interface ParseOptions<
  S extends string,
  B extends string,
  C extends string,
  D extends Record<string, unknown>,
  DD extends boolean,
> {
  /** Flags with a text; the text is `""` if the command line gives no value. */
  string?: S | readonly S[];
  /** Flags that are true or false; default `false`. */
  boolean?: B | readonly B[];
  /** Flags whose values are collected in a list; for other flags the last value counts. */
  collect?: C | readonly C[];
  /** Further names of a flag. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Values of flags that are not on the command line. */
  default?: D;
  /** Called for arguments and flags that are not declared; `false` leaves them out of the result. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  /** Whether to stop parsing at the first argument that is not a flag. */
  stopEarly?: boolean;
  /** Whether the result has the arguments after `--` as a separate list. */
  "--"?: DD;
}

/** The values by name; `_` holds the arguments that do not belong to a flag. */
export type Args<S extends string, B extends string, C extends string, D, DD extends boolean> =
  & Record<string, unknown>
  & { [K in Exclude<S, C | keyof D>]?: string }
  & { [K in S & C]: string[] }
  & { [K in Exclude<B, C | keyof D>]: boolean }
  & { [K in keyof D & S]: D[K] | string }
  & { [K in keyof D & B]: D[K] | boolean }
  & { _: (string | number)[] }
  & (DD extends true ? { "--": string[] } : unknown);

type Value = string | number | boolean;

/** Parses command line arguments with the given flags. */
export function parseArgs<
  S extends string = never,
  B extends string = never,
  C extends string = never,
  D extends Record<string, unknown> = Record<never, never>,
  DD extends boolean = false,
>(args: readonly string[], options: ParseOptions<S, B, C, D, DD> = {}): Args<S, B, C, D, DD> {
  const { unknown = () => true, stopEarly = false } = options;
  const namesOf = aliases(options.alias ?? {});
  const strings = withAliases(options.string, namesOf);
  const booleans = withAliases(options.boolean, namesOf);
  const collected = withAliases(options.collect, namesOf);
  const end = args.indexOf("--");
  const afterEnd = end < 0 ? [] : args.slice(end + 1);
  const waiting = end < 0 ? [...args] : args.slice(0, end);
  const positional: (string | number)[] = [];
  const values: Record<string, unknown> = { _: positional };

  function set(key: string, raw: Value, arg: string): void {
    const declared = strings.has(key) || booleans.has(key) || namesOf.has(key);
    if (!declared && unknown(arg, key, raw) === false) return;
    const value = strings.has(key) ? raw : numberIfNumeric(raw);
    for (const name of [key, ...namesOf.get(key) ?? []]) {
      const list = values[name];
      values[name] = !collected.has(name) ? value : Array.isArray(list) ? [...list, value] : [value];
    }
  }

  /** Sets a flag without `=`, taking the next argument if that is its value. */
  function setFromNext(key: string, arg: string, isFlag: RegExp): void {
    const next = waiting[0];
    if (next && !booleans.has(key) && !isFlag.test(next)) {
      waiting.shift();
      set(key, next, arg);
    } else if (next === "true" || next === "false") {
      waiting.shift();
      set(key, next === "true", arg);
    } else {
      set(key, strings.has(key) ? "" : true, arg);
    }
  }

  function readLong(arg: string): void {
    const [, no = "", key = "", value] = /^--(no-)?(.+?)(?:=(.+))?$/s.exec(arg) ?? [];
    if (value === undefined) return setFromNext(no + key, arg, /^-/);
    set(key, booleans.has(key) ? value !== "false" : value, arg);
  }

  function readShort(arg: string): void {
    const letters = arg.slice(1);
    for (let index = 0; index < letters.length - 1; index++) {
      const letter = letters.charAt(index);
      const rest = letters.slice(index + 1);
      if (rest === "-") return set(letter, rest, arg);
      if (/[A-Za-z]/.test(letter) && rest.includes("=")) {
        return set(letter, rest.slice(rest.indexOf("=") + 1), arg);
      }
      if (/[A-Za-z]/.test(letter) && /-?\d+(\.\d*)?(e-?\d+)?$/.test(rest)) return set(letter, rest, arg);
      if (/^\W/.test(rest)) return set(letter, rest, arg);
      set(letter, strings.has(letter) ? "" : true, arg);
    }
    setFromNext(letters.slice(-1), arg, /^--?[^-]/);
  }

  for (let arg = waiting.shift(); arg !== undefined; arg = waiting.shift()) {
    if (/^--./.test(arg)) readLong(arg);
    else if (/^-./.test(arg)) readShort(arg);
    else {
      if (unknown(arg) !== false) positional.push(strings.has("_") ? arg : numberIfNumeric(arg));
      if (stopEarly) positional.push(...waiting.splice(0));
    }
  }

  for (const [key, value] of Object.entries(options.default ?? {})) {
    if (Object.hasOwn(values, key)) continue;
    for (const name of [key, ...namesOf.get(key) ?? []]) values[name] = value;
  }
  for (const name of booleans) {
    if (!Object.hasOwn(values, name)) {
      values[name] = collected.has(name) ? [] : false;
    }
  }
  for (const name of strings) if (!Object.hasOwn(values, name) && collected.has(name)) values[name] = [];
  if (options["--"]) values["--"] = afterEnd;
  else positional.push(...afterEnd);
  return values as Args<S, B, C, D, DD>;
}

/** The other names of each name. */
function aliases(alias: Readonly<Record<string, string | readonly string[]>>): Map<string, string[]> {
  const groups = Object.entries(alias).map(([key, others]) => [key, ...[others].flat()] as string[]);
  return new Map(groups.flatMap((group) => group.map((name) => [name, group.filter((it) => it !== name)])));
}

function withAliases(names: string | readonly string[] = [], namesOf: Map<string, string[]>): Set<string> {
  return new Set([names].flat().flatMap((name) => [name, ...namesOf.get(name) ?? []]));
}

function numberIfNumeric<T extends Value>(value: T): T | number {
  const numeric = typeof value === "string" &&
    /^(?:0x[0-9a-f]+|[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?)$/i.test(value);
  return numeric ? Number(value) : value;
}
