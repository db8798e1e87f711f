import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../lab/cluster.ts";
import { evict } from "../../lab/objects.ts";
import { podTests } from "../../lab/example.ts";
import { scriptJob } from "../../lab/job_work.ts";
import { findExampleStatus, runnerPods, terminationOf, waitForJob } from "../../lab/jobs.ts";

const podTest = podTests("job-runner");

podTest("the job-runner's example runs as a pod, applied in any order", async (space, applyExample) => {
  await applyExample();
  assertEquals(await waitForJob(space), "Complete");
  const [pod] = await runnerPods(space);
  assertEquals(terminationOf(pod!).exitCode, 0);
  const status = await findExampleStatus(space);
  assertEquals([status?.jobRef.name, status?.phase, status?.object.adopted], ["hello", "Succeeded", false]);
});

podTest(
  "a failing Job fails the runner's at once, with the failure as termination message",
  async (space, apply) => {
    await apply(scriptJob("echo the table is empty; exit 3"));
    assertEquals(await waitForJob(space), "Failed (PodFailurePolicy)");
    const [pod, ...others] = await runnerPods(space);
    const { exitCode, message = "" } = terminationOf(pod!);
    assertEquals([exitCode, others.length], [10, 0]);
    assertStringIncludes(message, "exit code: 10 (WorkFailed)");
    assertStringIncludes(message, "log: the table is empty");
  },
);

podTest("an evicted pod's replacement goes on with the same Job", async (space, applyExample) => {
  await applyExample(scriptJob("sleep 40"));
  await eventually("the runner reports its start", 90_000, () => findExampleStatus(space));
  const [pod] = await runnerPods(space);
  await evict({ name: pod?.metadata.name, namespace: space.namespace });
  const interrupted = await eventually("the evicted pod reports its end", 30_000, async () => {
    const status = await findExampleStatus(space);
    return status?.phase === "Unknown" ? status : undefined;
  });
  assertEquals(await waitForJob(space), "Complete");
  const status = await findExampleStatus(space);
  assertEquals([status?.phase, status?.object.adopted], ["Succeeded", true]);
  assertEquals(status?.object.uid, interrupted.object.uid);
});
