import { assert, assertEquals, assertMatch } from "@std/assert";
import { InvalidInputError, RunError } from "../src/errors.ts";
import { EXIT_CODES, type Reason } from "../src/exit_codes.ts";
import type { JsonObject } from "../src/json.ts";
import type { Log } from "../src/log.ts";
import { type ExecuteResult, Manager } from "../src/manager.ts";
import type {
  ActionRunner,
  ExecutionContext,
  StartInput,
  StatusReporter,
  StepInput,
  WaitForCompletionInput,
} from "../src/runner.ts";
import { type FakeClock, fakeClock } from "../src/testing/fake_clock.ts";
import { aContext, aWorkObject } from "./builders.ts";

const MANIFEST = { entrypoint: "main" };
const STATUS = { workRef: { name: "demo" } };
const NEVER = new AbortController().signal;

/** What a test wants otherwise than in a run in which all goes well. */
interface Changes {
  runner?: Partial<ActionRunner>;
  reporter?: Partial<StatusReporter>;
  context?: Partial<ExecutionContext>;
  readManifest?: () => Promise<JsonObject>;
}

/** A Manager among fakes, and what it did with them. */
interface Stage {
  manager: Manager;
  clock: FakeClock;
  /** The calls in their order. */
  calls: string[];
  /** The statuses that were reported. */
  reported: JsonObject[];
  /** The log's lines, each led by its logger and level. */
  logged: string[];
}

function aStage({ runner = {}, reporter = {}, context = {}, readManifest }: Changes = {}): Stage {
  const clock = fakeClock();
  const [calls, reported, logged]: [string[], JsonObject[], string[]] = [[], [], []];
  const log = (name: string) => recordingLog(name, logged);
  const called = <A extends unknown[], R>(name: string, work: (...args: A) => R) => (...args: A): R => {
    calls.push(name);
    return work(...args);
  };
  const manager = new Manager({
    runner: {
      name: "demo.work",
      find: called("find", runner.find ?? (() => Promise.resolve(undefined))),
      preflight: called("preflight", runner.preflight ?? (() => Promise.resolve())),
      start: called(
        "start",
        runner.start ??
          (({ existing }) => Promise.resolve({ status: STATUS, object: existing ?? aWorkObject() })),
      ),
      waitForCompletion: called(
        "wait",
        runner.waitForCompletion ??
          (() => Promise.resolve({ finishedSuccessfully: true, message: "all done" })),
      ),
      ...(runner.stop ? { stop: runner.stop } : {}),
    },
    reporter: {
      check: called("check", reporter.check ?? (() => Promise.resolve())),
      report: called("report", (input, status: JsonObject) => {
        reported.push(status);
        return reporter.report?.(input, status) ?? Promise.resolve();
      }),
    },
    context: aContext(context),
    readManifest: called("read", readManifest ?? (() => Promise.resolve(MANIFEST))),
    log,
    clock,
  });
  return { manager, clock, calls, reported, logged };
}

/** What the Manager logs once the work is there. */
const CREATED = 'manager info Work "demo" is created';

