import { parse } from "@std/yaml";
import { assertEquals } from "@std/assert";

/** What `parse()` makes of an input; `value` in words where JSON has no such value, `error` without its snippet. */
interface Fact {
  readonly input: string;
  readonly value?: unknown;
  readonly error?: string;
}

const facts: Fact[] = Deno.readTextFileSync(new URL("../testdata/std_yaml_facts.jsonl", import.meta.url))
  .trimEnd()
  .split("\n")
  .map((line) => JSON.parse(line));

Deno.test("parse() of @std/yaml agrees with the recorded facts", async (t) => {
  for (const fact of facts) {
    await t.step(JSON.stringify(fact.input), () => assertEquals(outcome(fact.input), fact));
  }
});

function outcome(input: string): Fact {
  try {
    return { input, value: inWords(parse(input, { schema: "core" })) };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return { input, error: `${error.name}: ${error.message}`.split("\n", 1).join() };
  }
}

/** The value as a line of JSON can hold it. */
function inWords(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, (_key, it) => {
      return typeof it === "number" && !Number.isFinite(it) ? `number ${it}` : it;
    });
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof TypeError) return "a cycle";
    throw error;
  }
}
