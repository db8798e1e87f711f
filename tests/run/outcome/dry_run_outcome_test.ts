import { assertEquals } from "@std/assert";
import { dryRunOutcome } from "../../../src/run/outcome/dry_run_outcome.ts";
import { aWorkObject } from "../../lab/builders.ts";

const status = { workRef: { name: "demo" } };
const running = aWorkObject({ adopted: true });
const ended = aWorkObject({ adopted: true, finished: true });
const THERE = "dry run: the work is there already, nothing was created";

Deno.test("dryRunOutcome() of new work leaves nothing, and names no object", () => {
  assertEquals(dryRunOutcome({}, { status }), {
    reason: "Succeeded",
    message: "dry run: the API server accepts the work, nothing was created",
    left: "not created",
    started: { status },
  });
});

Deno.test("dryRunOutcome() has the message of the runner's own dryRun", () => {
  const { message, left } = dryRunOutcome({}, { status, message: "helm accepts it" });
  assertEquals([message, left], ["dry run: helm accepts it", "not created"]);
});

for (const [existing, left] of [[running, "left running"], [ended, "finished"]] as const) {
  Deno.test(`dryRunOutcome() of work that is there already leaves it ${left}`, () => {
    assertEquals(dryRunOutcome({ existing }, { status }), {
      reason: "Succeeded",
      message: THERE,
      left,
      started: { status, object: existing },
    });
  });
}
