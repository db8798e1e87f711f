import { assertEquals } from "@std/assert";
import { workflowAccess } from "../../../runners/argo/access.ts";
import type { AccessRule, ExecutionContext } from "../../../src/mod.ts";
import { aContext } from "../../builders.ts";

function textOf({ resource, name, verbs, optional, ofWork }: AccessRule): string {
  const marks = [optional ? "optional" : "", ofWork ? "of the work" : ""].filter((mark) => mark !== "");
  return [`${verbs.join(" ")} ${resource}`, ...name === undefined ? [] : [name], ...marks].join(", ");
}

function accessOf(fields: Partial<ExecutionContext>): string[] {
  return workflowAccess(aContext(fields)).map(textOf);
}

const LEAST = [
  "create workflows",
  "get workflows, demo",
  "list watch workflows, demo, optional",
  "create patch workflowtaskresults, of the work",
  "list pods, optional",
  "get pods, optional",
  "list events, optional",
];
const LOG = "get pods/log, optional";

Deno.test("workflowAccess() of plain settings has no patch of the Workflow", () => {
  assertEquals(accessOf({}), [...LEAST, LOG]);
  assertEquals(accessOf({ onTimeout: "leave", onTerminate: "leave" }), [...LEAST, LOG]);
});

for (const settings of [{ onTimeout: "stop" }, { onTerminate: "terminate" }] as const) {
  Deno.test(`workflowAccess() has the patch that ${JSON.stringify(settings)} needs`, () => {
    assertEquals(accessOf(settings).filter((text) => !LEAST.includes(text)), ["patch workflows, demo", LOG]);
  });
}

Deno.test("workflowAccess() reads logs only where lines are reported or followed", () => {
  assertEquals(accessOf({ logTailLines: 0 }), LEAST);
  assertEquals(accessOf({ logTailLines: 0, followLogs: true }), [...LEAST, LOG]);
});

Deno.test("workflowAccess() of a dry run is what it takes to look at the name and to validate", () => {
  assertEquals(accessOf({ dryRun: true, onTimeout: "stop" }), ["create workflows", "get workflows, demo"]);
});
