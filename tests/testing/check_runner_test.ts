import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { argoRunner } from "../../runners/argo/mod.ts";
import { jobRunner } from "../../runners/job/mod.ts";
import type { ActionRunner, KubeClient } from "../../src/mod.ts";
import { assertRunner, checkRunner, type RunnerCases } from "../../src/testing/mod.ts";
import { brokenRunners } from "./broken_runners.ts";
import { podRunner } from "./pod_runner.ts";

const SPEC = { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] };

const POD: RunnerCases = {
  manifest: SPEC,
  succeed: { status: { phase: "Succeeded" } },
  fail: { status: { phase: "Failed" } },
};
const JOB: RunnerCases = {
  manifest: { backoffLimit: 0, template: { spec: SPEC } },
  succeed: { status: { conditions: [{ type: "Complete", status: "True" }] } },
  fail: { status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] } },
};
const phase = (phase: string) => ({
  metadata: {
    labels: { "workflows.argoproj.io/phase": phase, "workflows.argoproj.io/completed": "true" },
  },
  status: { phase },
});
const WORKFLOW: RunnerCases = {
  manifest: { entrypoint: "main", templates: [{ name: "main", container: { image: "busybox" } }] },
  succeed: phase("Succeeded"),
  fail: phase("Failed"),
};

for (
  const [name, runner, cases] of [
    ["the runner of the README", podRunner, POD],
    ["argoRunner()", argoRunner, WORKFLOW],
    ["jobRunner()", jobRunner, JOB],
  ] as const
) {
  Deno.test(`checkRunner() finds nothing wrong with ${name}`, async () => {
    const checks = await checkRunner(runner, cases);
    assertEquals(checks.filter(({ ok }) => !ok), []);
  });
}

for (const { what, methods, found } of brokenRunners) {
  Deno.test(`checkRunner() finds a runner that ${what}`, async () => {
    const checks = await checkRunner((kube) => {
      const sound = podRunner(kube);
      return { ...sound, ...methods(kube, sound) };
    }, POD);
    for (const [name, words] of Object.entries(found)) {
      assertStringIncludes(checks.find((check) => check.name === name)?.wrong ?? "nothing wrong", words);
    }
  });
}

Deno.test("assertRunner() throws all that a runner does wrong", async () => {
  const mute = (kube: KubeClient): ActionRunner => ({
    ...podRunner(kube),
    explain: () => Promise.reject(new Error("no such container")),
  });
  const error = await assertRejects(() => assertRunner(mute, POD), Error);
  assertEquals(
    error.message,
    "The runner fails 1 of 15 checks:\n- failure: explain threw: no such container",
  );
});

Deno.test("assertRunner() tells what could not be tried in one line", async () => {
  const idle = (kube: KubeClient): ActionRunner => ({
    ...podRunner(kube),
    start: () => Promise.resolve({ status: {} }),
  });
  const error = await assertRejects(() => assertRunner(idle, POD), Error);
  assertEquals(error.message.split("\n"), [
    "The runner fails 14 of 14 checks:",
    "- success: start returned no object, so that the report cannot name it",
    "- 13 others: not tried: the work must succeed first",
  ]);
});
