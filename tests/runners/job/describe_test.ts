import { assertEquals, assertRejects } from "@std/assert";
import { describeJob } from "../../../runners/job/describe.ts";
import { RunError, type StepInput } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import { aContext } from "../../lab/builders.ts";
import { recordingsOf, refusal, replay } from "../../lab/recorded.ts";

const { recording } = recordingsOf("job");

function inputFor(name: string): StepInput {
  const { metadata: { namespace = "" } } = recording(name).object;
  const context = aContext({ name, platform: { namespace, serviceAccountName: "worker" } });
  return { context, signal: new AbortController().signal, log: silentLog };
}

Deno.test("describeJob() of a succeeded Job has its end, and no failure", async () => {
  const { object, ...others } = recording("success");
  const { kube, asked } = replay({ object, ...others });
  assertEquals(await describeJob(kube, inputFor("success")), {
    kind: "Job",
    name: "success",
    namespace: "job-rec",
    state: "Succeeded (pods: 0 active, 1 succeeded, 0 failed)",
    ended: true,
    message: "Job ended as Complete",
    nodes: [{
      name: "success",
      depth: 0,
      state: "Succeeded",
      startedAt: String(object.status.startTime),
      finishedAt: String(object.status.completionTime),
    }],
    failure: undefined,
  });
  assertEquals(asked, ["Job"]);
});

Deno.test("describeJob() of a failed Job has its cause", async () => {
  const { ended, message, failure } = await describeJob(
    replay(recording("pod-failure-policy")).kube,
    inputFor("pod-failure-policy"),
  );
  assertEquals([ended, failure?.node, failure?.exitCode], [true, "index 0", 42]);
  assertEquals(message?.startsWith("Job ended as Failed: PodFailurePolicy: "), true, message);
});

Deno.test("describeJob() of a running Job says what it waits for", async () => {
  const described = await describeJob(replay(recording("missing-image")).kube, inputFor("missing-image"));
  const { ended, message, failure } = described;
  assertEquals([ended, message, failure?.reason], [false, undefined, "ErrImageNeverPull"]);
});

Deno.test("describeJob() writes secrets of the Job's spec as ***", async () => {
  const recorded = recording("exit-code");
  recorded.logs = { "exit-code-hnd7f/main": "the password is s3cr3t-word\n" };
  recorded.object.spec = {
    template: { spec: { containers: [{ env: [{ name: "PASSWORD", value: "s3cr3t-word" }] }] } },
  };
  const { failure } = await describeJob(replay(recorded).kube, inputFor("exit-code"));
  assertEquals(failure?.logTail, ["the password is ***"]);
});

const refusals = [["notFound", "TargetMissing"], ["forbidden", "NotAllowed"], [
  "server",
  "ApiUnreachable",
]] as const;

for (const [fault, reason] of refusals) {
  Deno.test(`describeJob() ends with ${reason} where the Job cannot be read: ${fault}`, async () => {
    const { kube } = replay(recording("exit-code"), () => refusal(fault));
    const error = await assertRejects(() => describeJob(kube, inputFor("exit-code")), RunError);
    assertEquals(error.reason, reason);
  });
}
