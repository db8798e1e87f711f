import { assertEquals } from "@std/assert";
import { InvalidInputError, RunError } from "../src/errors.ts";
import type { JsonObject } from "../src/text/json.ts";
import { Mask } from "../src/io/secrets.ts";
import { aWorkObject } from "./lab/builders.ts";
import {
  aStage,
  type Changes,
  CREATED,
  endOf,
  failing,
  finalStatusUnwritable,
  leftOf,
  NEVER,
  noRetry,
  untilAborted,
} from "./lab/manager_lab.ts";

Deno.test("execute() goes on if the first status cannot be written, and warns", async () => {
  const { manager, calls, logged } = aStage({
    reporter: {
      report: (_input, status) =>
        noRetry(status) ? Promise.resolve() : Promise.reject(new RunError("NotAllowed", "forbidden")),
    },
  });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [0, "Succeeded", "all done"]);
  assertEquals(calls.slice(-3), ["report", "wait", "report"]);
  assertEquals(logged, [CREATED, "manager warn while setting status: forbidden"]);
});

Deno.test("execute() abandons the first status after 10 s, so that the wait begins", async () => {
  const { manager, calls, clock, logged } = aStage({
    reporter: { report: (input, status) => noRetry(status) ? Promise.resolve() : untilAborted(input) },
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

Deno.test("execute() ends with 35 if a success cannot be reported, and still reports the verdict", async () => {
  const { manager } = aStage({ reporter: finalStatusUnwritable() });
  const result = await manager.execute(NEVER);
  assertEquals(endOf(result), [35, "StatusNotWritten", "while setting status: Cannot patch it: forbidden"]);
  assertEquals([result.report.phase, result.report.finishedSuccessfully], ["Succeeded", true]);
  assertEquals(leftOf(result), ["finished", "finished"]);
});

Deno.test("execute() still ends with 10 if a failure cannot be reported, and logs that", async () => {
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

Deno.test("execute() after bad input does not mention a status that cannot be written", async () => {
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
      reporter: { report: (input, status) => noRetry(status) ? untilAborted(input) : Promise.resolve() },
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

const OUTPUTS = {
  parameters: { "max-tokens": "4096", region: "prod-eu-1", token: "abc-123", url: "x:hunter2-and-more" },
};

for (const confidential of [false, true]) {
  Deno.test(
    `execute() hands outputs to a ${confidential ? "" : "not "}confidential reporter as they are, secrets ${
      confidential ? "too" : "left out"
    }`,
    async () => {
      const mask = new Mask();
      mask.hide(["hunter2-and-more", "prod"]);
      const message = "prod took 4096 tokens for hunter2-and-more, in prod-eu-1";
      const { manager, reported } = aStage({
        runner: {
          waitForCompletion: () => Promise.resolve({ finishedSuccessfully: true, message, outputs: OUTPUTS }),
        },
        reporter: { confidential },
        mask,
      });
      const { report } = await manager.execute(NEVER);
      const { token: _token, url: _url, ...parameters } = OUTPUTS.parameters;
      assertEquals(report.message, "*** took 4096 tokens for ***, in prod-eu-1");
      assertEquals([report.outputs, report.outputsWithheld], [{ parameters }, ["token", "url"]]);
      const last = reported.at(-1) ?? {};
      assertEquals(last.outputs, confidential ? OUTPUTS : { parameters });
      assertEquals(last.outputsWithheld, confidential ? undefined : ["token", "url"]);
    },
  );
}
