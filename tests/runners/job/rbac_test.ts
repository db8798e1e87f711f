import { assertEquals } from "@std/assert";
import { jobRbac } from "../../../runners/job/rbac.ts";
import type { ExecutionContext } from "../../../src/mod.ts";
import { aContext } from "../../lab/builders.ts";

/** Verbs by resource, and by name where the rule has one. */
function accessOf(fields: Partial<ExecutionContext>): string[] {
  return jobRbac(aContext(fields)).map(({ verbs, resource, name, optional }) =>
    `${verbs.join(" ")} ${resource}${name ? `/${name}` : ""}${optional ? ", optional" : ""}`
  );
}

const OWN = ["create jobs", "get jobs/demo"];
const WATCH = "list watch jobs/demo, optional";
const PODS = ["list pods, optional", "get pods, optional", "list events, optional", "get pods/log, optional"];

const cases: [Partial<ExecutionContext>, string[]][] = [
  [{}, [...OWN, WATCH, ...PODS]],
  [{ onTimeout: "stop" }, [...OWN, WATCH, "patch jobs/demo", ...PODS]],
  [{ onTerminate: "terminate" }, [...OWN, WATCH, "patch delete jobs/demo", ...PODS]],
  [{ logTailLines: 0 }, [...OWN, WATCH, ...PODS.slice(0, -1)]],
  [{ dryRun: true, onTimeout: "stop" }, OWN],
];

for (const [settings, rules] of cases) {
  Deno.test(`jobRbac() of ${JSON.stringify(settings)} is ${rules.length} rules`, () => {
    assertEquals(accessOf(settings), rules);
  });
}
