import { assert, assertEquals, assertThrows } from "@std/assert";
import { descriptionText } from "../../src/program/description.ts";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { type OutputFormat, takeFormat } from "../../src/program/output_format.ts";
import { InvalidInputError } from "../../src/errors.ts";
import type { Description } from "../../src/runner.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");

function aDescription(fields: Partial<Description> = {}): Description {
  return {
    kind: "Work",
    name: "demo",
    namespace: "team",
    state: "Failed",
    ended: true,
    nodes: [
      {
        name: "demo",
        depth: 0,
        state: "Failed",
        startedAt: "2026-01-01T00:00:00Z",
        finishedAt: "2026-01-01T00:00:09Z",
      },
      { name: "a", depth: 1, state: "Running", startedAt: "2026-01-01T00:00:18Z" },
    ],
    failure: { node: "a", container: "main", exitCode: 3, reason: "Error", logTail: ["one", "two"] },
    ...fields,
  };
}

Deno.test("descriptionText() has state, steps, and why the work failed, with the whole log", () => {
  assertEquals(descriptionText(aDescription({ message: "child failed" }), "text", NOW).split("\n"), [
    'Work "demo" in "team" is Failed: child failed',
    `✖ ${"demo".padEnd(40)} Failed    9s`,
    `● ${"  a".padEnd(40)} Running   42s`,
    "1/2 steps have ended",
    'failed: step "a", container "main", exit code 3: Error',
    "log: one",
    "log: two",
    "",
  ]);
});

Deno.test("descriptionText() says what running work waits for", () => {
  const failure = { node: "a", reason: "Unschedulable" };
  const lines = descriptionText(aDescription({ ended: false, failure }), "text", NOW).split("\n");
  assertEquals(lines.at(-2), 'waits for: step "a": Unschedulable');
});

Deno.test("descriptionText() removes control sequences from the work's texts", () => {
  const text = descriptionText(aDescription({ message: "\x1b[2Jover\x07" }), "text", NOW);
  assert(text.split("\n")[0]?.endsWith(": over"), text);
});

Deno.test("descriptionText() prints the same as JSON", () => {
  const description = aDescription();
  assertEquals(
    JSON.parse(descriptionText(description, "json", NOW)),
    JSON.parse(JSON.stringify(description)),
  );
});

const formats: [args: string[], format: OutputFormat][] = [
  [["--name", "x"], "text"],
  [["--format", "json", "--name", "x"], "json"],
  [["--name", "x", "--format=text"], "text"],
  [["--format=text", "--name", "x", "--format", "json"], "json"],
];

for (const [args, format] of formats) {
  Deno.test(`takeFormat() of ${args.join(" ")} is ${format}`, () => {
    assertEquals(takeFormat(parseCommandLine(args)), { format, rest: parseCommandLine(["--name", "x"]) });
  });
}

for (const args of [["--format", "xml"], ["--format"], ["--format="]]) {
  Deno.test(`takeFormat() refuses ${args.join(" ")}`, () => {
    assertThrows(() => takeFormat(parseCommandLine(args)), InvalidInputError, "expected text, json");
  });
}
