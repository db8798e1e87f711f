import { assertEquals, assertStringIncludes } from "@std/assert";
import { LiveView, type ProgressNode, viewLines } from "../../src/io/live_view.ts";

const NOW = Date.parse("2026-01-01T00:01:00Z");

function aNode(fields: Partial<ProgressNode> = {}): ProgressNode {
  return { name: "build", depth: 0, state: "Running", startedAt: "2026-01-01T00:00:18Z", ...fields };
}

function aDone(fields: Partial<ProgressNode> = {}): ProgressNode {
  return aNode({ state: "Succeeded", finishedAt: "2026-01-01T00:00:20Z", ...fields });
}

/** A line without its colours. */
function plain(line: string): string {
  // deno-lint-ignore no-control-regex
  return line.replace(/\x1b\[\d*m/g, "");
}

Deno.test("viewLines() has a line for each node with state and duration, and a count", () => {
  const nodes = [
    aNode({ name: "all" }),
    aDone({ depth: 1 }),
    aNode({ depth: 1, name: "test", state: "Pending" }),
  ];
  assertEquals(viewLines(nodes, { columns: 60, rows: 20, now: NOW }).map(plain), [
    `● ${"all".padEnd(34)} Running   42s`,
    `✔ ${"  build".padEnd(34)} Succeeded 2s`,
    `◷ ${"  test".padEnd(34)} Pending   42s`,
    "1/3 steps have ended",
  ]);
});

Deno.test("viewLines() leaves out succeeded nodes when not all nodes fit", () => {
  const nodes = [...Array.from({ length: 50 }, () => aDone()), aNode({ name: "last" })];
  const lines = viewLines(nodes, { columns: 60, rows: 10, now: NOW }).map(plain);
  assertEquals(lines.length, 2);
  assertStringIncludes(lines[0] ?? "", "● last");
  assertEquals(lines[1], "50/51 steps have ended");
});

Deno.test("viewLines() cuts names that are wider than the terminal", () => {
  const [line = ""] = viewLines([aNode({ name: "x".repeat(200) })], { columns: 50, rows: 10, now: NOW }).map(
    plain,
  );
  assertEquals(line, `● ${"x".repeat(23)}… Running   42s`);
});

/** Names with characters of two columns and of none, and what is shown of them in front of the state. */
const wide: { name: string; columns: number; shown: string }[] = [
  { name: "ビルド", columns: 60, shown: `ビルド${" ".repeat(28)}` },
  { name: "e\u0301tape 😀", columns: 60, shown: `e\u0301tape 😀${" ".repeat(26)}` },
  { name: "試".repeat(100), columns: 51, shown: `${"試".repeat(12)}…` },
  { name: "試".repeat(100), columns: 50, shown: `${"試".repeat(11)}… ` },
  { name: `${"x".repeat(22)}e\u0301試試`, columns: 50, shown: `${"x".repeat(22)}e\u0301…` },
];

for (const { name, columns, shown } of wide) {
  Deno.test(`viewLines() fits the name ${name.slice(0, 24)} into ${columns} columns by its width`, () => {
    const [line = ""] = viewLines([aNode({ name })], { columns, rows: 10, now: NOW }).map(plain);
    assertEquals(line, `● ${shown} Running   42s`);
  });
}

Deno.test("viewLines() keeps a name on its line, whatever is in it", () => {
  const [line = ""] = viewLines([aNode({ name: "a\nb\x1b[2J" })], { columns: 60, rows: 10, now: NOW }).map(
    plain,
  );
  assertEquals(line, `● ${"a b".padEnd(34)} Running   42s`);
});

Deno.test("viewLines() draws nothing without nodes or room", () => {
  assertEquals(viewLines([], { columns: 50, rows: 10, now: NOW }), []);
  assertEquals(viewLines([aNode()], { columns: 50, rows: 1, now: NOW }), []);
});

Deno.test("LiveView draws over what it drew before, and lets the log through above", () => {
  const written: string[] = [];
  const stream = {
    writeSync(bytes: Uint8Array) {
      written.push(plain(new TextDecoder().decode(bytes)));
      return bytes.length;
    },
  };
  const view = new LiveView({ stream, size: () => ({ columns: 60, rows: 20 }), now: () => NOW });
  view.show([aNode()]);
  const block = `● ${"build".padEnd(34)} Running   42s\n0/1 steps have ended\n`;
  view.above.writeSync(new TextEncoder().encode("a log line\n"));
  view.show([aDone()]);
  assertEquals(written, [
    block,
    "\x1b[2A\x1b[J",
    "a log line\n",
    block,
    "\x1b[2A\x1b[J",
    `✔ ${"build".padEnd(34)} Succeeded 2s\n1/1 steps have ended\n`,
  ]);
});

Deno.test("LiveView draws nothing, and the log goes on, when the terminal is closed", () => {
  const written: string[] = [];
  const stream = {
    writeSync(bytes: Uint8Array) {
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
  const size = () => {
    throw new Error("Input/output error");
  };
  const view = new LiveView({ stream, size, now: () => NOW });
  view.show([aNode()]);
  view.above.writeSync(new TextEncoder().encode("a log line\n"));
  assertEquals(written, ["a log line\n"]);
});
