import { assertEquals, assertRejects } from "@std/assert";
import { describeWorkflow } from "../../../runners/argo/describe.ts";
import { RunError, type StepInput } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import { aContext } from "../../lab/builders.ts";
import { recordingsOf, refusal, replay } from "../../lab/recorded.ts";

const { recording } = recordingsOf("argo");

const NEVER = new AbortController().signal;

function inputFor(name: string): StepInput {
  const { metadata } = recording(name).object;
  const context = aContext({ name: metadata.name ?? "" });
  context.platform.namespace = metadata.namespace ?? "";
  return { context, signal: NEVER, log: silentLog };
}

Deno.test("describeWorkflow() of a failed Workflow has its steps and its cause", async () => {
  const { kube } = replay(recording("nested-steps"));
  const { state, ended, nodes, failure } = await describeWorkflow(kube, inputFor("nested-steps"));
  assertEquals([state, ended, nodes.length], ["Failed", true, 5]);
  assertEquals([failure?.node, failure?.container, failure?.exitCode], ["outer/inner/deep", "main", 12]);
});

Deno.test("describeWorkflow() of a running Workflow says what it waits for", async () => {
  const { kube } = replay(recording("unschedulable"));
  const { state, ended, failure } = await describeWorkflow(kube, inputFor("unschedulable"));
  assertEquals([state, ended, failure?.reason], ["Running", false, "Unschedulable"]);
});

const refusals = [
  ["notFound", "TargetMissing"],
  ["forbidden", "NotAllowed"],
  ["server", "ApiUnreachable"],
] as const;

for (const [fault, reason] of refusals) {
  Deno.test(`describeWorkflow() ends with ${reason} where the Workflow cannot be read: ${fault}`, async () => {
    const { kube } = replay(recording("exit-code"), () => refusal(fault));
    const error = await assertRejects(() => describeWorkflow(kube, inputFor("exit-code")), RunError);
    assertEquals(error.reason, reason);
  });
}
