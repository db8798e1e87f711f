import { assert, assertEquals, assertMatch } from "@std/assert";
import { InvalidInputError, RunError } from "../src/errors.ts";
import { EXIT_CODES, type Reason } from "../src/exit_codes.ts";
import type { JsonObject } from "../src/text/json.ts";
import type { Clock } from "../src/time/clock.ts";
import type { ActionRunner, ExecutionContext, StepInput } from "../src/runner.ts";
import { aWorkObject } from "./lab/builders.ts";
import {
  aStage,
  type Changes,
  CREATED,
  endOf,
  failing,
  leftOf,
  NEVER,
  noRetry,
  STATUS,
  untilAborted,
} from "./lab/manager_lab.ts";

Deno.test("execute() names the owner if the deleted work belonged to an owner", async () => {
  const gone = new RunError("ObjectGone", "it was deleted");
  const ownerRef = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "u-1" };
  const runner = { waitForCompletion: failing(gone) };
  const owned = await aStage({ runner, context: { ownerRef } }).manager.execute(NEVER);
  assertEquals(endOf(owned), [
    11,
    "ObjectGone",
    'while waiting for completion: it was deleted; it is deleted when its owner ConfigMap "owner" is gone',
  ]);
  const free = await aStage({ runner }).manager.execute(NEVER);
  assertEquals(free.report.message, "while waiting for completion: it was deleted");
});

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
    reporter: { report: (input, status) => noRetry(status) ? Promise.resolve() : untilAborted(input) },
  });
  let ended = false;
  const ending = manager.execute(NEVER).finally(() => ended = true);
  await clock.advance(60_000);
  const endedInTime = ended;
  await clock.advance(60_000);
  await ending;
  assert(endedInTime, "the time-out began to count after the first report");
});

Deno.test("execute() has no time-out if the settings have none", async () => {
  const { manager, clock } = aStage({ runner: { waitForCompletion: untilAborted } });
  const stop = new AbortController();
  let ended = false;
  const ending = manager.execute(stop.signal).finally(() => ended = true);
  await clock.advance(1_000_000_000);
  assertEquals(ended, false);
  stop.abort(new RunError("Interrupted", "interrupted by SIGINT"));
  assertEquals((await ending).exitCode, 130);
});

