import { assertEquals } from "@std/assert";
import { printable } from "../../src/text/printable.ts";

const cases: [text: string, printed: string][] = [
  ["plain ä\tand\nlines", "plain ä\tand\nlines"],
  ["\x1b[31mred\x1b[0m", "red"],
  ["\x1b[2J\x1b[1;1Hover", "over"],
  ["a\rb\x07\x08\x9b", "ab"],
  ["\x1b]0;title\x07", "]0;title"],
];

for (const [text, printed] of cases) {
  Deno.test(`printable() of ${JSON.stringify(text)} is ${JSON.stringify(printed)}`, () => {
    assertEquals(printable(text), printed);
  });
}
