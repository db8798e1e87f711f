/**
 * Rows on the manifest as YAML.
 *
 * @module
 */
import { accepted, type BadInputCase, type BadInputRow, refused } from "./bad_input_row.ts";

const GOOD = "entrypoint: main\ntemplates: [{name: main, suspend: {}}]\n";

/** This text behind a good manifest must be refused. */
function bad(input: string, text: string, says: string): BadInputCase {
  return refused(input, { manifest: `${GOOD}${text}\n` }, `/manifest.yaml" ${says}`);
}

/** This text behind a good manifest must be refused for a key that is there already. */
function duplicate(input: string, text: string, position: string): BadInputCase {
  return bad(input, text, `is not YAML: Cannot store mapping pair: duplicated key at ${position}`);
}

/** `x: <text>` must arrive as this value. */
function arrives(text: string, value: unknown): BadInputCase {
  return accepted(`x: ${text}`, { manifest: `${GOOD}x: ${text}\n` }, { x: value });
}

/** Each level's list has the one before it nine times. */
function aliasBomb(): string {
  const levels = ["x0: &x0 [a, a, a, a, a, a, a, a, a]"];
  for (let level = 1; level <= 9; level++) {
    levels.push(`x${level}: &x${level} [${Array(9).fill(`*x${level - 1}`).join(", ")}]`);
  }
  return levels.join("\n");
}

const DEEP = 20_000;
/** As many lists in each other as fit into the largest manifest. */
const DEEPEST = 1.5 * 1024 * 1024 - 100;
const TOO_DEEP = "is nested deeper than 100 levels";
const ROUNDED = "an integer beyond 2^53, which would be rounded; quote it";
const NOT_JSON = "a number that JSON cannot hold";
const QUOTE = 'an object as a key; quote templates: "{{…}}"';

