import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, type Space } from "../../lab/cluster.ts";
import { read } from "../../lab/objects.ts";
import { startMuteServer } from "../../lab/mute_server.ts";
import { type Ended, run, start } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import {
  createStatusObject,
  pauseSpec,
  readStatus,
  startedWorkflow,
  uidOf,
  workflowInPhase,
  workflowRef,
} from "../../lab/workflows.ts";

/** Asserts that the report has no verdict and that the Workflow still runs. */
async function assertLeftRunning(space: Space, ended: Ended, reason: string): Promise<void> {
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals(status.phase, "Unknown");
  assertEquals(status.reason, reason);
  assertEquals(status.exitCode, ended.code);
  assertEquals("finishedSuccessfully" in status, false);
  assertEquals(status.object.left, "left running");
  assertStringIncludes(ended.text.join("\n"), "left running");
  const workflow = await workflowInPhase(space, "Running");
  assertEquals(uidOf(workflow), status.object.uid);
  assertEquals("shutdown" in workflow.spec, false);
}

clusterTest("a Workflow that takes longer than RUNNER_TIMEOUT ends with 124 and runs on", async (space) => {
  await createStatusObject(space);
  const ended = await run(await runnerEnv(space, pauseSpec(), { RUNNER_TIMEOUT: "5s" }));
  assertEquals(ended.code, 124, ended.stderr);
  await assertLeftRunning(space, ended, "TimedOut");
  assertStringIncludes(ended.stderr, "within 5s");
});

const signals = [
  { signal: "SIGTERM", code: 143, reason: "Terminated" },
  { signal: "SIGINT", code: 130, reason: "Interrupted" },
] as const;

for (const { signal, code, reason } of signals) {
  clusterTest(`${signal} ends the run with ${code} within 5 s, and the Workflow runs on`, async (space) => {
    await createStatusObject(space);
    await using program = await start(await runnerEnv(space, pauseSpec()));
    await startedWorkflow(space);
    await workflowInPhase(space, "Running");
    const sent = performance.now();
    program.kill(signal);
    const ended = await program.endsWithin(5_000);
    assertEquals(ended.code, code, ended.stderr);
    assertEquals(performance.now() - sent < 5_000, true);
    await assertLeftRunning(space, ended, reason);
  });
}

clusterTest("SIGTERM after the Workflow's end takes nothing from the verdict", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, pauseSpec(3)));
  await startedWorkflow(space);
  // Hold the events so that the signal comes before the event of the end.
  program.kill("SIGSTOP");
  await workflowInPhase(space, "Succeeded");
  program.kill("SIGTERM");
  program.kill("SIGCONT");
  const ended = await program.endsWithin();
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals((await readStatus(space)).finishedSuccessfully, true);
});

clusterTest("SIGTERM against an API server that does not answer ends with 143 within 5 s", async (space) => {
  await using mute = await startMuteServer(space);
  await using program = await start(await runnerEnv(space, pauseSpec(), { KUBECONFIG: mute.kubeconfig }));
  await mute.connected();
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals(ended.code, 143, ended.stderr);
  assertEquals(reportOf(ended).reason, "Terminated");
});

clusterTest("a second SIGTERM ends the run at once, without a report", async (space) => {
  await using mute = await startMuteServer(space);
  await using program = await start(await runnerEnv(space, pauseSpec(), { KUBECONFIG: mute.kubeconfig }));
  await mute.connected();
  // After the first signal the run waits, since the server does not answer the write of its report.
  program.kill("SIGTERM");
  await new Promise((resolve) => setTimeout(resolve, 200));
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals(ended.code, 143, ended.stderr);
  assertEquals(ended.stdout, "");
});

clusterTest("a restart after SIGTERM replaces the unknown status by the verdict", async (space) => {
  await createStatusObject(space);
  const env = await runnerEnv(space, pauseSpec(8));
  await using program = await start(env);
  const uid = await startedWorkflow(space);
  program.kill("SIGTERM");
  assertEquals((await program.endsWithin()).code, 143);
  assertEquals((await readStatus(space)).phase, "Unknown");
  const ended = await run(env);
  assertEquals(ended.code, 0, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status.phase, "Succeeded");
  assertEquals(status.object.uid, uid);
  assertEquals(uidOf(await read(workflowRef(space))), uid);
});

clusterTest(
  "a Workflow is terminated when its time is up, where that is asked for, and the next run tells so",
  async (space) => {
    await createStatusObject(space);
    const env = await runnerEnv(space, pauseSpec(), { RUNNER_TIMEOUT: "4s", RUNNER_ON_TIMEOUT: "terminate" });
    const ended = await run(env);
    assertEquals(ended.code, 124, ended.stderr);
    assertEquals(reportOf(ended).object.left, "stopped");
    const workflow = await workflowInPhase(space, "Failed");
    assertEquals(workflow.metadata?.annotations?.["runner.capact.io/stopped-by"], "TimedOut");
    const again = await run(env);
    assertEquals(again.code, 10, again.stderr);
    assertStringIncludes(reportOf(again).message, "stopped by the runner (TimedOut)");
  },
);

clusterTest("a Workflow is stopped on SIGTERM, where that is asked for, within 5 s", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, pauseSpec(), { RUNNER_ON_TERMINATE: "stop" }));
  await workflowInPhase(space, "Running");
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals(ended.code, 143, ended.stderr);
  assertEquals(reportOf(ended).object.left, "stopped");
  await workflowInPhase(space, "Failed");
});
