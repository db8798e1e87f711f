import { assertEquals } from "@std/assert";
import { Lines } from "../../src/io/lines.ts";

/** Pushes chunks, and returns all lines and the rest. */
function split(chunks: (string | Uint8Array)[], options?: { maxChars?: number }): [string[], string, number] {
  const lines = new Lines(options);
  const bytes = chunks.map((chunk) => typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  const all = bytes.flatMap((chunk) => lines.push(chunk));
  return [all, lines.rest, lines.restBytes];
}

const cases: [what: string, chunks: string[], lines: string[], rest: string, restBytes: number][] = [
  ["of one chunk", ["a\nb\n"], ["a", "b"], "", 0],
  ["of several chunks", ["a", "b\nc", "d"], ["ab"], "cd", 2],
  ["that are empty", ["\n", "\n\n"], ["", "", ""], "", 0],
  ["with a carriage return", ["a\r\nb"], ["a\r"], "b", 1],
];

for (const [what, chunks, lines, rest, restBytes] of cases) {
  Deno.test(`Lines splits lines ${what}`, () => {
    assertEquals(split(chunks), [lines, rest, restBytes]);
  });
}

Deno.test("Lines puts characters together that come byte by byte, and counts the rest in bytes", () => {
  const bytes = Array.from(new TextEncoder().encode("ä\n€"), (byte) => Uint8Array.of(byte));
  assertEquals(split(bytes), [["ä"], "€", 3]);
});

Deno.test("Lines cuts long lines, also a rest that goes on", () => {
  assertEquals(split(["abcd", "efg", "h\nxyz1"], { maxChars: 3 }), [["abc…"], "xyz…", 4]);
});
