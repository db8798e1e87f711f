import { assertEquals } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import type { ActionRunner, ExecutionContext } from "../../src/runner.ts";
import { StartedError } from "../../src/run/started_error.ts";
import { aWorkObject } from "../lab/builders.ts";
import { aStage, endOf, leftOf, NEVER, STATUS, untilAborted } from "../lab/manager_lab.ts";

const OBJECT = aWorkObject();
const STARTED = { status: STATUS, object: OBJECT };
const SIGTERM = new RunError("Terminated", "interrupted by SIGTERM");

/** A `start` that fails with this cause after it has created its object. */
function failingLate(cause: unknown): Pick<ActionRunner, "start"> {
  return { start: () => Promise.reject(new StartedError(STARTED, cause)) };
}

Deno.test("StartedError has its cause's reason and message, and the object is left running", () => {
  const cause = new RunError("NotAllowed", "forbidden", { left: "not created" });
  const error = new StartedError(STARTED, cause);
  assertEquals([error.name, error.reason, error.message, error.left, error.cause, error.started], [
    "StartedError",
    "NotAllowed",
    "forbidden",
    "left running",
    cause,
    STARTED,
  ]);
});

const causes: { cause: Error; reason: Reason; code: number }[] = [
  { cause: SIGTERM, reason: "Terminated", code: 143 },
  { cause: new RunError("TimedOut", "too late"), reason: "TimedOut", code: 124 },
  { cause: new RunError("NotAllowed", "forbidden"), reason: "NotAllowed", code: 21 },
  { cause: new RunError("QuotaExceeded", "full"), reason: "QuotaExceeded", code: 24 },
  { cause: new RunError("Terminated", "SIGTERM", { left: "unknown" }), reason: "Terminated", code: 143 },
  { cause: new TypeError("a bug"), reason: "InternalError", code: 70 },
];

for (const { cause, reason, code } of causes) {
  Deno.test(`row 56: execute() reports the object of a start that fails late (${reason}: ${cause.message})`, async () => {
    const { manager, calls, reported } = aStage({ runner: failingLate(cause) });
    const result = await manager.execute(NEVER);
    assertEquals(endOf(result), [code, reason, `while starting action: ${cause.message}`]);
    assertEquals(leftOf(result), ["left running", "left running"]);
    assertEquals([result.outcome.started, result.report.workRef], [STARTED, STATUS.workRef]);
    assertEquals([calls.at(-2), calls.at(-1), reported], ["start", "report", [result.report]]);
  });
}

const stops: { cause: RunError; context: Partial<ExecutionContext>; told: string[] }[] = [
  { cause: SIGTERM, context: { onTerminate: "stop" }, told: ["stop Terminated uid-1"] },
  { cause: SIGTERM, context: { onTimeout: "stop" }, told: [] },
  {
    cause: new RunError("TimedOut", "too late"),
    context: { onTimeout: "terminate" },
    told: ["terminate TimedOut uid-1"],
  },
];

for (const { cause, context, told } of stops) {
  const setting = JSON.stringify(context);
  Deno.test(`row 56: execute() does what ${setting} says after ${cause.reason} in a start that fails late`, async () => {
    const seen: string[] = [];
    const { manager } = aStage({
      context,
      runner: {
        ...failingLate(cause),
        stop: ({ mode, reason, started }) => {
          seen.push(`${mode} ${reason} ${started.object?.uid}`);
          return Promise.resolve();
        },
        waitForCompletion: () => Promise.resolve({ finishedSuccessfully: false, message: "it was stopped" }),
      },
    });
    const left = told.length > 0 ? "stopped" : "left running";
    assertEquals([leftOf(await manager.execute(NEVER)), seen], [[left, left], told]);
  });
}

Deno.test("row 56: execute() ends with the signal in a start that makes its object and then a second one", async () => {
  const stop = new AbortController();
  const { manager, clock } = aStage({
    runner: {
      start: (input) =>
        untilAborted(input).catch((error) => Promise.reject(new StartedError(STARTED, error))),
    },
  });
  const ending = manager.execute(stop.signal);
  await clock.advance(0);
  stop.abort(SIGTERM);
  const result = await ending;
  assertEquals([result.exitCode, leftOf(result)], [143, ["left running", "left running"]]);
});

Deno.test("execute() reports no object after a failed start in a dry run", async () => {
  const { manager } = aStage({
    context: { dryRun: true },
    runner: failingLate(new RunError("RefusedByApi", "denied")),
  });
  const result = await manager.execute(NEVER);
  assertEquals([result.exitCode, leftOf(result), result.outcome.started], [
    20,
    ["not created", undefined],
    undefined,
  ]);
});

Deno.test("execute() drops a late failing start's status that uses keys of the report", async () => {
  const status = { finishedSuccessfully: true };
  const start = () => Promise.reject(new StartedError({ status, object: OBJECT }, SIGTERM));
  const result = await aStage({ runner: { start } }).manager.execute(NEVER);
  assertEquals(["finishedSuccessfully" in result.report, leftOf(result)[1]], [false, "left running"]);
});
