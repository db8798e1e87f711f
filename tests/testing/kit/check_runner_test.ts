import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { ActionRunner } from "../../../src/mod.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { assertRunner, checkRunner, type RunnerCases } from "../../../src/testing/mod.ts";
import { brokenRunners } from "../../lab/broken_runners.ts";
import { podRunner } from "../../lab/pod_runner.ts";

const POD: RunnerCases = {
  manifest: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] },
  succeed: { status: { phase: "Succeeded" } },
  fail: { status: { phase: "Failed" } },
};

Deno.test("checkRunner() finds nothing wrong with a correct runner", async () => {
  const checks = await checkRunner(podRunner, POD);
  assertEquals(checks.filter(({ ok }) => !ok), []);
  assertEquals(checks.map(({ name }) => name), [
    "success",
    "failure",
    "adoption after a restart",
    "its own finished object in deletion",
    "another object of the name",
    "the object of another run",
    "deletion of the object",
    "replacement of the object",
    "labels that claim an end",
    "an expired watch (410)",
    "a lost reply to a create",
    "429 with Retry-After",
    "silent watches",
    "time-out",
    "stop on a time-out",
    "SIGTERM",
    "dry run",
    "a restart at write 1",
  ]);
});

for (const { what, cases = {}, methods, found } of brokenRunners) {
  Deno.test(`checkRunner() finds a runner that ${what}`, async () => {
    const checks = await checkRunner((kube, real) => {
      const sound = podRunner(kube);
      return { ...sound, ...methods(kube, sound, real) };
    }, { ...POD, ...cases });
    for (const [name, words] of Object.entries(found)) {
      assertStringIncludes(checks.find((check) => check.name === name)?.wrong ?? "nothing wrong", words);
    }
  });
}

Deno.test("assertRunner() throws an error that lists all that a runner does wrong", async () => {
  const mute = (kube: KubeClient): ActionRunner => ({
    ...podRunner(kube),
    diagnose: () => Promise.reject(new Error("no such container")),
  });
  const error = await assertRejects(() => assertRunner(mute, POD), Error);
  assertEquals(
    error.message,
    "The runner fails 1 of 18 checks:\n- failure: diagnose threw: no such container",
  );
});

Deno.test("assertRunner() counts the checks that were not tried in one line", async () => {
  const idle = (kube: KubeClient): ActionRunner => ({
    ...podRunner(kube),
    start: () => Promise.resolve({ status: {} }),
  });
  const error = await assertRejects(() => assertRunner(idle, POD), Error);
  assertEquals(error.message.split("\n"), [
    "The runner fails 17 of 17 checks:",
    "- success: start returned no object, so that the report cannot name it",
    "- 16 others: not tried: the work must succeed first; if the runner sleeps, by clockOf(kube)",
  ]);
});