export const rows: BadInputRow[] = [
  {
    row: 22,
    name: "the manifest is no YAML",
    cases: [
      bad(
        "a bracket too many",
        "x: ]",
        "is not YAML: Cannot read document: end of the stream or a document separator is expected at line 3, column 4",
      ),
      bad(
        "a quote without its end",
        "x: 'a",
        "is not YAML: Unexpected end of the stream within a single quoted scalar at line 4, column 1",
      ),
      bad("wrong indentation", "x:\n   y: 1\n  z: 1", "is not YAML: "),
    ],
  },
  {
    row: 23,
    name: "the manifest has more than one document",
    cases: [
      bad("two", "---\nentrypoint: main", "has 2 documents, expected one"),
      bad("three", "---\na: 1\n---\n# nothing\n---\nb: 1", "has 3 documents, expected one"),
      accepted("one with an empty one behind it", { manifest: `${GOOD}---\n` }, { entrypoint: "main" }),
      accepted("one behind a comment's, as a chart is rendered", {
        manifest: `---\n# Source: c/templates/off.yaml\n---\n${GOOD}`,
      }, { entrypoint: "main" }),
      accepted("one before a comment's", { manifest: `${GOOD}---\n# Source: c/templates/off.yaml` }, {
        entrypoint: "main",
      }),
      accepted("one between --- and ...", { manifest: `---\n${GOOD}...\n` }, { entrypoint: "main" }),
    ],
  },
  {
    row: 24,
    name: "a key comes twice",
    cases: [
      duplicate("in plain", "x: 1\ny: 1\nx: 2", "line 5, column 1"),
      duplicate("in quotes", 'x: 1\n"x": 2', "line 4, column 1"),
      duplicate("entrypoint", "entrypoint: other", "line 3, column 1"),
      duplicate("in a flow", "x: {a: 1, a: 2}", "line 3, column "),
    ],
  },
  {
    row: 25,
    name: "aliases make billions of values",
    cases: [bad("nine levels of nine", aliasBomb(), "has more than 100000 values")],
  },
  {
    row: 26,
    name: "an alias leads to nothing or to itself",
    cases: [
      bad("to nothing", "x: *y", "is not YAML: Cannot read alias: unidentified alias … at line 3, column 6"),
      bad("a list in itself", "x: &x [*x]", TOO_DEEP),
      bad("an object in itself", "x: &x {y: *x}", TOO_DEEP),
    ],
  },
  {
    row: 27,
    name: "the manifest is nested too deep",
    cases: [
      accepted("99 levels", { manifest: `${GOOD}x: ${"[".repeat(98)}0${"]".repeat(98)}\n` }, {
        entrypoint: "main",
      }),
      bad("101 levels", `x: ${"[".repeat(101)}${"]".repeat(101)}`, TOO_DEEP),
      bad(`${DEEP} lists`, `x: ${"[".repeat(DEEP)}${"]".repeat(DEEP)}`, TOO_DEEP),
      bad(`${DEEP} lists without their ends`, `x: ${"[".repeat(DEEP)}`, TOO_DEEP),
      bad(`${DEEP} objects`, `x: ${"{a: ".repeat(DEEP)}1${"}".repeat(DEEP)}`, TOO_DEEP),
      bad(`${DEEP} lists in blocks`, `x:\n ${"- ".repeat(DEEP)}1`, TOO_DEEP),
      bad("1.5 MiB of lists", `x: ${"[".repeat(DEEPEST)}`, TOO_DEEP),
    ],
  },
  {
    row: 28,
    name: "a tag is none of the core schema's",
    cases: [
      "!!js/function 'x'",
      "!foo 1",
      "!!binary aGk=",
      "!!timestamp 2026-01-01",
      "!!set {a}",
      "!<tag:x,1> 1",
    ].map((text) => bad(text, `x: ${text}`, "is not YAML: Cannot resolve unknown tag … at line ")),
  },
  {
    row: 29,
    name: "a merge key",
    cases: [
      bad(
        "in a block",
        "x: &x {a: 1}\ny:\n  <<: *x",
        "has at .y a merge key (<<), which YAML 1.2 does not have",
      ),
      bad("at the root", "<<: {a: 1}", "has at its root a merge key (<<)"),
      bad("in quotes", '"<<": {a: 1}', "has at its root a merge key (<<)"),
    ],
  },
  {
    row: 30,
    name: "plain yes, no, on and off are texts",
    cases: [arrives("[yes, no, on, off, y, n]", ["yes", "no", "on", "off", "y", "n"])],
  },
  {
    row: 31,
    name: "0644 is 420 as in kubectl, 1:30 a text",
    cases: [arrives("0644", 420), arrives("1:30", "1:30"), arrives("0x1F", 31), arrives('"0644"', "0644")],
  },
  {
    row: 32,
    name: "an integer beyond 2^53",
    cases: [
      bad("2^53 + 1", "x: 9007199254740993", `has at .x ${ROUNDED}`),
      bad("-2^53 - 1", "x: [-9007199254740993]", `has at .x[0] ${ROUNDED}`),
      bad("in hexadecimal", "x: 0x20000000000001", `has at .x ${ROUNDED}`),
      bad("100 digits", `x: {y: ${"9".repeat(100)}}`, `has at .x.y ${ROUNDED}`),
      arrives("9007199254740991", 9007199254740991),
      arrives('"9007199254740993"', "9007199254740993"),
    ],
  },
  {
    row: 33,
    name: "a number that JSON cannot hold",
    cases: [".nan", ".inf", "-.inf", "1e400"].map((text) => bad(text, `x: ${text}`, `has at .x ${NOT_JSON}`)),
  },
  {
    row: 34,
    name: "a plain timestamp is a text",
    cases: [
      arrives("2026-01-01", "2026-01-01"),
      arrives("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
      arrives("2026-01-01 00:00:00 +1", "2026-01-01 00:00:00 +1"),
    ],
  },
  {
    row: 35,
    name: "an object is a key, as in a template without quotes",
    cases: [
      bad("? {a: 1}", "? {a: 1}\n: b", `has at its root ${QUOTE}`),
      bad("{{x}}", "x: {{x}}", `has at .x ${QUOTE}`),
      bad("{{workflow.name}} in a list", "x: [{{workflow.name}}]", `has at .x[0] ${QUOTE}`),
      bad("? [{a: 1}]", "? [{a: 1}]\n: b", `has at its root ${QUOTE}`),
      arrives('"{{workflow.name}}"', "{{workflow.name}}"),
    ],
  },
  {
    row: 36,
    name: "__proto__ and constructor are plain keys",
    cases: [
      accepted(
        "__proto__ and constructor",
        { manifest: `${GOOD}__proto__: {polluted: true}\nconstructor: {prototype: {polluted: true}}\n` },
        JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}'),
      ),
      accepted(
        "__proto__ of an object within",
        { manifest: `${GOOD}x: {__proto__: {kind: Pod}}\n` },
        { x: JSON.parse('{"__proto__": {"kind": "Pod"}}') },
      ),
    ],
  },
];
