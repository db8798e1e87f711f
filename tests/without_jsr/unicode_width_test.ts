import { unicodeWidth } from "@std/cli/unicode-width";
import { assertEquals } from "@std/assert";

const cases: { what: string; text: string; width: number }[] = [
  { what: "nothing", text: "", width: 0 },
  { what: "ASCII", text: "a b~", width: 4 },
  { what: "Latin, Greek and Cyrillic", text: "äλж", width: 3 },
  { what: "Chinese", text: "天地玄黃", width: 8 },
  { what: "Japanese", text: "ひらカタ。", width: 10 },
  { what: "half-width Japanese", text: "ｶﾀｶﾅ", width: 4 },
  { what: "Korean", text: "한국어", width: 6 },
  { what: "Korean in its parts", text: "\u1112\u1161\u11ab", width: 2 },
  { what: "full-width Latin", text: "ｆｕｌｌ", width: 8 },
  { what: "a character beyond 16 bits", text: "𠀀", width: 2 },
  { what: "combining marks", text: "e\u0301a\u0308\u20dd", width: 2 },
  { what: "a mark on a wide character", text: "か\u3099", width: 2 },
  { what: "emoji", text: "😀🚀⌚", width: 6 },
  { what: "a symbol that is no picture by default", text: "☺✔●", width: 3 },
  { what: "invisible characters", text: "a\u200bb\u200d\ufeff", width: 2 },
  { what: "controls", text: "\0\t\x1b\x7f\x9f", width: 0 },
];

for (const { what, text, width } of cases) {
  Deno.test(`unicodeWidth() of ${what} is ${width}`, () => assertEquals(unicodeWidth(text), width));
}
