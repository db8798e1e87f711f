import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, type Space } from "../../lab/cluster.ts";
import { create, remove } from "../../lab/objects.ts";
import { type Ended, run, start } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import {
  aWorkflow,
  chainSpec,
  createStatusObject,
  pauseSpec,
  readStatus,
  startedWorkflow,
  uidOf,
  workflowInPhase,
  workflowRef,
} from "../../lab/workflows.ts";

/** The last bytes of a log that Kubernetes takes as a termination message. */
const TERMINATION_MESSAGE_BYTES = 2_000;

/** How long a deletion may stay unseen, milliseconds. */
const DELETION_MS = 60_000;

function showCommand({ namespace }: Space): string {
  return `kubectl -n ${namespace} get workflow work -o yaml`;
}

function endOfStderr({ stderr }: Ended): string {
  return new TextDecoder().decode(new TextEncoder().encode(stderr).slice(-TERMINATION_MESSAGE_BYTES));
}

clusterTest("a Workflow whose second step fails ends with 10 and tells where to look", async (space) => {
  await createStatusObject(space);
  const ended = await run(await runnerEnv(space, chainSpec("echo fine", "exit 7")));
  assertEquals(ended.code, 10, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals(status.phase, "Failed");
  assertEquals(status.finishedSuccessfully, false);
  assertEquals(status.exitCode, 10);
  assertEquals(status.reason, "WorkFailed");
  assertEquals(status.object.left, "finished");
  assertMatch(status.message, /^finished unsuccessfully \[details: ".*Failed/);
  const text = endOfStderr(ended);
  assertStringIncludes(text, `argo-runner: ${status.message}`);
  assertStringIncludes(text, "exit code: 10 (WorkFailed)");
  assertStringIncludes(text, showCommand(space));
});

clusterTest(
  "a Workflow that the controller refuses ends with 10 and the controller's words",
  async (space) => {
    await createStatusObject(space);
    const ended = await run(await runnerEnv(space, { workflowTemplateRef: { name: "no-such-template" } }));
    assertEquals(ended.code, 10, ended.stderr);
    const status = await readStatus(space);
    assertEquals(status, reportOf(ended));
    assertEquals(status.phase, "Failed");
    assertStringIncludes(status.message, "phase Error");
    assertStringIncludes(status.message, "no-such-template");
    await workflowInPhase(space, "Error");
  },
);

clusterTest("a Workflow deleted while it runs ends with 11, whatever became of the work", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, pauseSpec()));
  const uid = await startedWorkflow(space);
  await remove(workflowRef(space));
  const ended = await program.endsWithin(DELETION_MS);
  assertEquals(ended.code, 11, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals(status.phase, "Unknown");
  assertEquals(status.reason, "ObjectGone");
  assertEquals("finishedSuccessfully" in status, false);
  assertEquals(status.object.uid, uid);
  assertEquals(status.object.left, "unknown");
});

clusterTest("a Workflow deleted and made again by another ends with 12 and both uids", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, pauseSpec()));
  const uid = await startedWorkflow(space);
  // Stop the process until the other Workflow exists: else the run might read between the two and find no Workflow.
  program.kill("SIGSTOP");
  await remove(workflowRef(space));
  const other = await create(aWorkflow(space, pauseSpec(1)));
  program.kill("SIGCONT");
  const ended = await program.endsWithin();
  assertEquals(ended.code, 12, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals(status.phase, "Unknown");
  assertEquals(status.reason, "ObjectReplaced");
  assertEquals("finishedSuccessfully" in status, false);
  assertStringIncludes(status.message, uid);
  assertStringIncludes(status.message, uidOf(other));
  // The run must never take the other Workflow's verdict for its own.
  await workflowInPhase(space, "Succeeded");
});