Deno.test("execute() accepts a verdict that comes after the time-out", async () => {
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
      reporter: { report: (input, status) => noRetry(status) ? Promise.resolve() : untilAborted(input) },
    },
    left: ["left running", "left running"],
  },
  {
    when: "while an existing object is taken over",
    words: "while starting action",
    changes: {
      runner: {
        find: () => Promise.resolve({ existing: aWorkObject({ adopted: true }) }),
        start: untilAborted,
      },
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

Deno.test("execute() abandons the final report 1.5 s after a signal during it, and keeps the verdict", async () => {
  const stop = new AbortController();
  const { manager, clock } = aStage({
    runner: {
      waitForCompletion: () => Promise.resolve({ finishedSuccessfully: false, message: "it failed" }),
    },
    reporter: { report: (input, status) => noRetry(status) ? untilAborted(input) : Promise.resolve() },
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

Deno.test("execute() takes what is left from the error, if the error says so, rather than from the table", async () => {
  const error = new RunError("Terminated", "interrupted by SIGTERM", { left: "unknown" });
  const { manager } = aStage({ runner: { start: failing(error) } });
  const result = await manager.execute(NEVER);
  assertEquals([result.exitCode, result.outcome.left], [143, "unknown"]);
});

Deno.test("execute() ends with the verdict, also after an earlier signal", async () => {
  const { manager } = aStage();
  const result = await manager.execute(
    AbortSignal.abort(new RunError("Terminated", "interrupted by SIGTERM")),
  );
  assertEquals(endOf(result), [0, "Succeeded", "all done"]);
});

Deno.test("execute() keeps the lines of an error of several problems together, with one prefix", async () => {
  const { manager } = aStage({
    runner: { find: failing(new InvalidInputError(["a is wrong", "b is wrong"])) },
  });
  const { report } = await manager.execute(NEVER);
  assertEquals(report.message, "while starting action: a is wrong\nb is wrong");
});

Deno.test("execute() names each step once and prints each cause once", async () => {
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

/** Work that runs until it is told to end, and then for some time more. */
function stoppable(clock: () => Clock, endsAfterMs: number): Partial<ActionRunner> & { told: string[] } {
  const told: string[] = [];
  const stopped = Promise.withResolvers<void>();
  return {
    told,
    async waitForCompletion(input) {
      await Promise.race([stopped.promise, untilAborted(input)]);
      await clock().sleep(endsAfterMs, input.signal);
      return { finishedSuccessfully: false, message: "it was stopped" };
    },
    stop({ mode, reason }) {
      told.push(`${mode} ${reason}`);
      stopped.resolve();
      return Promise.resolve();
    },
  };
}

interface StopCase {
  what: string;
  context: Partial<ExecutionContext>;
  /** How long the work goes on when it was told to end. */
  endsAfterMs?: number;
  told: string[];
  reason: Reason;
  left: string;
  /** How long the run goes on after its time or its signal, milliseconds. */
  takesMs: number;
}

const TERMINATE: Partial<ExecutionContext> = { timeoutMs: 5_000, onTimeout: "terminate" };

const stops: StopCase[] = [
  {
    what: "terminates the work when the time is up",
    context: TERMINATE,
    told: ["terminate TimedOut"],
    reason: "TimedOut",
    left: "stopped",
    takesMs: 0,
  },
  {
    what: "stops the work when the time is up",
    context: { ...TERMINATE, onTimeout: "stop" },
    told: ["stop TimedOut"],
    reason: "TimedOut",
    left: "stopped",
    takesMs: 0,
  },
  {
    what: "sees work end some seconds after it was told to (row 67)",
    context: TERMINATE,
    endsAfterMs: 9_000,
    told: ["terminate TimedOut"],
    reason: "TimedOut",
    left: "stopped",
    takesMs: 9_000,
  },
  {
    what: "says that work runs on that does not end within 10 s (row 67)",
    context: TERMINATE,
    endsAfterMs: 60_000,
    told: ["terminate TimedOut"],
    reason: "TimedOut",
    left: "left running",
    takesMs: 10_000,
  },
  {
    what: "leaves the work when the time is up",
    context: { timeoutMs: 5_000, onTerminate: "stop" },
    told: [],
    reason: "TimedOut",
    left: "left running",
    takesMs: 0,
  },
  {
    what: "stops the work on SIGTERM",
    context: { onTerminate: "stop" },
    told: ["stop Terminated"],
    reason: "Terminated",
    left: "stopped",
    takesMs: 0,
  },
  {
    what: "says that work runs on that does not end within 2.5 s of SIGTERM (row 67)",
    context: { onTerminate: "terminate" },
    endsAfterMs: 4_000,
    told: ["terminate Terminated"],
    reason: "Terminated",
    left: "left running",
    takesMs: 2_500,
  },
  {
    what: "leaves the work on SIGTERM",
    context: { onTimeout: "stop" },
    told: [],
    reason: "Terminated",
    left: "left running",
    takesMs: 0,
  },
];

for (const { what, context, endsAfterMs = 0, told, reason, left, takesMs } of stops) {
  Deno.test(`execute() ${what}, if the settings say so`, async () => {
    const runner = stoppable(() => clock, endsAfterMs);
    const { manager, clock } = aStage({ context, runner });
    const stop = new AbortController();
    let ended = false;
    const ending = manager.execute(stop.signal).finally(() => ended = true);
    await clock.advance(5_000);
    if (reason === "Terminated") stop.abort(new RunError(reason, "interrupted by SIGTERM"));
    await clock.advance(Math.max(0, takesMs - 1));
    assertEquals(ended, takesMs === 0);
    await clock.advance(1);
    const { outcome, report } = await ending;
    assertEquals([runner.told, outcome.reason, outcome.left], [told, reason, left]);
    const isSaid = String(report.message).includes("the work was told to end; it has not ended yet");
    assertEquals(isSaid, told.length > 0 && left === "left running");
  });
}

Deno.test("row 67: execute() reports work as stopped that is gone after it was told to end", async () => {
  const gone = new RunError("ObjectGone", "it was deleted");
  let isTold = false;
  const { manager, clock } = aStage({
    context: TERMINATE,
    runner: {
      waitForCompletion: (input) => isTold ? Promise.reject(gone) : untilAborted(input),
      stop: () => Promise.resolve(void (isTold = true)),
    },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(5_000);
  const { outcome } = await ending;
  assertEquals([outcome.reason, outcome.left], ["TimedOut", "stopped"]);
});

Deno.test("row 67: execute() accepts a success that comes before the work could be stopped", async () => {
  let isTold = false;
  const { manager, clock } = aStage({
    context: TERMINATE,
    runner: {
      waitForCompletion: (input) =>
        isTold
          ? Promise.resolve({ finishedSuccessfully: true, message: "just in time" })
          : untilAborted(input),
      stop: () => Promise.resolve(void (isTold = true)),
    },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(5_000);
  const result = await ending;
  assertEquals(endOf(result), [0, "Succeeded", "just in time"]);
  assertEquals([result.outcome.left, result.report.finishedSuccessfully], ["finished", true]);
});

Deno.test("row 67: execute() asks what the work waits for before it stops it", async () => {
  const runner = stoppable(() => clock, 0);
  const { manager, clock } = aStage({
    context: TERMINATE,
    runner: {
      ...runner,
      diagnose: () => Promise.resolve({ reason: runner.told.length > 0 ? "Failed" : "Suspended" }),
    },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(5_000);
  assertEquals((await ending).report.failure, { reason: "Suspended" });
});

Deno.test("execute() reports what the stop of the work may leave behind", async () => {
  const { manager, clock } = aStage({
    context: { timeoutMs: 5_000, onTimeout: "stop" },
    runner: { waitForCompletion: untilAborted, stop: () => Promise.resolve("the lock may be left") },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(15_000);
  const { report } = await ending;
  assertEquals(String(report.message).split("; ").slice(1), [
    "the work was told to end",
    "it has not ended yet",
    "the lock may be left",
  ]);
});

Deno.test("execute() says that the work is left running if it cannot be stopped, and why", async () => {
  const { manager, clock, logged } = aStage({
    context: { timeoutMs: 5_000, onTimeout: "stop" },
    runner: { waitForCompletion: untilAborted, stop: failing(new Error("forbidden")) },
  });
  const ending = manager.execute(NEVER);
  await clock.advance(6_000);
  const { outcome } = await ending;
  assertEquals(outcome.left, "left running");
  assertEquals(logged.at(-1), "runner.demo.work error Cannot stop the work: forbidden");
  assertMatch(outcome.message, /; the work could not be told to end: forbidden$/);
});

for (const when of ["in the midst of it", "before it"]) {
  Deno.test(`execute() cuts an explanation short on a signal ${when}, and keeps the verdict`, async () => {
    const stop = new AbortController();
    const terminate = () => stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
    const { manager, clock, reported } = aStage({
      runner: {
        waitForCompletion() {
          if (when === "before it") terminate();
          return Promise.resolve({ finishedSuccessfully: false, message: "it failed" });
        },
        diagnose: untilAborted,
      },
    });
    const ending = manager.execute(stop.signal);
    await clock.advance(100);
    terminate();
    await clock.advance(1_000);
    const { exitCode } = await ending;
    assertEquals([exitCode, reported.at(-1)?.phase], [10, "Failed"]);
  });
}
