import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, type Space } from "../../lab/cluster.ts";
import { type AnyObject, create, read } from "../../lab/objects.ts";
import { type Ended, run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import {
  aWorkflow,
  createStatusObject,
  pauseSpec,
  readStatus,
  uidOf,
  workflowInPhase,
  workflowRef,
} from "../../lab/workflows.ts";

/** Asserts that a run was refused because of an existing object, which is unchanged. */
async function assertNameTaken(space: Space, ended: Ended, before: AnyObject): Promise<void> {
  assertEquals(ended.code, 23, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals(status.reason, "NameTaken");
  assertEquals(status.phase, "Refused");
  assertEquals("object" in status, false);
  const after = await read(workflowRef(space));
  assertEquals(uidOf(after), uidOf(before));
  assertEquals(after.metadata?.resourceVersion, before.metadata?.resourceVersion);
  assertEquals(after.spec, before.spec);
}

/** Runs a Workflow to its end, so that nothing changes it any more. */
async function finishedRun(space: Space, env: Record<string, string>): Promise<AnyObject> {
  const ended = await run(env);
  assertEquals(ended.code, 0, ended.stderr);
  return await workflowInPhase(space, "Succeeded");
}

clusterTest("a name taken by somebody else's Workflow ends with 23 and leaves it alone", async (space) => {
  await createStatusObject(space);
  await create(aWorkflow(space, pauseSpec(1)));
  const foreign = await workflowInPhase(space, "Succeeded");
  const ended = await run(await runnerEnv(space, pauseSpec(1)));
  await assertNameTaken(space, ended, foreign);
  assertStringIncludes(ended.stderr, "not created by an action runner");
});

clusterTest("a name taken by another manifest ends with 23 and the field that differs", async (space) => {
  await createStatusObject(space);
  const earlier = await finishedRun(space, await runnerEnv(space, pauseSpec(1)));
  const ended = await run(await runnerEnv(space, pauseSpec(2)));
  await assertNameTaken(space, ended, earlier);
  assertStringIncludes(ended.stderr, "another manifest");
  assertStringIncludes(ended.stderr, "spec.templates.0.suspend.duration");
});

clusterTest("a name taken for another service account ends with 23", async (space) => {
  await createStatusObject(space);
  const earlier = await finishedRun(space, await runnerEnv(space, pauseSpec(1)));
  const other = { RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "default" };
  const ended = await run(await runnerEnv(space, pauseSpec(1), other));
  await assertNameTaken(space, ended, earlier);
  assertStringIncludes(ended.stderr, "spec.serviceAccountName");
});

clusterTest("RUNNER_ON_EXISTING=refuse does not go on with its own Workflow: 23", async (space) => {
  await createStatusObject(space);
  const earlier = await finishedRun(space, await runnerEnv(space, pauseSpec(1)));
  const ended = await run(await runnerEnv(space, pauseSpec(1), { RUNNER_ON_EXISTING: "refuse" }));
  await assertNameTaken(space, ended, earlier);
});

clusterTest("RUNNER_ON_EXISTING=refuse runs where the name is free", async (space) => {
  await createStatusObject(space);
  const ended = await run(await runnerEnv(space, pauseSpec(1), { RUNNER_ON_EXISTING: "refuse" }));
  assertEquals(ended.code, 0, ended.stderr);
});

clusterTest("the Workflow of another run id ends with 23, that of the same goes on", async (space) => {
  await createStatusObject(space);
  const earlier = await finishedRun(space, await runnerEnv(space, pauseSpec(1), { RUNNER_RUN_ID: "monday" }));
  const ended = await run(await runnerEnv(space, pauseSpec(1), { RUNNER_RUN_ID: "tuesday" }));
  await assertNameTaken(space, ended, earlier);
  assertStringIncludes(ended.stderr, "monday");
  assertStringIncludes(ended.stderr, "tuesday");
  const same = await run(await runnerEnv(space, pauseSpec(1), { RUNNER_RUN_ID: "monday" }));
  assertEquals(same.code, 0, same.stderr);
  assertEquals(reportOf(same).object.adopted, true);
});
