import { assertEquals, assertStringIncludes } from "@std/assert";
import { podTests } from "../../lab/example.ts";
import { HELM_IMAGE, revisions } from "./helm.ts";
import { helloWorldChart } from "./charts.ts";
import { startRepository } from "./repository.ts";
import { findExampleStatus, runnerPods, terminationOf, waitForJob } from "../../lab/jobs.ts";

const podTest = podTests("helm-runner", { programs: ["helm"] });

/** The example's manifest, with a repository and an image that the cluster can reach. */
function reachable(text: string, repo: string): string {
  return text.replace(/repo: .*/, `repo: ${repo}`).replace("command:", `image: ${HELM_IMAGE}\ncommand:`);
}

podTest("the example of the helm-runner runs as a pod, applied in any order", async (space, applyExample) => {
  await using repository = await startRepository([await helloWorldChart()]);
  await applyExample((text) => reachable(text, repository.url));
  assertEquals(await waitForJob(space), "Complete");
  const [pod, ...more] = await runnerPods(space);
  assertEquals(more, []);
  assertEquals(terminationOf(pod!).exitCode, 0);
  assertEquals((await findExampleStatus(space))?.phase, "Succeeded");
  assertEquals(await revisions(space, "hello"), ["1 deployed"]);
});

podTest(
  "what Helm refuses fails the Job at once, with Helm's words as termination message",
  async (space, applyExample) => {
    await using repository = await startRepository([]);
    await applyExample((text) => reachable(text, repository.url));
    assertEquals(await waitForJob(space), "Failed (PodFailurePolicy)");
    const [pod, ...more] = await runnerPods(space);
    assertEquals(more, []);
    const { exitCode, message = "" } = terminationOf(pod!);
    assertEquals(exitCode, 10);
    assertStringIncludes(message, 'chart "hello-world" version "0.1.0" not found');
    assertEquals(await revisions(space, "hello"), []);
  },
);
