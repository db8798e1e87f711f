import { assertEquals, assertMatch, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, type Space, WORKER } from "../../lab/cluster.ts";
import { type AnyObject, create, find, read } from "../../lab/objects.ts";
import { jobRef, jobSpec, scriptContainer, scriptJob } from "../../lab/job_work.ts";
import { type Ended, run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject, readStatus, statusRef } from "../../lab/workflows.ts";

const JOB = { program: "job-runner" } as const;

/** Runs a manifest under a name of its own, with a status object of that name. */
async function runNamed(
  space: Space,
  { name, manifest, env = {} }: { name: string; manifest: AnyObject; env?: Record<string, string> },
): Promise<{ ended: Ended; report: AnyObject; status: AnyObject }> {
  const statusObject = { ...statusRef(space), metadata: { name, namespace: space.namespace } };
  await create(statusObject);
  const ended = await run(await runnerEnv(space, manifest, { RUNNER_CONTEXT_NAME: name, ...env }), JOB);
  const { data } = await read(statusObject);
  return { ended, report: reportOf(ended), status: JSON.parse(data.status) };
}

clusterTest("a Job that succeeds ends with 0, and report and ConfigMap say so", async (space) => {
  await createStatusObject(space);
  const env = await runnerEnv(space, { job: scriptJob("echo hello") }, { RUNNER_RUN_ID: "run-1" });
  const ended = await run(env, JOB);
  assertEquals(ended.code, 0, ended.stderr);
  const report = reportOf(ended);
  assertEquals(await readStatus(space), report);
  const { metadata, spec, status } = await read(jobRef(space));
  assertEquals(Object.keys(report)[0], "jobRef");
  assertObjectMatch(report, {
    jobRef: { name: "work", namespace: space.namespace },
    runner: "job",
    phase: "Succeeded",
    finishedSuccessfully: true,
    message: "Job ended as Complete",
    finishedAt: new Date(status.completionTime).toISOString().replace(".000Z", "Z"),
    object: { apiVersion: "batch/v1", kind: "Job", uid: metadata?.uid, adopted: false, left: "finished" },
  });
  assertEquals(spec.template.spec.serviceAccountName, WORKER);
  assertEquals(metadata?.labels?.["runner.capact.io/created-by"], "job-runner");
  assertMatch(metadata?.annotations?.["runner.capact.io/spec-hash"] ?? "", /^[0-9a-f]{64}$/);
  assertEquals(metadata?.annotations?.["runner.capact.io/run-id"], "run-1");
});

interface Case {
  manifest: AnyObject;
  env?: Record<string, string>;
  code: number;
  /** A part of the message. */
  says: string;
  failure: Record<string, unknown>;
  /** The log's last line. */
  log?: string;
}

const indexed = { completions: 3, parallelism: 3, completionMode: "Indexed" };
const hungry = [
  scriptContainer("side", "sleep 5"),
  scriptContainer("main", "echo filling; tail /dev/zero", { resources: { limits: { memory: "8Mi" } } }),
];
const failJob = { action: "FailJob", onExitCodes: { containerName: "main", operator: "In", values: [42] } };

const cases: Record<string, Case> = {
  "exit-code": {
    manifest: scriptJob("echo oh no; exit 3", { backoffLimit: 1 }),
    code: 10,
    says: "Job ended as Failed: BackoffLimitExceeded: ",
    failure: { container: "main", exitCode: 3, reason: "Error" },
    log: "oh no",
  },
  "oom": {
    manifest: jobSpec(hungry),
    code: 10,
    says: "BackoffLimitExceeded",
    failure: { container: "main", exitCode: 137, reason: "OOMKilled" },
    log: "filling",
  },
  "deadline": {
    manifest: scriptJob("sleep 300", { activeDeadlineSeconds: 3 }),
    code: 10,
    says: "DeadlineExceeded: Job was active longer than specified deadline",
    failure: { reason: "DeadlineExceeded" },
  },
  "failing-index": {
    manifest: scriptJob("echo $JOB_COMPLETION_INDEX; test $JOB_COMPLETION_INDEX != 1", {
      ...indexed,
      backoffLimit: undefined,
      backoffLimitPerIndex: 0,
    }),
    code: 10,
    says: "failed indexes: 1",
    failure: { node: "index 1", container: "main", exitCode: 1, reason: "Error" },
    log: "1",
  },
  "pod-failure-policy": {
    manifest: scriptJob("echo fatal; exit 42", { backoffLimit: 3, podFailurePolicy: { rules: [failJob] } }),
    code: 10,
    says: "failed with exit code 42 matching FailJob rule at index 0",
    failure: { container: "main", exitCode: 42, reason: "Error" },
    log: "fatal",
  },
  "suspended": {
    manifest: scriptJob("true", { suspend: true }),
    env: { RUNNER_TIMEOUT: "5s" },
    code: 124,
    says: "within 5s",
    failure: { reason: "Suspended", message: "waits to be resumed: spec.suspend is true" },
  },
  "missing-image": {
    manifest: jobSpec([{ name: "main", image: "localhost/there-is-none:1", imagePullPolicy: "Never" }]),
    env: { RUNNER_TIMEOUT: "15s" },
    code: 124,
    says: "within 15s",
    failure: { container: "main", reason: "ErrImageNeverPull" },
  },
};

