import { assertEquals } from "@std/assert";
import { missing, ok, warning } from "../../src/check/check_item.ts";
import { checkText } from "../../src/check/check_text.ts";

const ITEMS = [
  ok("API server", "https://api.example.org"),
  missing("status object", "There is none", "TargetMissing"),
  missing("access", "may not\n patch it", "NotAllowed"),
  warning("times", "short"),
];

Deno.test("checkText() has a line for each item, and the exit code of the first missing item", () => {
  assertEquals(
    checkText(ITEMS, "text"),
    `ok           API server     https://api.example.org
missing      status object  There is none
missing      access         may not; patch it
warning      times          short

a run would end with exit code 22 (TargetMissing): namespace, kind or status object is missing
`,
  );
});

Deno.test("checkText() says so when no item is missing", () => {
  assertEquals(
    checkText([warning("times", "short")], "text"),
    "warning      times          short\n\nnothing is missing\n",
  );
});

Deno.test("checkText() gives the same as JSON", () => {
  assertEquals(JSON.parse(checkText(ITEMS, "json")), { exitCode: 22, reason: "TargetMissing", items: ITEMS });
  assertEquals(JSON.parse(checkText([], "json")), { exitCode: 0, reason: "Succeeded", items: [] });
});
