import { assertEquals } from "@std/assert";
import { parseAll } from "@std/yaml";

/** How @std/yaml 1.2.0 reads texts with several documents. */
const facts: [text: string, documents: unknown[] | string][] = [
  ["", []],
  ["# c\n", [null]],
  ["---\n---\n", [null, null]],
  ["---\n# Source: a\n---\nkind: x\n", [null, { kind: "x" }]],
  ["kind: x\n---\n# Source: b", [{ kind: "x" }, null]],
  ["a: 1\n...\n# c\n", [{ a: 1 }]],
  ["a: 1\n...\n---\n...\n", [{ a: 1 }, null]],
  ["# c\n...\n---\na: 1\n", [null, { a: 1 }]],
  ["---\n# d\n...\n%YAML 1.2\n---\na: 1\n", [null, { a: 1 }]],
  ["a: |\n  x\n  ---\n  # y\nb: 1\n", [{ a: "x\n---\n# y\n", b: 1 }]],
  ["a: |\n  x\n---\nb: |\n", [{ a: "x\n" }, { b: "" }]],
  ["---\r\n# S\r\n---\r\na: 1\r\n---\r\n", [null, { a: 1 }, null]],
  ["--- # c\n--- # d\na: 1\n", [null, { a: 1 }]],
  ["--- null\n--- ~\n--- {a: 1}\n", [null, null, { a: 1 }]],
  ["---\t\n# x\n---\ta: 1", [null, { a: 1 }]],
  ["a: 1\n---b: 2\n", [{ "a": 1, "---b": 2 }]],
  ["\ufeff---\n# c\n---\na: 1", [null, { a: 1 }]],
  ["a: 1\r---\r# c\r", [{ a: 1 }, null]],
  ["---\n''\n---\na: 1", ["", { a: 1 }]],
  [
    "\n\n---\n\n---\n\na: ]\n",
    "Cannot read document: end of the stream or a document separator is expected at line 7, column 4:",
  ],
  ["x: &x 1\n---\ny: *x", 'Cannot read alias: unidentified alias "x" at line 3, column 6:'],
  ["a: 'x\n---\n y'\n", "Unexpected end of the document within a single quoted scalar at line 2, column 1:"],
];

for (const [text, documents] of facts) {
  Deno.test(`parseAll() of @std/yaml, or of what stands in for it, reads ${JSON.stringify(text)}`, () => {
    assertEquals(documentsOf(text), documents);
  });
}

/** The documents, or the first line of the error. */
function documentsOf(text: string): unknown[] | string | undefined {
  try {
    return parseAll(text, { schema: "core" });
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return error.message.split("\n", 1)[0];
  }
}
