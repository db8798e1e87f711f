import { assertEquals } from "@std/assert";
import { EXIT_CODES, type Reason } from "../../../src/exit_codes.ts";
import { finalReport, reservedKeys, writeReportLine } from "../../../src/run/outcome/report.ts";
import { anOutcome, aWorkObject } from "../../lab/builders.ts";

Deno.test("finalReport() has all fields in the order of the contract, the runner's own keys first", () => {
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

Deno.test("finalReport() omits unknown fields", () => {
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

Deno.test("finalReport() says whether the work succeeded only if the run saw the verdict", () => {
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
