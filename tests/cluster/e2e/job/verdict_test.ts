import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, eventually, type Space } from "../../lab/cluster.ts";
import { type AnyObject, find, list, patch, read } from "../../lab/objects.ts";
import { jobRef, jobWithCondition, scriptJob, startedJob } from "../../lab/job_work.ts";
import { type Ended, run, start } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject, uidOf } from "../../lab/workflows.ts";

const JOB = { program: "job-runner" } as const;
const HOLD = ["example.org/hold"];

const POD = { apiVersion: "v1", kind: "Pod" };

/** A Job whose pods a finalizer holds. */
function heldJob(script: string, more: object = {}): AnyObject {
  const job = scriptJob(script, more);
  return { ...job, template: { ...job.template, metadata: { finalizers: HOLD } } };
}

/** Lets the pods of the test's Job go. */
async function release({ namespace }: Space): Promise<void> {
  for (const pod of await list(POD, { namespace })) {
    await patch(pod, { metadata: { finalizers: null } }).catch(() => {});
  }
}

for (const [script, code, condition] of [["exit 0", 0, "Complete"], ["exit 1", 10, "Failed"]] as const) {
  clusterTest(
    `row 66: a finished Job that its TTL deletes gives its verdict to the next start: ${code}`,
    async (space) => {
      await createStatusObject(space);
      const env = await runnerEnv(space, heldJob(`sleep 3; ${script}`, { ttlSecondsAfterFinished: 3 }));
      const first = await start(env, JOB);
      const uid = await startedJob(space);
      first.kill("SIGKILL");
      await first.endsWithin();
      try {
        await jobWithCondition(space, condition);
        await eventually("its TTL deletes the Job", 60_000, async () => {
          const { metadata } = await read(jobRef(space));
          return metadata?.deletionTimestamp;
        });
        const ended = await run(env, JOB);
        assertEquals(ended.code, code, ended.stderr);
        const { object } = reportOf(ended);
        assertEquals([object.uid, object.adopted, object.left], [uid, true, "finished"]);
        assertEquals(uidOf(await find(jobRef(space))), uid);
      } finally {
        await release(space);
      }
    },
  );
}

/** Asserts that the report does not say that the Job was stopped. */
function assertLeftRunning(ended: Ended, code: number, why: RegExp): void {
  const { object, message } = reportOf(ended);
  assertEquals([ended.code, object.left], [code, "left running"], ended.stderr);
  assertMatch(message, /; the work was told to end; it has not ended yet; /);
  assertMatch(message, why);
}

const OTHERS = { managedBy: "example.org/queue" };
const OTHER = /it is the controller "example\.org\/queue" that can end it/;

clusterTest(
  "row 67: a Job that another controller takes care of is not said to be stopped",
  async (space) => {
    await createStatusObject(space);
    const more = { RUNNER_TIMEOUT: "4s", RUNNER_ON_TIMEOUT: "stop" };
    const ended = await run(await runnerEnv(space, scriptJob("true", OTHERS), more), JOB);
    assertLeftRunning(ended, 124, OTHER);
    assertStringIncludes(ended.stderr, 'its controller "example.org/queue" has not taken it up');
  },
);

clusterTest(
  "row 67: SIGTERM says so within 5 s of a Job that another controller takes care of",
  async (space) => {
    await createStatusObject(space);
    const env = await runnerEnv(space, scriptJob("true", OTHERS), { RUNNER_ON_TERMINATE: "stop" });
    await using program = await start(env, JOB);
    await startedJob(space);
    program.kill("SIGTERM");
    assertLeftRunning(await program.endsWithin(5_000), 143, OTHER);
  },
);

clusterTest("row 67: a Job whose pod a finalizer holds is not said to be stopped", async (space) => {
  await createStatusObject(space);
  const env = await runnerEnv(space, heldJob("sleep 300"), { RUNNER_ON_TERMINATE: "terminate" });
  await using program = await start(env, JOB);
  try {
    await startedJob(space);
    await eventually("the pod is there", 60_000, async () => (await list(POD, space))[0]);
    program.kill("SIGTERM");
    assertLeftRunning(
      await program.endsWithin(5_000),
      143,
      /Pod "work-\w+" is held by its finalizer example\.org\/hold/,
    );
  } finally {
    await release(space);
  }
});

clusterTest("row 67: a Job that is gone when it was told to end is said to be stopped", async (space) => {
  await createStatusObject(space);
  const env = await runnerEnv(space, scriptJob("sleep 300", OTHERS), { RUNNER_ON_TERMINATE: "terminate" });
  await using program = await start(env, JOB);
  await startedJob(space);
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals([ended.code, reportOf(ended).object.left], [143, "stopped"], ended.stderr);
  assertEquals(await find(jobRef(space)), undefined);
});
