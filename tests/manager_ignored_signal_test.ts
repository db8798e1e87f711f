import { assertEquals, assertMatch } from "@std/assert";
import { RunError } from "../src/errors.ts";
import type { ActionRunner, StatusReporter } from "../src/runner.ts";
import { aStage, type Changes, leftOf, NEVER, noRetry, untilAborted } from "./lab/manager_lab.ts";

const forever = () => new Promise<never>(() => {});

const GIVEN_UP = /; the runner demo\.work did not heed it and was given up$/;

/** Runs until SIGTERM after 5 s; returns how the run ended, and how long after the signal. */
async function terminated(changes: Changes) {
  const { manager, clock, reported } = aStage(changes);
  const stop = new AbortController();
  let endedAt: number | undefined;
  const ending = manager.execute(stop.signal).finally(() => endedAt = clock.now());
  await clock.advance(5_000);
  stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
  await clock.advance(60_000);
  return { result: await ending, tookMs: endedAt! - 5_000, reported };
}

const steps: { step: keyof ActionRunner; words: string; left: unknown[] }[] = [
  { step: "find", words: "while starting action", left: ["unknown", undefined] },
  { step: "preflight", words: "while starting action", left: ["unknown", undefined] },
  { step: "start", words: "while starting action", left: ["unknown", undefined] },
  { step: "waitForCompletion", words: "while waiting for completion", left: ["unknown", "unknown"] },
];

for (const { step, words, left } of steps) {
  Deno.test(`row 70: execute() gives up a runner whose ${step} does not heed SIGTERM, after 2.5 s`, async () => {
    const { result, tookMs, reported } = await terminated({ runner: { [step]: forever } });
    assertEquals([result.exitCode, tookMs], [143, 2_500]);
    assertEquals(leftOf(result), left);
    assertMatch(result.outcome.message, new RegExp(`^${words}: interrupted by SIGTERM`));
    assertMatch(result.outcome.message, GIVEN_UP);
    assertEquals(reported.at(-1), result.report);
  });
}

Deno.test("row 70: execute() gives up a dry run of the runner's own that does not heed SIGTERM", async () => {
  const { result, tookMs } = await terminated({ context: { dryRun: true }, runner: { dryRun: forever } });
  assertEquals([result.exitCode, result.outcome.left, tookMs], [143, "unknown", 2_500]);
});

Deno.test("row 70: execute() gives up a stop that does not heed SIGTERM, and leaves the work running", async () => {
  const { result, tookMs } = await terminated({
    context: { onTerminate: "stop" },
    runner: { waitForCompletion: untilAborted, stop: forever },
  });
  assertEquals([result.exitCode, result.outcome.left, tookMs], [143, "left running", 2_500]);
});

for (const step of ["check", "report"] as const) {
  Deno.test(`row 70: execute() gives up a reporter whose ${step} does not heed SIGTERM`, async () => {
    const reporter: Partial<StatusReporter> = { [step]: forever };
    const { result, tookMs } = await terminated({ reporter, runner: { waitForCompletion: untilAborted } });
    assertEquals([result.exitCode, tookMs], [143, step === "check" ? 2_500 : 1_500]);
  });
}

Deno.test("row 70: execute() ends within 4 s of SIGTERM where neither runner nor reporter heeds it", async () => {
  const { result, tookMs } = await terminated({
    context: { onTerminate: "stop" },
    runner: { waitForCompletion: forever, stop: forever },
    reporter: { report: (_input, status) => noRetry(status) ? forever() : Promise.resolve() },
  });
  assertEquals([result.exitCode, result.outcome.left, tookMs], [143, "unknown", 4_000]);
});

/** Runs with a time-out of 60 s; returns how the run ended, and how long after that. */
async function timedOut(changes: Changes) {
  const { manager, clock } = aStage({ ...changes, context: { timeoutMs: 60_000, ...changes.context } });
  let endedAt: number | undefined;
  const ending = manager.execute(NEVER).finally(() => endedAt = clock.now());
  await clock.advance(200_000);
  return { result: await ending, tookMs: endedAt! - 60_000 };
}

Deno.test("row 70: execute() gives up a runner that does not heed its time-out, after 10 s", async () => {
  const { result, tookMs } = await timedOut({ runner: { waitForCompletion: forever } });
  assertEquals([result.exitCode, result.report.reason, tookMs], [124, "TimedOut", 10_000]);
  assertEquals(leftOf(result), ["unknown", "unknown"]);
  assertMatch(result.outcome.message, GIVEN_UP);
});

Deno.test("row 70: execute() stops the work of a runner that does not heed its time-out, and does not know more", async () => {
  const told: string[] = [];
  const { result, tookMs } = await timedOut({
    context: { onTimeout: "stop" },
    runner: { waitForCompletion: forever, stop: ({ mode }) => Promise.resolve(void told.push(mode)) },
  });
  assertEquals([result.exitCode, result.outcome.left, told, tookMs], [124, "unknown", ["stop"], 20_000]);
});

Deno.test("row 70: execute() gives up a stop that does not end, after 10 s", async () => {
  const { result, tookMs } = await timedOut({
    context: { onTimeout: "stop" },
    runner: { waitForCompletion: untilAborted, stop: forever },
  });
  assertEquals([result.exitCode, result.outcome.left, tookMs], [124, "left running", 10_000]);
});

Deno.test("row 70: execute() gives up an explanation that does not end", async () => {
  const { result, tookMs } = await timedOut({
    runner: { waitForCompletion: untilAborted, diagnose: forever },
  });
  assertEquals([result.exitCode, result.outcome.left, tookMs], [124, "left running", 10_500]);
});

Deno.test("row 70: execute() gives up a dry run that does not heed its time-out", async () => {
  const { result, tookMs } = await timedOut({ context: { dryRun: true }, runner: { dryRun: forever } });
  assertEquals([result.exitCode, result.outcome.left, tookMs], [124, "unknown", 10_000]);
});

Deno.test("row 70: SIGTERM shortens the time that a runner has after its time-out", async () => {
  const { manager, clock } = aStage({
    context: { timeoutMs: 60_000 },
    runner: { waitForCompletion: forever },
  });
  const stop = new AbortController();
  let endedAt: number | undefined;
  const ending = manager.execute(stop.signal).finally(() => endedAt = clock.now());
  await clock.advance(61_000);
  stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
  await clock.advance(60_000);
  assertEquals([(await ending).exitCode, endedAt], [143, 63_500]);
});
