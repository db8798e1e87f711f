import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { clusterTest } from "../../lab/cluster.ts";
import { type AnyObject, create } from "../../lab/objects.ts";
import { scriptContainer } from "../../lab/job_work.ts";
import { run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject } from "../../lab/workflows.ts";

const LABELS = { app: "mine" };

/** A Job that chooses its pods itself. */
function manualJob(script: string) {
  const spec = { restartPolicy: "Never", containers: [scriptContainer("main", script)] };
  return {
    backoffLimit: 0,
    manualSelector: true,
    selector: { matchLabels: LABELS },
    template: { metadata: { labels: LABELS }, spec },
  };
}

clusterTest(
  "the pods of a Job with manualSelector are explained, and none of another owner",
  async (space) => {
    const { metadata: owner } = await createStatusObject(space);
    // The Job's controller takes a pod for its own unless that has another controller.
    const controller = {
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "work",
      uid: owner?.uid,
      controller: true,
    };
    await create({
      apiVersion: "v1",
      kind: "Pod",
      metadata: {
        name: "another",
        namespace: space.namespace,
        labels: LABELS,
        ownerReferences: [controller],
      },
      spec: { restartPolicy: "Never", containers: [scriptContainer("other", "exit 9")] },
    } as AnyObject);
    const env = await runnerEnv(space, manualJob("echo oh no; exit 3"), { RUNNER_FOLLOW_LOGS: "true" });
    const ended = await run(env, { program: "job-runner" });
    assertEquals(ended.code, 10, ended.stderr);
    const { failure } = reportOf(ended);
    assertObjectMatch(failure, { container: "main", exitCode: 3, reason: "Error", logTail: ["oh no"] });
    assertEquals(failure.pod.startsWith("work-"), true);
    assertStringIncludes(ended.stderr, "oh no");
    const explained = await run(env, { program: "job-runner", args: ["explain"] });
    assertEquals(explained.code, 0, explained.stderr);
    assertStringIncludes(explained.stdout, failure.pod);
  },
);
