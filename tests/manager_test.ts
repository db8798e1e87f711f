import { assertEquals } from "@std/assert";
import { DryRunRefusedError, InvalidInputError, RunError } from "../src/errors.ts";
import type { JsonObject } from "../src/text/json.ts";
import { Manager } from "../src/manager.ts";
import type { FindInput, Found, WaitForCompletionInput } from "../src/runner.ts";
import { fakeClock } from "../src/testing/fake_clock.ts";
import { aContext, aWorkObject } from "./lab/builders.ts";
import {
  aStage,
  type Changes,
  endOf,
  failing,
  leftOf,
  MANIFEST,
  NEVER,
  noRetry,
  recordingLog,
  STATUS,
  untilAborted,
} from "./lab/manager_lab.ts";

Deno.test("execute() calls every step in its order and reports twice", async () => {
  const { manager, calls, reported } = aStage();
  const result = await manager.execute(NEVER);
  assertEquals(calls, ["read", "find", "check", "preflight", "start", "report", "wait", "report"]);
  assertEquals(endOf(result), [0, "Succeeded", "all done"]);
  assertEquals(reported, [STATUS, result.report]);
});

Deno.test("execute() accepts a runner with only the required methods", async () => {
  const calls: string[] = [];
  const manager = new Manager({
    runner: {
      name: "least",
      start: () => Promise.resolve({ status: {} }),
      waitForCompletion: () => Promise.resolve({ finishedSuccessfully: true, message: "done" }),
    },
    reporter: {
      check: () => Promise.resolve(),
      report: (_input, status) => Promise.resolve(void calls.push(String(status.phase))),
    },
    context: aContext(),
    readManifest: () => Promise.resolve({}),
    log: (name) => recordingLog(name, []),
    clock: fakeClock(),
  });
  assertEquals((await manager.execute(NEVER)).exitCode, 0);
  assertEquals(calls, ["undefined", "Succeeded"]);
});

Deno.test("execute() hands context, manifest, logger and signal to the runner", async () => {
  const inputs: (FindInput | WaitForCompletionInput)[] = [];
  const keep = (input: FindInput) => Promise.resolve(void inputs.push(input));
  const { manager, logged } = aStage({
    runner: {
      find: (input) => keep(input).then(() => ({})),
      preflight: keep,
      start: (input) => keep(input).then(() => ({ status: STATUS })),
      waitForCompletion: (input) => {
        inputs.push(input);
        return Promise.resolve({ finishedSuccessfully: true, message: "" });
      },
    },
  });
  await manager.execute(NEVER);
  for (const { context, signal, log } of inputs) {
    assertEquals([context, signal.aborted], [aContext(), false]);
    log.info("hello");
  }
  assertEquals(logged, Array(4).fill("runner.demo.work info hello"));
  assertEquals(inputs.map((input) => "manifest" in input ? input.manifest : input.started), [
    MANIFEST,
    MANIFEST,
    MANIFEST,
    { status: STATUS },
  ]);
});

Deno.test("execute() reports a failed work's message in the fixed words", async () => {
  const { manager, reported } = aStage({
    runner: {
      waitForCompletion: () =>
        Promise.resolve({
          finishedSuccessfully: false,
          message: "Workflow ended in phase Failed",
          finishedAt: "2026-01-01T00:00:00Z",
          outputs: { parameters: { a: "b" } },
        }),
    },
  });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [
    10,
    "WorkFailed",
    'finished unsuccessfully [details: "Workflow ended in phase Failed"]',
  ]);
  const { phase, finishedSuccessfully, finishedAt, outputs } = reported.at(-1) ?? {};
  assertEquals([phase, finishedSuccessfully, finishedAt, outputs], [
    "Failed",
    false,
    "2026-01-01T00:00:00Z",
    { parameters: { a: "b" } },
  ]);
  assertEquals(leftOf(result), ["finished", "finished"]);
});

const failures: {
  step: string;
  words: string;
  changes: (fail: () => Promise<never>) => Changes;
  calls: string[];
}[] = [
  {
    step: "reading the manifest",
    words: "while reading manifest from disk",
    changes: (readManifest) => ({ readManifest }),
    calls: ["read", "report"],
  },
  {
    step: "the look for an existing object",
    words: "while starting action",
    changes: (find) => ({ runner: { find } }),
    calls: ["read", "find", "report"],
  },
  {
    step: "the status reporter's check",
    words: "while setting status",
    changes: (check) => ({ reporter: { check } }),
    calls: ["read", "find", "check", "report"],
  },
  {
    step: "the preflight",
    words: "while starting action",
    changes: (preflight) => ({ runner: { preflight } }),
    calls: ["read", "find", "check", "preflight", "report"],
  },
  {
    step: "the start",
    words: "while starting action",
    changes: (start) => ({ runner: { start } }),
    calls: ["read", "find", "check", "preflight", "start", "report"],
  },
  {
    step: "the wait",
    words: "while waiting for completion",
    changes: (waitForCompletion) => ({ runner: { waitForCompletion } }),
    calls: ["read", "find", "check", "preflight", "start", "report", "wait", "report"],
  },
];

