import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { EXIT_CODES, type Reason } from "../../../src/exit_codes.ts";
import { failureText } from "../../../src/run/outcome/failure_text.ts";
import type { Outcome } from "../../../src/run/outcome/report.ts";
import type { Diagnosis } from "../../../src/runner.ts";
import { byteLength } from "../../../src/text/utf8.ts";
import { anOutcome, aWorkObject } from "../../lab/builders.ts";

const COMMANDS = { show: "kubectl get work demo", stop: "kubectl delete work demo" };

Deno.test("failureText() says what went wrong, what is left, how to read the work and how to stop it", () => {
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

Deno.test("failureText() does not say how to stop finished work", () => {
  const outcome = anOutcome({ reason: "WorkFailed", started: { status: {}, object: aWorkObject() } });
  const text = failureText("demo-runner", outcome, COMMANDS);
  assertStringIncludes(text, "show it: kubectl get work demo\n");
  assert(!text.includes("stop it"), text);
});

Deno.test("failureText() needs no commands", () => {
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

Deno.test("failureText() reports bad input in one line", () => {
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

const FAILURE: Diagnosis = {
  node: "b",
  pod: "demo-b-1",
  container: "main",
  exitCode: 1,
  reason: "Error",
  message: "exit status 1",
  events: ["BackOff: restarting"],
  logTail: ["one", "two"],
};

function aFailedOutcome(failure: Diagnosis): Outcome {
  return anOutcome({
    reason: "WorkFailed",
    message: "failed",
    failure,
    started: { status: {}, object: aWorkObject() },
  });
}

Deno.test("failureText() has the step, its pod, its events and the end of its log", () => {
  assertEquals(
    failureText("demo-runner", aFailedOutcome(FAILURE), COMMANDS),
    [
      "demo-runner: failed",
      'failed: step "b", pod "demo-b-1", container "main", exit code 1: Error: exit status 1',
      "event: BackOff: restarting",
      "log: one",
      "log: two",
      "exit code: 10 (WorkFailed)",
      'left in the cluster: Work "demo" in "team": finished',
      "show it: kubectl get work demo",
      "",
    ].join("\n"),
  );
});

Deno.test("failureText() keeps the last lines of a long log, and says that there were more", () => {
  const logTail = Array.from({ length: 200 }, (_value, index) => `line ${index} ${"€".repeat(20)}`);
  const text = failureText("demo-runner", aFailedOutcome({ ...FAILURE, logTail }), COMMANDS);
  assert(byteLength(text) <= 2_000 && byteLength(text) > 1_850, `${byteLength(text)} bytes`);
  assertStringIncludes(text, `log: ${logTail[199]}\nexit code`);
  assertMatch(text, /\(\d+ more lines do not fit\)\nlog: line/);
});

Deno.test("failureText() removes control sequences from the work's texts", () => {
  const failure = {
    message: "\x1b[2Jover",
    events: ["\x1b[31mred"],
    logTail: ["up\x1b[3A"],
    notRead: ["\x07"],
  };
  const text = failureText("demo-runner", { ...aFailedOutcome(failure), message: "\x1b[1mbold" }, COMMANDS);
  assertEquals(text.split("\n").slice(0, 5), [
    "demo-runner: bold",
    "failed: over",
    "not read: ",
    "event: red",
    "log: up",
  ]);
});

const causeWords: { reason: Reason; failure: Diagnosis; line: string }[] = [
  { reason: "WorkFailed", failure: { node: "a", reason: "Error" }, line: 'failed: step "a": Error' },
  { reason: "TimedOut", failure: { node: "a", reason: "Suspended" }, line: 'waits for: step "a": Suspended' },
  { reason: "WorkFailed", failure: { reason: "Failed", message: "no" }, line: "failed: Failed: no" },
];

for (const { reason, failure, line } of causeWords) {
  Deno.test(`failureText() says after ${reason}: ${line}`, () => {
    const lines = failureText("demo-runner", anOutcome({ reason, failure })).split("\n");
    assertEquals(lines[1], line);
  });
}
