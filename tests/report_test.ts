import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EXIT_CODES, type Reason } from "../src/exit_codes.ts";
import { failureText, finalReport, type Outcome, reservedKeys, writeReportLine } from "../src/report.ts";
import { aWorkObject } from "./builders.ts";

function anOutcome(fields: Partial<Outcome> = {}): Outcome {
  return { reason: "Succeeded", message: "all went well", left: "finished", ...fields };
}

const COMMANDS = { show: "kubectl get work demo", stop: "kubectl delete work demo" };

Deno.test("finalReport() tells all in the order of the contract, the runner's own keys first", () => {
  const report = finalReport(
    "demo.work",
    anOutcome({
      reason: "WorkFailed",
      message: "it failed",
      started: {
        status: { workRef: { name: "demo" } },
        object: aWorkObject({ createdAt: "2026-01-01T00:00:00Z", ageMs: 5, finished: false }),
      },
      completed: {
        finishedSuccessfully: false,
        message: "failed",
        finishedAt: "2026-01-01T00:01:00Z",
        outputs: { parameters: { a: "b" } },
      },
    }),
  );
  assertEquals(
    JSON.stringify(report),
    JSON.stringify({
      workRef: { name: "demo" },
      runner: "demo.work",
      phase: "Failed",
      finishedSuccessfully: false,
      exitCode: 10,
      reason: "WorkFailed",
      message: "it failed",
      startedAt: "2026-01-01T00:00:00Z",
      finishedAt: "2026-01-01T00:01:00Z",
      object: {
        apiVersion: "example.org/v1",
        kind: "Work",
        name: "demo",
        namespace: "team",
        uid: "uid-1",
        adopted: false,
        left: "finished",
      },
      outputs: { parameters: { a: "b" } },
    }),
  );
});

Deno.test("finalReport() leaves out what is not known", () => {
  assertEquals(
    finalReport("demo.work", anOutcome({ reason: "TargetMissing", message: "none", left: "not created" })),
    {
      runner: "demo.work",
      phase: "Refused",
      exitCode: 22,
      reason: "TargetMissing",
      message: "none",
    },
  );
});

Deno.test("finalReport() says whether the work succeeded only where the verdict was seen", () => {
  const completed = { finishedSuccessfully: true, message: "done" };
  assertEquals(finalReport("r", anOutcome({ completed })).finishedSuccessfully, true);
  assertEquals(
    finalReport("r", anOutcome({ reason: "StatusNotWritten", completed })).finishedSuccessfully,
    true,
  );
  for (const reason of ["TimedOut", "Terminated", "AccessLost", "InternalError", "ObjectGone"] as const) {
    assertEquals("finishedSuccessfully" in finalReport("r", anOutcome({ reason })), false, reason);
  }
});

Deno.test("finalReport() gives each reason its phase and code", () => {
  for (const reason of Object.keys(EXIT_CODES) as Reason[]) {
    const { phase, exitCode } = finalReport("r", anOutcome({ reason }));
    assertEquals([phase, exitCode], [EXIT_CODES[reason].phase, EXIT_CODES[reason].code]);
  }
});

Deno.test("reservedKeys() finds every key of a full report among a status's, and no other", () => {
  const full = finalReport(
    "r",
    anOutcome({
      started: { status: {}, object: aWorkObject({ createdAt: "2026-01-01T00:00:00Z" }) },
      completed: { finishedSuccessfully: true, message: "", finishedAt: "2026-01-01T00:00:00Z", outputs: {} },
    }),
  );
  assertEquals(reservedKeys({ ...full, failure: {} }), [...Object.keys(full), "failure"]);
  assertEquals(reservedKeys({ argoWorkflowRef: {}, Phase: "x" }), []);
});

