import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { InvalidInputError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/text/json.ts";
import { MAX_MANIFEST_BYTES, parseManifest } from "../../src/io/manifest.ts";

function parse(text: string | Uint8Array): JsonObject {
  return parseManifest(typeof text === "string" ? new TextEncoder().encode(text) : text);
}

function problemOf(text: string | Uint8Array): string {
  return assertThrows(() => parse(text), InvalidInputError).message;
}

/** A text in UTF-16 with its byte order mark, as Windows' Notepad can save it. */
function utf16(text: string): Uint8Array {
  return new Uint8Array([0xff, 0xfe, ...[...text].flatMap((character) => [character.charCodeAt(0), 0])]);
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

const accepted: { row: string; what: string; text: string; value: JsonObject }[] = [
  { row: "B20", what: "a byte order mark at the start", text: "\ufeffa: 1", value: { a: 1 } },
  { row: "B21", what: "CRLF line ends", text: "a: 1\r\nb:\r\n- x\r\n", value: { a: 1, b: ["x"] } },
  { row: "B23", what: "one document between markers", text: "---\na: 1\n...\n", value: { a: 1 } },
  { row: "B23", what: "an empty document behind it", text: "a: 1\n---\n", value: { a: 1 } },
  {
    row: "B23",
    what: "an empty document behind it, with CRLF",
    text: "a: 1\r\n--- \r\n\r\n",
    value: { a: 1 },
  },
  ...[
    [
      "a comment's document before it, as in a rendered chart",
      "---\n# Source: c/templates/off.yaml\n---\na: 1\n",
    ],
    ["a comment's document behind it", "a: 1\n---\n# Source: c/templates/off.yaml\n"],
    ["a comment's document behind it, without a line end", "a: 1\n---\n# off"],
    [
      "documents of blanks and comments all around it",
      "\n---\n\n---\n# x\n---\na: 1\n---\n  \n---\n# y\n---\n",
    ],
    ["comments on the lines of the markers", "--- # x\n--- # y\na: 1\n--- # z\n"],
    ["null documents around it", "--- null\n--- ~\n--- {a: 1}\n--- # x\n"],
    ["comments behind the document's end", "# x\n...\n---\na: 1\n...\n# y\n...\n---\n"],
    ["CRLF line ends, and comments' documents", "---\r\n# x\r\n---\r\na: 1\r\n---\r\n# y\r\n"],
    ["a byte order mark before a comment's document", "\ufeff---\n# x\n---\na: 1\n"],
    ["a directive behind a comment's document", "---\n# x\n...\n%YAML 1.2\n---\na: 1\n"],
  ].map(([what = "", text = ""]) => ({ row: "B23", what, text, value: { a: 1 } })),
  {
    row: "B23",
    what: "markers and comments in block scalars as their text",
    text: "---\n# x\n---\na: |\n  ---\n  # no comment\n  ...\nb: >-\n  x\n  ---\n  y\n",
    value: { a: "---\n# no comment\n...\n", b: "x --- y" },
  },
  {
    row: "B25",
    what: "a few aliases",
    text: "a: &x {b: 1}\nc: [*x, *x]",
    value: { a: { b: 1 }, c: [{ b: 1 }, { b: 1 }] },
  },
  {
    row: "B30",
    what: "plain yes, no, on and off as texts",
    text: "a: [yes, no, on, off]",
    value: { a: ["yes", "no", "on", "off"] },
  },
  { row: "B31", what: "0644 as the octal that kubectl reads", text: "a: 0644", value: { a: 420 } },
  { row: "B31", what: "1:30 as a text", text: "a: 1:30", value: { a: "1:30" } },
  {
    row: "B32",
    what: "the largest integer that is exact",
    text: "a: 9007199254740991",
    value: { a: 9007199254740991 },
  },
  {
    row: "B34",
    what: "a timestamp as a text",
    text: "a: 2026-01-01T00:00:00Z\nb: 2026-01-01",
    value: { a: "2026-01-01T00:00:00Z", b: "2026-01-01" },
  },
  { row: "B35", what: "a quoted template", text: 'a: "{{x}}"', value: { a: "{{x}}" } },
  {
    row: "B37",
    what: "JSON",
    text: '{"a": {"b": [1, null, true, "x"]}}',
    value: { a: { b: [1, null, true, "x"] } },
  },
];

for (const { row, what, text, value } of accepted) {
  Deno.test(`parseManifest() takes ${what} (${row})`, () => {
    assertEquals(parse(text), value);
  });
}

const refused: { row: string; what: string; text: string | Uint8Array; problem: string }[] = [
  { row: "B17", what: "no bytes", text: "", problem: "is empty" },
  { row: "B17", what: "blanks only", text: "  \n\n", problem: "is empty" },
  { row: "B17", what: "comments only", text: "# nothing\n", problem: "is empty" },
  { row: "B17", what: "a marker only", text: "---\n", problem: "is empty" },
  { row: "B17", what: "null", text: "null", problem: "is empty" },
  { row: "B19", what: "UTF-16", text: utf16("a: 1"), problem: "is not UTF-8 text" },
  {
    row: "B19",
    what: "invalid UTF-8",
    text: bytes(0x61, 0x3a, 0x20, 0xc3, 0x28),
    problem: "is not UTF-8 text",
  },
  { row: "B19", what: "binary", text: bytes(0x1f, 0x8b, 0x08, 0x00), problem: "is not UTF-8 text" },
  {
    row: "B19",
    what: "a NUL character",
    text: "a: x\0y",
    problem: "is not UTF-8 text: it has a NUL character",
  },
  {
    row: "B20",
    what: "a byte order mark inside",
    text: "\ufeffa: 1\n\ufeffb: 2",
    problem: "has a byte order mark inside the text",
  },
  {
    row: "B23",
    what: "two documents",
    text: "a: 1\n---\nb: 1",
    problem: "has 2 documents, expected one",
  },
  {
    row: "B23",
    what: "three documents, and does not count the empty ones between them",
    text: "# x\n---\na: 1\n---\n# y\n---\nb: 1\n---\n---\n- c\n---\n",
    problem: "has 3 documents, expected one",
  },
  {
    row: "B23",
    what: "an empty object beside another",
    text: "{}\n---\na: 1",
    problem: "has 2 documents, expected one",
  },
  {
    row: "B17",
    what: "several documents that hold nothing",
    text: "---\n# a\n---\n---\nnull\n",
    problem: "is empty",
  },
  {
    row: "B26",
    what: "an object that contains itself",
    text: "a: &x {b: *x}",
    problem: "is nested deeper than 100 levels",
  },
  {
    row: "B26",
    what: "a list that contains itself",
    text: "a: &x [*x]",
    problem: "is nested deeper than 100 levels",
  },
  {
    row: "B27",
    what: "101 levels",
    text: `a: ${"[".repeat(101)}${"]".repeat(101)}`,
    problem: "is nested deeper than 100 levels",
  },
  {
    row: "B29",
    what: "a merge key",
    text: "a: &x {b: 1}\nc:\n  <<: *x",
    problem: "has at .c a merge key (<<), which YAML 1.2 does not have",
  },
  {
    row: "B32",
    what: "an integer beyond 2^53",
    text: "a: [9007199254740993]",
    problem: "has at .a[0] an integer beyond 2^53, which would be rounded; quote it",
  },
  {
    row: "B32",
    what: "a negative integer beyond 2^53",
    text: "a: -9007199254740993",
    problem: "has at .a an integer beyond 2^53, which would be rounded; quote it",
  },
  { row: "B33", what: ".nan", text: "a: {b: .nan}", problem: "has at .a.b a number that JSON cannot hold" },
  { row: "B33", what: ".inf", text: "a: -.inf", problem: "has at .a a number that JSON cannot hold" },
  { row: "B33", what: "1e400", text: "a: 1e400", problem: "has at .a a number that JSON cannot hold" },
  {
    row: "B35",
    what: "an object as a key",
    text: "? {a: 1}\n: b",
    problem: 'has at its root an object as a key; quote templates: "{{…}}"',
  },
  {
    row: "B35",
    what: "a template that is not quoted",
    text: "a:\n  image: {{x}}",
    problem: 'has at .a.image an object as a key; quote templates: "{{…}}"',
  },
  { row: "B37", what: "a list", text: "- a", problem: "is a list, expected an object" },
  { row: "B37", what: "a text", text: "just words", problem: "is a string, expected an object" },
  { row: "B37", what: "a number", text: "5", problem: "is a number, expected an object" },
];

for (const { row, what, text, problem } of refused) {
  Deno.test(`parseManifest() refuses ${what} (${row})`, () => {
    assertEquals(problemOf(text), problem);
  });
}

const broken: { row: string; what: string; text: string; problem: string; line: number }[] = [
  {
    row: "B22",
    what: "what is no YAML",
    text: "a: 1\nb: ]",
    problem: "end of the stream or a document separator is expected",
    line: 2,
  },
  {
    row: "B22",
    what: "a quote without its end",
    text: "a: 'x",
    problem: "Unexpected end of the stream within a single quoted scalar",
    line: 2,
  },
  {
    row: "B22",
    what: "what is no YAML behind a comment's document",
    text: "---\n# x\n---\na: 1\nb: ]",
    problem: "end of the stream or a document separator is expected",
    line: 5,
  },
  {
    row: "B22",
    what: "what is no YAML in a second document",
    text: "a: 1\n---\nb: 'x",
    problem: "Unexpected end of the stream within a single quoted scalar",
    line: 4,
  },
  {
    row: "B24",
    what: "a key that comes twice",
    text: "a: 1\nb: 2\na: 3",
    problem: "duplicated key",
    line: 3,
  },
  {
    row: "B24",
    what: "a key that comes twice, once in quotes",
    text: 'a: 1\n"a": 2',
    problem: "duplicated key",
    line: 2,
  },
  { row: "B26", what: "an alias to nothing", text: "a: *x", problem: "unidentified alias …", line: 1 },
  { row: "B28", what: "an unknown tag", text: "a: !foo 1", problem: "Cannot resolve unknown tag …", line: 1 },
  {
    row: "B28",
    what: "the tag !!binary",
    text: "a: !!binary aGk=",
    problem: "Cannot resolve unknown tag …",
    line: 1,
  },
  {
    row: "B28",
    what: "the tag !!js/function",
    text: "a: !!js/function 'x'",
    problem: "Cannot resolve unknown tag …",
    line: 1,
  },
];

for (const { row, what, text, problem, line } of broken) {
  Deno.test(`parseManifest() refuses ${what}, with line and column (${row})`, () => {
    const message = problemOf(text);
    assert(message.startsWith("is not YAML: "), message);
    assertStringIncludes(message, problem);
    assert(new RegExp(` at line ${line}, column \\d+$`).test(message), message);
  });
}

Deno.test("parseManifest() takes 1.5 MiB and refuses a byte more before it parses", () => {
  assertEquals(MAX_MANIFEST_BYTES, 1_572_864);
  const whole = new TextEncoder().encode(`a: ${"x".repeat(MAX_MANIFEST_BYTES - 3)}`);
  assertEquals(String(parse(whole).a).length, MAX_MANIFEST_BYTES - 3);
  const more = new Uint8Array(MAX_MANIFEST_BYTES + 1).fill("[".charCodeAt(0));
  assertEquals(problemOf(more), "is larger than the limit of 1572864 bytes");
});

Deno.test("parseManifest() refuses a bomb of aliases without unfolding it", () => {
  const levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level <= 9; level++) {
    const aliases = Array(9).fill(`*a${level - 1}`).join(", ");
    levels.push(`a${level}: &a${level} [${aliases}]`);
  }
  assertEquals(problemOf(levels.join("\n")), "has more than 100000 values");
});

Deno.test("parseManifest() refuses a long list that contains itself before it fills the memory", () => {
  assertEquals(problemOf(`a: &x [${"0,".repeat(2_000)}*x]`), "has more than 100000 values");
});

Deno.test("parseManifest() takes 100 levels", () => {
  assertEquals(Object.keys(parse(`a: ${"[".repeat(99)}0${"]".repeat(99)}`)), ["a"]);
});

Deno.test("parseManifest() refuses 20 000 levels and does not overflow", () => {
  for (const text of [`a: ${"[".repeat(20_000)}${"]".repeat(20_000)}`, "[".repeat(20_000)]) {
    assertEquals(problemOf(text), "is nested deeper than 100 levels");
  }
});

Deno.test("parseManifest() keeps __proto__ and constructor as plain data", () => {
  const manifest = parse("__proto__: {polluted: true}\nconstructor: {a: 1}");
  assertEquals(Object.keys(manifest), ["__proto__", "constructor"]);
  assertEquals(JSON.stringify(manifest), '{"__proto__":{"polluted":true},"constructor":{"a":1}}');
  assertEquals((manifest as { polluted?: boolean }).polluted, undefined);
  assertEquals(({} as { polluted?: boolean }).polluted, undefined);
});

const SECRET = "s3cr3t";

const secrets = [
  `password: !${SECRET}`,
  `password: !!${SECRET}`,
  `password: !a>${SECRET}`,
  `password: !a"${SECRET}"`,
  `password: !${SECRET}"a"`,
  `password: !!int ${SECRET}`,
  `password: *${SECRET}`,
  `password: *a"${SECRET}`,
  `password: &a &${SECRET} x`,
  `password: @${SECRET}`,
  `password: %${SECRET}`,
  `password: |${SECRET}`,
  `password: "\\${SECRET}"`,
  `password: "${SECRET}`,
  `password: '${SECRET}`,
  `password: [${SECRET}`,
  `password: {${SECRET}`,
  `password: {{${SECRET}}}`,
  `password: ${SECRET}: x`,
  `password: ]${SECRET}`,
  `password: ${SECRET}\u0007`,
  `password: ${SECRET}\n---\npassword: ${SECRET}`,
  `password: ${SECRET}\nnumber: .inf`,
  `password: ${SECRET}\nnumber: 9007199254740993`,
  `password: ${SECRET}\n<<: {a: ${SECRET}}`,
  `password: ${SECRET}\npassword: ${SECRET}`,
  `password: ${SECRET} at line 1, column 1: "${SECRET}" x: y`,
  `- ${SECRET}`,
  SECRET,
];

for (const text of secrets) {
  Deno.test(`parseManifest() does not echo values: ${JSON.stringify(text)}`, () => {
    const message = problemOf(text);
    assert(!message.includes(SECRET), message);
  });
}
