/**
 * Random damage to valid manifests, environments and command lines.
 *
 * @module
 */
import fc from "fast-check";
import type { JsonObject, JsonValue } from "../../src/text/json.ts";

/** Texts with a special meaning in YAML, URLs, JSON or JavaScript. */
const TOKENS = [
  ...["---\n", "...\n", "\n", "\r\n", "\t", "  ", "- ", ": ", "? ", "# ", "|\n", ">-\n", "%YAML 1.2\n"],
  ...["{", "}", "[", "]", ",", "'", '"', "`", "@", "\\", "\\U0001F600", "{{x}}", "{{", "}}"],
  ...["&a ", "*a", "<<: *a", "!!int ", "!foo ", "!!js/function ", "!!binary "],
  ...["__proto__: {polluted: true}\n", "constructor: ", "toString: ", "prototype: "],
  ...[
    "null",
    "~",
    "true",
    "yes",
    "0644",
    "0o17",
    "0x1F",
    "1e400",
    ".nan",
    "-.inf",
    "9007199254740993",
    "1:30",
  ],
  ...["\0", "\ufeff", "\ud800", "\u2028", "\u0085", "\u043e", "😀"],
  ...["kind: Pod\n", "apiVersion: v1\n", "name: other\n", "namespace: other\n", "metadata: {name: other}\n"],
  ...["generateName: x-\n", "uid: x\n", "spec: \n", "workflow: {}\n", "job: {}\n", "status: {}\n"],
];

/** One change of a text: `length` characters at a place between 0 and 1 become `insert`. */
interface Edit {
  at: number;
  length: number;
  insert: string;
}

const anEdit: fc.Arbitrary<Edit> = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.nat(3), fc.nat(60)),
  insert: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...TOKENS) },
    { weight: 1, arbitrary: fc.constant("") },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 5 }) },
    { weight: 1, arbitrary: fc.constantFrom("[", "{a: ", "- ").map((text) => text.repeat(200)) },
  ),
});

function edited(text: string, { at, length, insert }: Edit): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + insert + text.slice(start + length);
}

/** A text with a few changes. */
export function mutatedText(good: string[]): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...good), fc.array(anEdit, { minLength: 1, maxLength: 2 }))
    .map(([text, edits]) => edits.reduce(edited, text));
}

/** Bytes with a few changes, some of them inside a character. */
export function mutatedBytes(good: string[]): fc.Arbitrary<Uint8Array> {
  const changes = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
    maxLength: 2,
  });
  return fc.tuple(mutatedText(good), changes).map(([text, bytes]) => {
    const encoded = new TextEncoder().encode(text);
    for (const [at, byte] of bytes) encoded[Math.floor(at * encoded.length)] = byte;
    return encoded;
  });
}

/** Values that people or programs use by mistake. */
const aValue: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom<JsonValue>(null, "", "other", 5, -1, 1.5, true, [], {}, [null], [[]], { name: "other" }),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>,
);

/** An object in which some fields, at any depth, have another value. */
export function mutatedObject(good: JsonObject[]): fc.Arbitrary<JsonObject> {
  const changes = fc.array(fc.tuple(fc.nat(), aValue), { minLength: 1, maxLength: 3 });
  return fc.tuple(fc.constantFrom(...good), changes).map(([object, all]) =>
    all.reduce<JsonObject>((changed, [place, value]) => {
      const paths = pathsOf(changed);
      return withValue(changed, paths[place % paths.length]!, value) as JsonObject;
    }, object)
  );
}

/** The paths of all fields, and of some fields that do not exist. */
function pathsOf(value: JsonValue | undefined, path: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, key]));
  const absent = ["kind", "apiVersion", "metadata", "name", "namespace", "uid", "labels", "extra"];
  return [
    ...(path.length > 0 ? [path] : []),
    ...inner,
    ...absent.filter((key) => !(key in value)).map((key) => [...path, key]),
  ];
}

function withValue(holder: JsonValue | undefined, [key, ...rest]: string[], value: JsonValue): JsonValue {
  if (key === undefined) return value;
  if (Array.isArray(holder)) {
    return holder.map((each, index) => String(index) === key ? withValue(each, rest, value) : each);
  }
  const fields = typeof holder === "object" && holder !== null ? holder : {};
  return { ...fields, [key]: withValue(fields[key], rest, value) };
}

/** Values of variables. */
const aVariable: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "work",
    "other",
    "true",
    "0",
    "10",
    "10m",
    "1h-5m",
    "-5s",
    "٣s",
    "a/b",
    "../x",
    "%2f",
    "a\r",
  ),
  fc.constantFrom(
    "9".repeat(400) + "h",
    "a".repeat(64),
    "a".repeat(254),
    ".".repeat(300),
    "1h".repeat(10_000),
  ),
  fc.stringMatching(/^-?\d{0,20}\.?\d{0,3}(ns|us|µs|ms|s|m|h|d)?(\d+(s|m|h))?$/),
  fc.string({ unit: "binary", maxLength: 20 }),
);

/** An environment in which some variables are missing, new, or have another value. */
export function mutatedEnvironment(good: Record<string, string>): fc.Arbitrary<Record<string, string>> {
  const names = fc.oneof(
    fc.constantFrom(...Object.keys(good)),
    fc.constantFrom(
      "RUNNER_CONTEXT_PLATFORM_",
      "RUNNER_CONTEXT_PLATFORM___PROTO__",
      "RUNNER_",
      "RUNNER_CONTEXT_PLATFORM_A_B",
    ),
    fc.string({ maxLength: 10 }).map((text) => `RUNNER_${text}`),
  );
  const changes = fc.array(fc.tuple(names, fc.option(aVariable)), { minLength: 1, maxLength: 5 });
  return changes.map((all) => {
    const changed = Object.entries({ ...good, ...Object.fromEntries(all) });
    return Object.fromEntries(changed.filter((entry): entry is [string, string] => entry[1] !== null));
  });
}

/** A command line. */
export const someArguments: fc.Arbitrary<string[]> = fc.array(
  fc.oneof(
    fc.constantFrom(
      "run",
      "--",
      "--name",
      "--name=other",
      "--dry-run",
      "--dry-run=x",
      "--no-name",
      "--timeout",
      "-n",
    ),
    fc.constantFrom(
      "--platform",
      "--platform=a=b",
      "--platform=__proto__=x",
      "--__proto__=x",
      "--name.x=1",
      "-",
    ),
    aVariable,
  ),
  { maxLength: 4 },
);