Deno.test("writeReportLine() writes one line of JSON", () => {
  const written: string[] = [];
  const stream = {
    writeSync(bytes: Uint8Array) {
      written.push(new TextDecoder().decode(bytes));
      return bytes.length;
    },
  };
  writeReportLine({ message: "two\nlines", runner: "r" }, stream);
  assertEquals(written.join(""), '{"message":"two\\nlines","runner":"r"}\n');
});

Deno.test("failureText() tells what went wrong, what is left, how to look and how to stop", () => {
  const outcome = anOutcome({
    reason: "TimedOut",
    message: "too late",
    left: "left running",
    started: { status: {}, object: aWorkObject() },
  });
  assertEquals(
    failureText("demo-runner", outcome, COMMANDS),
    [
      "demo-runner: too late",
      "exit code: 124 (TimedOut)",
      'left in the cluster: Work "demo" in "team": left running',
      "show it: kubectl get work demo",
      "stop it: kubectl delete work demo",
      "",
    ].join("\n"),
  );
});

Deno.test("failureText() does not tell how to stop what has finished", () => {
  const outcome = anOutcome({ reason: "WorkFailed", started: { status: {}, object: aWorkObject() } });
  const text = failureText("demo-runner", outcome, COMMANDS);
  assertStringIncludes(text, "show it: kubectl get work demo\n");
  assert(!text.includes("stop it"), text);
});

Deno.test("failureText() does without commands", () => {
  const outcome = anOutcome({
    reason: "TimedOut",
    left: "left running",
    started: { status: {}, object: aWorkObject() },
  });
  const lines = failureText("demo-runner", outcome).trimEnd().split("\n");
  assertEquals(lines.at(-1), 'left in the cluster: Work "demo" in "team": left running');
});

const withoutObject: { reason: Reason; left: Outcome["left"]; line: string }[] = [
  { reason: "NameTaken", left: "not created", line: "left in the cluster: not created" },
  { reason: "ApiUnreachable", left: "unknown", line: "left in the cluster: not known" },
];

for (const { reason, left, line } of withoutObject) {
  Deno.test(`failureText() says after ${reason} without an object: ${line}`, () => {
    const lines = failureText("demo-runner", anOutcome({ reason, left })).trimEnd().split("\n");
    assertEquals(lines, [
      "demo-runner: all went well",
      `exit code: ${EXIT_CODES[reason].code} (${reason})`,
      line,
    ]);
  });
}

Deno.test("failureText() tells bad input in one line", () => {
  const outcome = anOutcome({ reason: "InvalidInput", message: '"x" is not found', left: "not created" });
  assertEquals(failureText("demo-runner", outcome), 'demo-runner: "x" is not found\n');
});

const longMessages = [
  "x".repeat(10_000),
  "ä".repeat(10_000),
  "€".repeat(10_000),
  "x" + "😀".repeat(10_000),
  "a€😀ä".repeat(2_500),
];

for (const message of longMessages) {
  Deno.test(`failureText() cuts ${message.slice(0, 5)}… to 2000 bytes of valid UTF-8 and keeps the lines below`, () => {
    const outcome = anOutcome({
      reason: "TimedOut",
      message,
      left: "left running",
      started: { status: {}, object: aWorkObject() },
    });
    const text = failureText("demo-runner", outcome, COMMANDS);
    const { length } = new TextEncoder().encode(text);
    assert(length <= 2_000 && length > 1_990, `${length} bytes`);
    const [first = "", ...rest] = text.split("\n");
    assert(`demo-runner: ${message}`.startsWith(first.slice(0, -1)), "a character was split");
    assert(first.endsWith("…"));
    assertEquals(rest.slice(-3), ["show it: kubectl get work demo", "stop it: kubectl delete work demo", ""]);
  });
}

Deno.test("failureText() cuts bad input too", () => {
  const text = failureText("demo-runner", anOutcome({ reason: "InvalidInput", message: "€".repeat(10_000) }));
  assert(new TextEncoder().encode(text).length <= 2_000);
  assert(text.endsWith("€…\n"));
});
