import { assertEquals, assertStringIncludes } from "@std/assert";
import { labelProblem, nameProblem } from "../../src/text/names.ts";

for (const name of ["a", "0", "my-action", "a.b-c.d", "a".repeat(253)]) {
  Deno.test(`nameProblem() accepts ${name.slice(0, 10)} (${name.length} characters)`, () => {
    assertEquals(nameProblem(name), undefined);
  });
}

const wrongNames = [
  "",
  "Bad_Name",
  "UPPER",
  "-a",
  "a-",
  "a.",
  ".a",
  "a..b",
  "a.-b",
  "аction", // the first letter is Cyrillic
  "../x",
  "a/b",
  "%2f",
  "a b",
  "a\n",
  "a\r",
];

for (const name of wrongNames) {
  Deno.test(`nameProblem() quotes ${JSON.stringify(name)} and the rule`, () => {
    assertEquals(
      nameProblem(name),
      `${JSON.stringify(name)} is not a valid name (RFC 1123: lower-case letters, digits, - and ., ` +
        "starting and ending with a letter or digit)",
    );
  });
}

Deno.test("nameProblem() names the length and the limit of a name that is too long", () => {
  assertStringIncludes(nameProblem("a".repeat(254)) ?? "", "has 254 characters, the limit is 253");
});

Deno.test("nameProblem() takes a shorter limit", () => {
  assertEquals(nameProblem("a".repeat(63), 63), undefined);
  assertStringIncludes(nameProblem("a".repeat(64), 63) ?? "", "has 64 characters, the limit is 63");
});

for (const name of ["a", "team-1", "a".repeat(63)]) {
  Deno.test(`labelProblem() accepts ${name.slice(0, 10)} (${name.length} characters)`, () => {
    assertEquals(labelProblem(name), undefined);
  });
}

for (const name of ["", "a.b", "-a", "a-", "A", "a/b"]) {
  Deno.test(`labelProblem() quotes ${JSON.stringify(name)} and the rule`, () => {
    assertStringIncludes(labelProblem(name) ?? "", `${JSON.stringify(name)} is not a valid name (RFC 1123:`);
  });
}

Deno.test("labelProblem() names the length and the limit of a name that is too long", () => {
  assertStringIncludes(labelProblem("a".repeat(64)) ?? "", "has 64 characters, the limit is 63");
});