function recordingLog(name: string, logged: string[]): Log {
  const at = (level: string) => (message: string) => {
    logged.push(`${name} ${level} ${message}`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Something that fails. */
function failing(error: unknown): () => Promise<never> {
  return () => Promise.reject(error);
}

/** A step that never ends by itself. */
function untilAborted({ signal }: { signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) => {
    heldSignals.push(signal);
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

const heldSignals: AbortSignal[] = [];

function endOf({ exitCode, report }: ExecuteResult): [number, unknown, unknown] {
  return [exitCode, report.reason, report.message];
}

function leftOf({ outcome, report }: ExecuteResult): [string, unknown] {
  return [outcome.left, (report.object as JsonObject | undefined)?.left];
}

/** Statuses that are written at the start have no reason yet. */
function isFinal(status: JsonObject): boolean {
  return "reason" in status;
}

function finalStatusUnwritable(): Partial<StatusReporter> {
  return {
    report: (_input, status) =>
      isFinal(status)
        ? Promise.reject(new RunError("NotAllowed", "Cannot patch it: forbidden"))
        : Promise.resolve(),
  };
}

Deno.test("execute() calls every step in its order and reports twice", async () => {
  const { manager, calls, reported } = aStage();
  const result = await manager.execute(NEVER);
  assertEquals(calls, ["read", "find", "check", "preflight", "start", "report", "wait", "report"]);
  assertEquals(endOf(result), [0, "Succeeded", "all done"]);
  assertEquals(reported, [STATUS, result.report]);
});

Deno.test("execute() does with a runner that has only what is required", async () => {
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
  const inputs: (StartInput | WaitForCompletionInput)[] = [];
  const keep = (input: StartInput) => Promise.resolve(void inputs.push(input));
  const { manager, logged } = aStage({
    runner: {
      find: (input) => keep(input).then(() => undefined),
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

Deno.test("execute() tells a failed work's message in the fixed words", async () => {
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

Deno.test("execute() gives bad input the exit code 2 and no word on what is left but that nothing was created", async () => {
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
    const { manager, calls, reported } = aStage({ runner: { find: () => Promise.resolve(object) } });
    const result = await manager.execute(NEVER);
    assertEquals(result.exitCode, 0);
    assertEquals(calls.filter((call) => call === "report").length, reports);
    assertEquals(reported.map(isFinal), reports === 1 ? [true] : [false, true]);
    assertEquals((result.report.object as JsonObject).adopted, true);
  });
}

Deno.test("execute() hands the existing object to the start and lets no check or preflight end the run", async () => {
  const object = aWorkObject({ adopted: true });
  const { manager, calls } = aStage({
    runner: { find: () => Promise.resolve(object), preflight: failing(new RunError("RefusedByApi", "no")) },
    reporter: { check: failing(new RunError("TargetMissing", "no status object")) },
  });
  const result = await manager.execute(NEVER);
  assertEquals(result.exitCode, 0);
  assertEquals(calls, ["read", "find", "start", "report", "wait", "report"]);
  assertEquals(result.outcome.started?.object, object);
});

Deno.test("execute() ends with 35 where an existing object's success cannot be reported", async () => {
  const { manager } = aStage({
    runner: { find: () => Promise.resolve(aWorkObject({ adopted: true, finished: true })) },
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

Deno.test("execute() asks and creates nothing for real in a dry run, and reports nothing", async () => {
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

Deno.test("execute() goes on where the first status cannot be written, and warns", async () => {
  const { manager, calls, logged } = aStage({
    reporter: {
      report: (_input, status) =>
        isFinal(status) ? Promise.resolve() : Promise.reject(new RunError("NotAllowed", "forbidden")),
    },
  });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [0, "Succeeded", "all done"]);
  assertEquals(calls.slice(-3), ["report", "wait", "report"]);
  assertEquals(logged, [CREATED, "manager warn while setting status: forbidden"]);
});

Deno.test("execute() gives the first status up after 10 s, so that the wait begins", async () => {
  const { manager, calls, clock, logged } = aStage({
    reporter: { report: (input, status) => isFinal(status) ? Promise.resolve() : untilAborted(input) },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(9_999);
  assertEquals(calls.at(-1), "report");
  await clock.advance(1);
  assertEquals((await ending).exitCode, 0);
  assertEquals(logged, [
    CREATED,
    "manager warn while setting status: the status could not be written within 10s",
  ]);
});

Deno.test("execute() ends with 35 where a success cannot be reported, and still tells the verdict", async () => {
  const { manager } = aStage({ reporter: finalStatusUnwritable() });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [35, "StatusNotWritten", "while setting status: Cannot patch it: forbidden"]);
  assertEquals([result.report.phase, result.report.finishedSuccessfully], ["Succeeded", true]);
  assertEquals(leftOf(result), ["finished", "finished"]);
});

Deno.test("execute() stays with 10 where a failure cannot be reported, and logs that", async () => {
  const { manager, logged } = aStage({
    runner: {
      waitForCompletion: () => Promise.resolve({ finishedSuccessfully: false, message: "it failed" }),
    },
    reporter: finalStatusUnwritable(),
  });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [10, "WorkFailed", 'finished unsuccessfully [details: "it failed"]']);
  assertEquals(logged, [CREATED, "manager error while setting status: Cannot patch it: forbidden"]);
});

Deno.test("execute() says nothing of a status that cannot be written where the input was bad", async () => {
  const { manager, logged } = aStage({
    readManifest: failing(new InvalidInputError("bad")),
    reporter: finalStatusUnwritable(),
  });
  assertEquals((await manager.execute(NEVER)).exitCode, 2);
  assertEquals(logged, []);
});

const reportTimes: { what: string; changes: Changes; signal: AbortSignal; ms: number; exitCode: number }[] = [
  { what: "30 s", changes: {}, signal: NEVER, ms: 30_000, exitCode: 35 },
  {
    what: "600 ms where the input was bad",
    changes: { readManifest: failing(new InvalidInputError("bad")) },
    signal: NEVER,
    ms: 600,
    exitCode: 2,
  },
  {
    what: "1.5 s after a signal",
    changes: { runner: { find: (input) => untilAborted(input) } },
    signal: AbortSignal.abort(new RunError("Terminated", "interrupted by SIGTERM")),
    ms: 1_500,
    exitCode: 143,
  },
];

for (const { what, changes, signal, ms, exitCode } of reportTimes) {
  Deno.test(`execute() gives the final report up after ${what}`, async () => {
    const { manager, clock } = aStage({
      ...changes,
      reporter: { report: (input, status) => isFinal(status) ? untilAborted(input) : Promise.resolve() },
    });
    let ended = false;
    const ending = manager.execute(signal).finally(() => ended = true);
    await clock.advance(ms - 1);
    assertEquals(ended, false);
    await clock.advance(1);
    assertEquals(ended, true);
    assertEquals((await ending).exitCode, exitCode);
  });
}

for (const key of ["runner", "phase", "exitCode", "object", "failure"]) {
  Deno.test(`execute() refuses a runner's status with the report's key ${key}, and the object stays known`, async () => {
    const { manager, calls, reported } = aStage({
      runner: { start: () => Promise.resolve({ status: { own: 1, [key]: "mine" }, object: aWorkObject() }) },
    });
    const result = await manager.execute(NEVER);
    assertEquals(endOf(result), [
      70,
      "InternalError",
      `while starting action: The runner's status uses keys of the report: ${key}`,
    ]);
    assertEquals(calls.slice(-2), ["start", "report"]);
    assertEquals((reported[0]?.object as JsonObject).uid, "uid-1");
  });
}

const timeouts: { what: string; ageMs?: number; adopted?: boolean; endsAfterMs: number }[] = [
  { what: "a new object's creation", endsAfterMs: 60_000 },
  {
    what: "a new object's creation, by a clock an hour fast",
    ageMs: 3_600_000,
    adopted: false,
    endsAfterMs: 60_000,
  },
  {
    what: "a new object's creation, by a clock an hour slow",
    ageMs: -3_600_000,
    adopted: false,
    endsAfterMs: 60_000,
  },
  { what: "now for an object that seems to be of the future", ageMs: -3_600_000, endsAfterMs: 60_000 },
  { what: "the creation of an object that is 45 s old", ageMs: 45_000, endsAfterMs: 15_000 },
  { what: "the creation of an object that is a day old", ageMs: 86_400_000, endsAfterMs: 0 },
];

for (const { what, ageMs, adopted = true, endsAfterMs } of timeouts) {
  Deno.test(`execute() counts the time-out from ${what}`, async () => {
    const object = aWorkObject({ adopted, ...(ageMs === undefined ? {} : { ageMs }) });
    const { manager, clock } = aStage({
      context: { timeoutMs: 60_000 },
      runner: {
        start: () => Promise.resolve({ status: STATUS, object }),
        waitForCompletion: untilAborted,
      },
    });
    let ended = false;
    const ending = manager.execute(NEVER).finally(() => ended = true);
    await clock.advance(endsAfterMs - 1);
    assertEquals(ended, false);
    await clock.advance(1);
    assertEquals(ended, true);
    const result = await ending;
    assertEquals(endOf(result), [
      124,
      "TimedOut",
      "while waiting for completion: the work did not end within 1m of its creation",
    ]);
    assertEquals(leftOf(result), ["left running", "left running"]);
    assertEquals([result.report.phase, "finishedSuccessfully" in result.report], ["Unknown", false]);
  });
}

Deno.test("execute() counts the time-out from the creation also where the first report is slow", async () => {
  const { manager, clock } = aStage({
    context: { timeoutMs: 60_000 },
    runner: { waitForCompletion: untilAborted },
    reporter: { report: (input, status) => isFinal(status) ? Promise.resolve() : untilAborted(input) },
  });
  let ended = false;
  const ending = manager.execute(NEVER).finally(() => ended = true);
  await clock.advance(60_000);
  const endedInTime = ended;
  await clock.advance(60_000);
  await ending;
  assert(endedInTime, "the time-out began to count after the first report");
});

Deno.test("execute() has no time-out where none is set", async () => {
  const { manager, clock } = aStage({ runner: { waitForCompletion: untilAborted } });
  const stop = new AbortController();
  let ended = false;
  const ending = manager.execute(stop.signal).finally(() => ended = true);
  await clock.advance(1_000_000_000);
  assertEquals(ended, false);
  stop.abort(new RunError("Interrupted", "interrupted by SIGINT"));
  assertEquals((await ending).exitCode, 130);
});

Deno.test("execute() believes a verdict that comes after the time-out", async () => {
  const { manager, clock } = aStage({
    context: { timeoutMs: 1_000 },
    runner: {
      waitForCompletion: (input) =>
        untilAborted(input).catch(() => ({ finishedSuccessfully: true, message: "just in time" })),
    },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(1_000);
  assertEquals(endOf(await ending), [0, "Succeeded", "just in time"]);
});

const signals: { reason: Reason; code: number; name: string }[] = [
  { reason: "Terminated", code: 143, name: "SIGTERM" },
  { reason: "Interrupted", code: 130, name: "SIGINT" },
];

const interrupted: { when: string; words: string; changes: Changes; left: [string, string | undefined] }[] = [
  {
    when: "before the name is known to be free",
    words: "while starting action",
    changes: { runner: { find: untilAborted } },
    left: ["unknown", undefined],
  },
  {
    when: "in the status reporter's check",
    words: "while setting status",
    changes: { reporter: { check: untilAborted } },
    left: ["not created", undefined],
  },
  {
    when: "while the work runs",
    words: "while waiting for completion",
    changes: { runner: { waitForCompletion: untilAborted } },
    left: ["left running", "left running"],
  },
  {
    when: "while the first report is written",
    words: "while waiting for completion",
    changes: {
      runner: { waitForCompletion: untilAborted },
      reporter: { report: (input, status) => isFinal(status) ? Promise.resolve() : untilAborted(input) },
    },
    left: ["left running", "left running"],
  },
  {
    when: "while an existing object is taken over",
    words: "while starting action",
    changes: {
      runner: { find: () => Promise.resolve(aWorkObject({ adopted: true })), start: untilAborted },
    },
    left: ["unknown", undefined],
  },
];

for (const { reason, code, name } of signals) {
  for (const { when, words, changes, left } of interrupted) {
    Deno.test(`execute() ends with ${code} on ${name} ${when}, and leaves the work ${left[0]}`, async () => {
      const stop = new AbortController();
      const { manager, clock, reported, logged } = aStage(changes);
      const ending = manager.execute(stop.signal);
      await clock.advance(0);
      stop.abort(new RunError(reason, `interrupted by ${name}`));
      const result = await ending;
      assertEquals(endOf(result), [code, reason, `${words}: interrupted by ${name}`]);
      assertEquals(leftOf(result), left);
      assertEquals(reported.at(-1), result.report);
      assertEquals(logged.filter((line) => line !== CREATED), []);
    });
  }
}

Deno.test("execute() gives the final report up 1.5 s after a signal in the midst of it, and keeps the verdict", async () => {
  const stop = new AbortController();
  const { manager, clock } = aStage({
    runner: {
      waitForCompletion: () => Promise.resolve({ finishedSuccessfully: false, message: "it failed" }),
    },
    reporter: { report: (input, status) => isFinal(status) ? untilAborted(input) : Promise.resolve() },
  });
  let ended = false;
  const ending = manager.execute(stop.signal).finally(() => ended = true);
  await clock.advance(10_000);
  stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
  await clock.advance(1_499);
  assertEquals(ended, false);
  await clock.advance(1);
  assertEquals(ended, true);
  assertEquals(endOf(await ending), [10, "WorkFailed", 'finished unsuccessfully [details: "it failed"]']);
});

Deno.test("execute() believes an error that knows better than the table what is left", async () => {
  const error = new RunError("Terminated", "interrupted by SIGTERM", { left: "unknown" });
  const { manager } = aStage({ runner: { start: failing(error) } });
  const result = await manager.execute(NEVER);
  assertEquals([result.exitCode, result.outcome.left], [143, "unknown"]);
});

Deno.test("execute() goes by the verdict, whatever signal came before it", async () => {
  const { manager } = aStage();
  const result = await manager.execute(
    AbortSignal.abort(new RunError("Terminated", "interrupted by SIGTERM")),
  );
  assertEquals(endOf(result), [0, "Succeeded", "all done"]);
});

Deno.test("execute() keeps the lines of an error of several problems together and leads them once", async () => {
  const { manager } = aStage({
    runner: { find: failing(new InvalidInputError(["a is wrong", "b is wrong"])) },
  });
  const { report } = await manager.execute(NEVER);
  assertEquals(report.message, "while starting action: a is wrong\nb is wrong");
});

Deno.test("execute() names each step once and prints causes no second time", async () => {
  const cause = new Error("no route to host");
  const { manager } = aStage({
    runner: {
      start: failing(new RunError("ApiUnreachable", "Cannot create it: no route to host", { cause })),
    },
  });
  const message = String((await manager.execute(NEVER)).report.message);
  assertMatch(message, /^while starting action: Cannot create it: no route to host$/);
});

Deno.test("execute() never throws, whatever its parts do", async () => {
  const broken = {
    runner: { find: failing(undefined), start: failing(null), waitForCompletion: failing(5) },
    reporter: { check: failing("no"), report: failing(new Error("no")) },
    readManifest: failing({}),
  };
  const parts: Changes[] = [
    broken,
    { runner: broken.runner },
    { reporter: broken.reporter },
    { runner: { start: () => Promise.resolve(undefined as unknown as { status: JsonObject }) } },
    { runner: { waitForCompletion: () => Promise.resolve(undefined as never) } },
  ];
  for (const changes of parts) {
    const { exitCode, report } = await aStage(changes).manager.execute(NEVER);
    assertEquals([exitCode, report.reason], [70, "InternalError"]);
  }
});

for (const reason of Object.keys(EXIT_CODES) as Reason[]) {
  if (reason === "Succeeded" || reason === "StatusNotWritten") continue;
  Deno.test(`execute() ends with ${EXIT_CODES[reason].code} for ${reason}`, async () => {
    const wait = (_input: StepInput) => Promise.reject(new RunError(reason, "so it is"));
    const { exitCode, report } = await aStage({ runner: { waitForCompletion: wait } }).manager.execute(NEVER);
    assertEquals([exitCode, report.phase], [EXIT_CODES[reason].code, EXIT_CODES[reason].phase]);
  });
}

const stops: [string, Partial<ExecutionContext>, string[], string, string][] = [
  [
    "terminates the work when the time is up",
    { timeoutMs: 5_000, onTimeout: "terminate" },
    ["terminate TimedOut"],
    "TimedOut",
    "stopped",
  ],
  [
    "stops the work when the time is up",
    { timeoutMs: 5_000, onTimeout: "stop" },
    ["stop TimedOut"],
    "TimedOut",
    "stopped",
  ],
  [
    "leaves the work when the time is up",
    { timeoutMs: 5_000, onTerminate: "stop" },
    [],
    "TimedOut",
    "left running",
  ],
  ["stops the work on SIGTERM", { onTerminate: "stop" }, ["stop Terminated"], "Terminated", "stopped"],
  ["leaves the work on SIGTERM", { onTimeout: "stop" }, [], "Terminated", "left running"],
];

for (const [what, context, expected, reason, left] of stops) {
  Deno.test(`execute() ${what}, if the settings say so`, async () => {
    const told: string[] = [];
    const { manager, clock } = aStage({
      context,
      runner: {
        waitForCompletion: untilAborted,
        stop: ({ mode, reason }) => Promise.resolve(void told.push(`${mode} ${reason}`)),
      },
    });
    const stop = new AbortController();
    const ending = manager.execute(stop.signal);
    await clock.advance(6_000);
    stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
    const { outcome } = await ending;
    assertEquals([told, outcome.reason, outcome.left], [expected, reason, left]);
  });
}

Deno.test("execute() says that the work is left running where it cannot be stopped", async () => {
  const { manager, clock, logged } = aStage({
    context: { timeoutMs: 5_000, onTimeout: "stop" },
    runner: { waitForCompletion: untilAborted, stop: failing(new Error("forbidden")) },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(6_000);
  assertEquals((await ending).outcome.left, "left running");
  assertEquals(logged.at(-1), "runner.demo.work error Cannot stop the work: forbidden");
});
