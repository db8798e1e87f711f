import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest } from "../../lab/cluster.ts";
import { read } from "../../lab/objects.ts";
import {
  jobRef,
  jobSpec,
  jobWithCondition,
  scriptContainer,
  scriptJob,
  startedJob,
} from "../../lab/job_work.ts";
import { run, start } from "../../../lab/compiled_program.ts";
import { explain, reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject, readStatus, uidOf } from "../../lab/workflows.ts";

const JOB = { program: "job-runner" } as const;

for (const when of ["while it runs", "after its end"]) {
  clusterTest(`killed with -9 and started again ${when}, it goes on with the same Job`, async (space) => {
    await createStatusObject(space);
    const env = await runnerEnv(space, scriptJob("sleep 6"));
    await using program = await start(env, JOB);
    const uid = await startedJob(space);
    program.kill("SIGKILL");
    assertEquals((await program.endsWithin()).code, 137);
    if (when === "after its end") await jobWithCondition(space, "Complete");
    const ended = await run(env, JOB);
    assertEquals(ended.code, 0, ended.stderr);
    const { phase, object } = await readStatus(space);
    assertEquals([phase, object.uid, object.adopted], ["Succeeded", uid, true]);
    assertEquals(uidOf(await read(jobRef(space))), uid);
  });
}

clusterTest("SIGTERM ends the run with 143 within 5 s, and the Job runs on", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, scriptJob("sleep 60")), JOB);
  await startedJob(space);
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals(ended.code, 143, ended.stderr);
  const { phase, object } = await readStatus(space);
  assertEquals([phase, object.left], ["Unknown", "left running"]);
  const { metadata, spec } = await read(jobRef(space));
  assertEquals([metadata?.deletionTimestamp, spec.activeDeadlineSeconds], [undefined, undefined]);
});

clusterTest("the command explain tells of a Job that runs, and of one that failed", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, scriptJob("sleep 6; echo too late; exit 9")), JOB);
  await startedJob(space);
  const asked = () => explain(space, "work", { ...JOB, args: ["--format", "json"] });
  assertEquals(JSON.parse((await asked()).text).ended, false);
  assertEquals((await program.endsWithin()).code, 10);
  const { kind, ended, failure } = JSON.parse((await asked()).text);
  assertEquals([kind, ended, failure.exitCode, failure.logTail], ["Job", true, 9, ["too late"]]);
  const { code, text } = await explain(space, "work", JOB);
  assertEquals(code, 0);
  assertStringIncludes(text, `Job "work" in "${space.namespace}" is Failed`);
  assertStringIncludes(text, "exit code 9: Error");
});

clusterTest("with RUNNER_FOLLOW_LOGS each line of a Job's containers is logged once", async (space) => {
  await createStatusObject(space);
  const manifest = jobSpec([
    scriptContainer("one", "for i in 1 2 3 4 5 6; do echo line $i; sleep 1; done"),
    scriptContainer("two", "echo short"),
  ]);
  manifest.template.spec.initContainers = [
    scriptContainer("prepare", "echo preparing; sleep 5; echo prepared"),
    scriptContainer("helper", "echo helping; sleep 600", { restartPolicy: "Always" }),
  ];
  const ended = await run(await runnerEnv(space, manifest, { RUNNER_FOLLOW_LOGS: "true" }), JOB);
  assertEquals(ended.code, 0, ended.stderr);
  const followed = ended.stderr.split("\n").filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line).message as string)
    .filter((message) => message.startsWith("[work-"))
    .map((message) => message.replace(/^\[work-[^/]+\//, "["));
  assertEquals(
    followed.filter((line) => line.startsWith("[one]")),
    [1, 2, 3, 4, 5, 6].map((i) => `[one] line ${i}`),
  );
  assertEquals(followed.filter((line) => line.startsWith("[two]")), ["[two] short"]);
  assertEquals(followed.filter((line) => line.startsWith("[prepare]")), [
    "[prepare] preparing",
    "[prepare] prepared",
  ]);
  assertEquals(followed.filter((line) => line.startsWith("[helper]")), ["[helper] helping"]);
  assertEquals(reportOf(ended).phase, "Succeeded");
});
