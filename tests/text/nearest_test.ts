import { assertEquals } from "@std/assert";
import { nearest } from "../../src/text/nearest.ts";

const cases: { name: string; names: string[]; expected: string; because: string }[] = [
  {
    name: "RUNNER_TIMEOUTS",
    names: ["RUNNER_RUN_ID", "RUNNER_TIMEOUT"],
    expected: "RUNNER_TIMEOUT",
    because: "one letter more",
  },
  {
    name: "RUNNER_TIMOUT",
    names: ["RUNNER_RUN_ID", "RUNNER_TIMEOUT"],
    expected: "RUNNER_TIMEOUT",
    because: "one letter less",
  },
  {
    name: "RUNNER_RUN_IT",
    names: ["RUNNER_TIMEOUT", "RUNNER_RUN_ID"],
    expected: "RUNNER_RUN_ID",
    because: "one letter other",
  },
  {
    name: "abc",
    names: ["abcdef", "abd"],
    expected: "abd",
    because: "fewer edits win over the same beginning",
  },
  { name: "same", names: ["sam", "same"], expected: "same", because: "it is the name itself" },
  { name: "ab", names: ["cd", "ef"], expected: "cd", because: "the first of two that are as near" },
];

for (const { name, names, expected, because } of cases) {
  Deno.test(`nearest() takes ${name} for ${expected}: ${because}`, () => {
    assertEquals(nearest(name, names), expected);
  });
}
