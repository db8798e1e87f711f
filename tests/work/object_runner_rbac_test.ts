import { assertEquals } from "@std/assert";
import type { ExecutionContext } from "../../src/runner.ts";
import { objectRunnerRbac } from "../../src/work/object_runner_rbac.ts";
import { aContext } from "../lab/builders.ts";

const type = { apiVersion: "example.org/v1", kind: "Task" };
const stop = { stop: ["patch"], terminate: ["delete"] };
const OF_WORK = { apiGroup: "", resource: "secrets", verbs: ["get"], purpose: "for the work", ofWork: true };
const OWN = ["create tasks", "get tasks", "list watch tasks"];
const PODS = ["list pods", "get pods", "list events", "get pods/log"];

const cases: [Partial<ExecutionContext>, string[]][] = [
  [{}, [...OWN, "get secrets", ...PODS]],
  [{ onTimeout: "terminate" }, [...OWN, "delete tasks", "get secrets", ...PODS]],
  [{ dryRun: true }, OWN.slice(0, 2)],
];

for (const [settings, expected] of cases) {
  Deno.test(`objectRunnerRbac() of ${JSON.stringify(settings)} is ${expected.length} rules`, () => {
    const rules = objectRunnerRbac(aContext(settings), { type, stop, ofWork: () => [OF_WORK] });
    assertEquals(rules.map(({ verbs, resource }) => `${verbs.join(" ")} ${resource}`), expected);
  });
}

Deno.test("objectRunnerRbac() needs no rules of the work in a dry run", () => {
  const ofWork = () => {
    throw new Error("the manifest is not parsed");
  };
  assertEquals(objectRunnerRbac(aContext({ dryRun: true }), { type, stop, ofWork }).length, 2);
});