clusterTest("the report of a Job tells what failed or is waited for, and why", async (space) => {
  const runs = Object.entries(cases).map(async ([name, { code, says, failure, log, ...input }]) => {
    const { ended, report, status } = await runNamed(space, { name, ...input });
    assertEquals(ended.code, code, ended.stderr);
    assertStringIncludes(report.message, says);
    assertObjectMatch(report.failure, failure);
    assertEquals(report.failure.logTail?.at(-1), log);
    const { logTail: _logTail, ...withoutLog } = report.failure;
    assertEquals(status.failure, withoutLog);
    assertStringIncludes(ended.text.join("\n"), `kubectl -n ${space.namespace} get job ${name} -o yaml`);
  });
  await Promise.all(runs);
});

for (const [script, code] of [["exit 0", 0], ["exit 1", 10]] as const) {
  clusterTest(`a Job that is deleted at its end gives its verdict all the same: ${code}`, async (space) => {
    await createStatusObject(space);
    const manifest = scriptJob(`sleep 2; ${script}`, { ttlSecondsAfterFinished: 0 });
    const ended = await run(await runnerEnv(space, manifest), JOB);
    assertEquals(
      [ended.code, (await readStatus(space)).finishedSuccessfully],
      [code, code === 0],
      ended.stderr,
    );
    assertStringIncludes(ended.stderr, "ttlSecondsAfterFinished is 0");
  });
}

clusterTest("RUNNER_ON_TIMEOUT ends a Job by its deadline, or deletes it", async (space) => {
  const stopped = async (name: string, mode: string) => {
    const env = { RUNNER_TIMEOUT: "4s", RUNNER_ON_TIMEOUT: mode };
    const { ended, report } = await runNamed(space, { name, manifest: scriptJob("sleep 300"), env });
    assertEquals([ended.code, report.object.left], [124, "stopped"], ended.stderr);
  };
  await Promise.all([stopped("stop", "stop"), stopped("terminate", "terminate")]);
  const env = await runnerEnv(space, scriptJob("sleep 300"), { RUNNER_CONTEXT_NAME: "stop" });
  const again = await run(env, JOB);
  assertEquals(again.code, 10, again.stderr);
  assertMatch(reportOf(again).message, /DeadlineExceeded: .*; stopped by the runner \(TimedOut\)/);
  const left = await find(jobRef(space, "terminate"));
  assertEquals(left?.metadata?.deletionTimestamp !== undefined || left === undefined, true);
});

clusterTest("a dry run of a Job creates nothing and leaves the ConfigMap alone", async (space) => {
  const before = await createStatusObject(space);
  const env = await runnerEnv(space, scriptJob("true"), { RUNNER_CONTEXT_DRY_RUN: "true" });
  const ended = await run(env, JOB);
  assertEquals(ended.code, 0, ended.stderr);
  assertStringIncludes(reportOf(ended).message, "dry run");
  assertEquals(await find(jobRef(space)), undefined);
  assertEquals((await read(statusRef(space))).metadata?.resourceVersion, before.metadata?.resourceVersion);
});

const refused: { what: string; manifest: AnyObject; code: number; says: string }[] = [
  {
    what: "a WorkflowSpec",
    manifest: { entrypoint: "main", templates: [] },
    code: 2,
    says: "the manifest has no list at template.spec.containers, expected a JobSpec",
  },
  {
    what: "a JobSpec that the API server refuses",
    manifest: { template: { spec: { containers: [scriptContainer("main", "true")] } } },
    code: 20,
    says: "spec.template.spec.restartPolicy",
  },
];

for (const { what, manifest, code, says } of refused) {
  clusterTest(`${what} ends with ${code} and creates nothing`, async (space) => {
    await createStatusObject(space);
    const ended = await run(await runnerEnv(space, manifest), JOB);
    assertEquals(ended.code, code, ended.stderr);
    assertStringIncludes(ended.stderr, says);
    assertEquals([(await readStatus(space)).phase, await find(jobRef(space))], ["Refused", undefined]);
  });
}