for (const { step, words, changes, calls: expected } of failures) {
  Deno.test(`execute() ends where ${step} fails, with the step's words and the error's reason`, async () => {
    const { manager, calls, reported } = aStage(changes(failing(new RunError("NameTaken", "it is taken"))));
    const result = await manager.execute(NEVER);
    assertEquals(endOf(result), [23, "NameTaken", `${words}: it is taken`]);
    assertEquals(calls, expected);
    assertEquals(reported.at(-1), result.report);
  });

  Deno.test(`execute() takes a foreign exception in ${step} for an internal error`, async () => {
    for (const thrown of [new TypeError("x is undefined"), "x is undefined"]) {
      const { manager } = aStage(changes(failing(thrown)));
      const result = await manager.execute(NEVER);
      assertEquals(endOf(result), [70, "InternalError", `${words}: x is undefined`]);
      assertEquals("finishedSuccessfully" in result.report, false);
    }
  });

  Deno.test(`execute() catches what ${step} throws before it returns a promise`, async () => {
    const { manager } = aStage(changes(() => {
      throw new RunError("RefusedByApi", "no");
    }));
    assertEquals(endOf(await manager.execute(NEVER)), [20, "RefusedByApi", `${words}: no`]);
  });
}

Deno.test("execute() ends with 2 after bad input, and says of what is left only that nothing was created", async () => {
  const { manager, reported } = aStage({ readManifest: failing(new InvalidInputError('"/x" is not found')) });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [2, "InvalidInput", 'while reading manifest from disk: "/x" is not found']);
  assertEquals(leftOf(result), ["not created", undefined]);
  assertEquals(reported.map(({ phase }) => phase), ["Refused"]);
});

const existingObjects = [
  { state: "runs", object: aWorkObject({ adopted: true, finished: false }), reports: 2 },
  { state: "has finished", object: aWorkObject({ adopted: true, finished: true }), reports: 1 },
];

for (const { state, object, reports } of existingObjects) {
  Deno.test(`execute() reports ${reports === 1 ? "only the end" : "twice"} where the adopted object ${state}`, async () => {
    const { manager, calls, reported } = aStage({
      runner: { find: () => Promise.resolve({ existing: object }) },
    });
    const result = await manager.execute(NEVER);
    assertEquals(result.exitCode, 0);
    assertEquals(calls.filter((call) => call === "report").length, reports);
    assertEquals(reported.map(noRetry), reports === 1 ? [true] : [false, true]);
    assertEquals((result.report.object as JsonObject).adopted, true);
  });
}

Deno.test("row 69: execute() says that a policy refuses the dry run, and goes on to the start", async () => {
  const { manager, calls, logged } = aStage({
    runner: { preflight: failing(new DryRunRefusedError("no dry runs")) },
  });
  assertEquals((await manager.execute(NEVER)).exitCode, 0);
  assertEquals(calls, ["read", "find", "check", "preflight", "start", "report", "wait", "report"]);
  const said = "the dry run before the start is refused, going on without it: no dry runs";
  assertEquals(logged.includes(`runner.demo.work warn ${said}`), true, logged.join("\n"));
});

Deno.test("row 69: execute() ends with 20 if both the dry run and the start are refused", async () => {
  const { manager } = aStage({
    runner: {
      preflight: failing(new DryRunRefusedError("no work on Fridays")),
      start: failing(new RunError("RefusedByApi", "no work on Fridays")),
    },
  });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [20, "RefusedByApi", "while starting action: no work on Fridays"]);
  assertEquals(result.outcome.left, "not created");
});

Deno.test("execute() hands an existing object to the start, and skips check and preflight", async () => {
  const object = aWorkObject({ adopted: true });
  const { manager, calls } = aStage({
    runner: {
      find: () => Promise.resolve({ existing: object }),
      preflight: failing(new RunError("RefusedByApi", "no")),
    },
    reporter: { check: failing(new RunError("TargetMissing", "no status object")) },
  });
  const result = await manager.execute(NEVER);
  assertEquals(result.exitCode, 0);
  assertEquals(calls, ["read", "find", "start", "report", "wait", "report"]);
  assertEquals(result.outcome.started?.object, object);
});

