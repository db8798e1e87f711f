import { assertEquals } from "@std/assert";
import { clusterTest, type Space } from "../../lab/cluster.ts";
import { read } from "../../lab/objects.ts";
import { run, start } from "../../../lab/compiled_program.ts";
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

/** Starts a run and kills it in mid-wait. Returns the environment for its restart and the Workflow's uid. */
async function killedRun(space: Space, seconds: number) {
  const env = await runnerEnv(space, pauseSpec(seconds));
  await using program = await start(env);
  const uid = await startedWorkflow(space);
  program.kill("SIGKILL");
  assertEquals((await program.endsWithin()).code, 137);
  return { env, uid };
}

clusterTest("killed with -9 and started again, it goes on with the same Workflow", async (space) => {
  await createStatusObject(space);
  const { env, uid } = await killedRun(space, 8);
  const ended = await run(env);
  assertEquals(ended.code, 0, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals(status.phase, "Succeeded");
  assertEquals(status.object.uid, uid);
  assertEquals(status.object.adopted, true);
  assertEquals(uidOf(await read(workflowRef(space))), uid);
});

clusterTest("killed with -9 and started after the Workflow's end, it reports that end", async (space) => {
  await createStatusObject(space);
  const { env, uid } = await killedRun(space, 3);
  const { status: { finishedAt } } = await workflowInPhase(space, "Succeeded");
  const ended = await run(env);
  assertEquals(ended.code, 0, ended.stderr);
  const status = await readStatus(space);
  assertEquals(status.finishedAt, finishedAt);
  assertEquals(status.object.uid, uid);
  assertEquals(status.object.adopted, true);
});

clusterTest("started four times at the same moment, all follow one Workflow", async (space) => {
  await createStatusObject(space);
  const env = await runnerEnv(space, pauseSpec(5));
  const runs = await Promise.all([run(env), run(env), run(env), run(env)]);
  assertEquals(runs.map(({ code }) => code), [0, 0, 0, 0], runs.map(({ stderr }) => stderr).join("\n"));
  const objects = runs.map((ended) => reportOf(ended).object);
  assertEquals(new Set(objects.map(({ uid }) => uid)).size, 1);
  assertEquals(objects.filter(({ adopted }) => !adopted).length, 1, "one of them has created it");
});

clusterTest("a restart does not start the time-out again", async (space) => {
  await createStatusObject(space);
  const env = await runnerEnv(space, pauseSpec(), { RUNNER_TIMEOUT: "6s" });
  assertEquals((await run(env)).code, 124);
  const again = await run(env);
  assertEquals(again.code, 124, again.stderr);
  assertEquals(reportOf(again).object.adopted, true);
  assertEquals(again.tookMs < 5_000, true, `${again.tookMs} ms`);
});
