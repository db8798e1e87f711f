import { parse } from "@std/yaml/parse";
import { stringify } from "@std/yaml/stringify";
import { assertEquals, assertThrows } from "@std/assert";

Deno.test("stringify() of @std/yaml prints blocks, and lines from the flow level on", () => {
  const rules = [{ apiGroups: [""], resources: ["pods/log"], verbs: ["get", "list"] }];
  assertEquals(
    stringify(rules, { flowLevel: 2 }),
    "- apiGroups: ['']\n  resources: [pods/log]\n  verbs: [get, list]\n",
  );
  assertEquals(
    stringify({ metadata: { name: "x" }, subjects: [{ kind: "A" }], size: 1, isIt: true, none: null }),
    "metadata:\n  name: x\nsubjects:\n  - kind: A\nsize: 1\nisIt: true\nnone: null\n",
  );
});

Deno.test("stringify() of @std/yaml folds long texts unless there is no limit", () => {
  const text = "a ".repeat(60) + "b";
  assertEquals(stringify([text], { lineWidth: -1 }), `- ${text}\n`);
  assertEquals(parse(stringify([text]), { schema: "core" }), [text]);
  assertEquals(stringify([text]).startsWith("- >-\n"), true);
});

for (
  const text of ["", "1", "0x1f", "012", "1e3", "1.5", "true", "null", "~", "y", "no", "on", "2026-01-01"]
) {
  Deno.test(`stringify() of @std/yaml quotes the text ${JSON.stringify(text)}`, () => {
    assertEquals(stringify([text]), `- '${text}'\n`);
  });
}

Deno.test("stringify() of @std/yaml refuses what YAML has no type for", () => {
  assertThrows(() => stringify({ call: () => {} }), TypeError);
});