Deno.test("execute() ends with 35 if an existing object's success cannot be reported", async () => {
  const { manager } = aStage({
    runner: { find: () => Promise.resolve({ existing: aWorkObject({ adopted: true, finished: true }) }) },
    reporter: {
      check: failing(new RunError("TargetMissing", "no status object")),
      report: failing(new RunError("TargetMissing", "no status object")),
    },
  });
  assertEquals(endOf(await manager.execute(NEVER)), [
    35,
    "StatusNotWritten",
    "while setting status: no status object",
  ]);
});

Deno.test("execute() in a dry run stores nothing, calls no preflight and writes no report", async () => {
  const { manager, calls, logged } = aStage({ context: { dryRun: true } });
  const result = await manager.execute(NEVER);
  assertEquals(calls, ["read", "find", "check", "start"]);
  assertEquals(endOf(result), [
    0,
    "Succeeded",
    "dry run: the API server accepts the work, nothing was created",
  ]);
  assertEquals([leftOf(result)[0], "finishedSuccessfully" in result.report], ["not created", false]);
  assertEquals(logged, ["manager info dry run: the API server accepts the work, nothing was created"]);
});

Deno.test("execute() gives a dry run that is refused the code of the refusal", async () => {
  const { manager } = aStage({
    context: { dryRun: true },
    runner: { start: failing(new RunError("RefusedByApi", "invalid")) },
  });
  assertEquals(endOf(await manager.execute(NEVER)), [20, "RefusedByApi", "while starting action: invalid"]);
});

Deno.test("execute() in a dry run calls the runner's own dryRun instead of start", async () => {
  const { manager, calls } = aStage({
    context: { dryRun: true },
    runner: { dryRun: () => Promise.resolve({ status: STATUS, message: "helm accepts it" }) },
  });
  const result = await manager.execute(NEVER);
  assertEquals(calls, ["read", "find", "check", "dryRun"]);
  assertEquals(endOf(result), [0, "Succeeded", "dry run: helm accepts it"]);
  assertEquals([result.report.workRef, leftOf(result)[0]], [STATUS.workRef, "not created"]);
});

Deno.test("execute() hands what find returned to the next steps, and what start returned to the last ones", async () => {
  const handed: unknown[] = [];
  const note = (step: string, { found, started }: { found?: unknown; started?: unknown }) =>
    void handed.push([step, found ?? started]);
  const found: Found & { plan: string } = { plan: "upgrade" };
  const started = { status: STATUS, object: aWorkObject(), release: "web" };
  const { manager } = aStage({
    context: { onTimeout: "stop" },
    runner: {
      find: () => Promise.resolve(found),
      preflight: (input) => Promise.resolve(note("preflight", input)),
      start: (input) => Promise.resolve(started).finally(() => note("start", input)),
      waitForCompletion: (input) => {
        note("wait", input);
        return Promise.reject(new RunError("TimedOut", "too late"));
      },
      diagnose: (input) => Promise.resolve(undefined).finally(() => note("diagnose", input)),
      stop: (input) => Promise.resolve(note("stop", input)),
    },
  });
  await manager.execute(NEVER);
  assertEquals(handed, [
    ["preflight", found],
    ["start", found],
    ["wait", started],
    ["diagnose", started],
    ["stop", started],
    ["wait", started],
  ]);
});

Deno.test("execute() hands what find returned to a runner's own dry run", async () => {
  const found: Found & { plan: string } = { plan: "upgrade" };
  let handed: unknown;
  const { manager } = aStage({
    context: { dryRun: true },
    runner: {
      find: () => Promise.resolve(found),
      dryRun: (input) => {
        handed = input.found;
        return Promise.resolve({ status: STATUS, message: "helm accepts it" });
      },
    },
  });
  await manager.execute(NEVER);
  assertEquals(handed, found);
});

Deno.test("execute() does not call dryRun for existing work", async () => {
  const { manager, calls } = aStage({
    context: { dryRun: true },
    runner: {
      find: () => Promise.resolve({ existing: aWorkObject() }),
      dryRun: () => Promise.resolve({ status: STATUS, message: "helm accepts it" }),
    },
  });
  await manager.execute(NEVER);
  assertEquals(calls, ["read", "find", "start"]);
});

Deno.test("execute() gives dryRun no more time than the work", async () => {
  const { manager, clock } = aStage({
    context: { dryRun: true, timeoutMs: 60_000 },
    runner: { dryRun: untilAborted },
  });
  const result = manager.execute(NEVER);
  await clock.advance(60_000);
  assertEquals(endOf(await result).slice(0, 2), [124, "TimedOut"]);
  assertEquals(leftOf(await result)[0], "not created");
});
