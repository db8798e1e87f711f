import { assert, assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { diagnoseJob } from "../../../runners/job/diagnose.ts";
import { jobOutcome } from "../../../runners/job/job.ts";
import type { Diagnosis, ExecutionContext, JsonObject } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import type { KubeClient, KubeObject } from "../../../src/kube/client.ts";
import { aContext, aWorkObject } from "../../lab/builders.ts";
import { type Asked, type Recording, recordingsOf, refusal, replay } from "../../lab/recorded.ts";

const { recording, recordingNames } = recordingsOf("job");

const MAX_REQUESTS = 5;

/** Explains the Job of a recording. */
async function explain(
  { object }: Recording,
  kube: KubeClient,
  context: Partial<ExecutionContext> = {},
): Promise<Diagnosis> {
  const { apiVersion, kind, metadata: { name = "", namespace = "", uid = "" } } = object;
  const started = { status: {}, object: aWorkObject({ apiVersion, kind, name, namespace, uid }) };
  const completed = jobOutcome(object);
  const { signal } = new AbortController();
  const input = { started, context: aContext(context), signal, log: silentLog };
  return await diagnoseJob(kube, { ...input, ...(completed ? { completed } : {}) });
}

interface Case {
  cause: Diagnosis;
  /** A part of the message. */
  says?: string;
  /** The log's last line. */
  log?: string;
  /** A part of an event. */
  event?: string;
}

const NO_POD = "no pod of it can be found";

const cases: Record<string, Case> = {
  "exit-code": {
    cause: { pod: "exit-code-hnd7f", container: "main", exitCode: 3, reason: "Error" },
    log: "oh no",
  },
  "failing-index": {
    cause: { node: "index 1", pod: "failing-index-1-qq5p2", container: "main", exitCode: 1, reason: "Error" },
    log: "index 1",
  },
  "oom-beside-sidecar": {
    cause: { pod: "oom-beside-sidecar-zjqtp", container: "main", exitCode: 137, reason: "OOMKilled" },
    log: "filling",
  },
  "pod-failure-policy": {
    cause: { node: "index 0", pod: "pod-failure-policy-0-md59t", exitCode: 42, reason: "Error" },
    log: "fatal",
  },
  "failing-init": {
    cause: { pod: "failing-init-24t9r", container: "prepare", exitCode: 7, reason: "Error" },
    log: "no disk",
  },
  "evicted": {
    cause: {
      pod: "evicted-sggx5",
      reason: "Evicted",
      notRead: ['there is no log of container "main"'],
    },
    says: "ephemeral local storage usage exceeds",
    event: "Evicted: Pod ephemeral local storage usage exceeds",
  },
  "deadline": {
    cause: { reason: "DeadlineExceeded" },
    says: NO_POD,
    event: "DeadlineExceeded: Job was active longer than specified deadline",
  },
  "retrying": { cause: { reason: "BackoffLimitExceeded" }, says: NO_POD, event: "BackoffLimitExceeded: " },
  "pod-deleted": { cause: { reason: "BackoffLimitExceeded" }, says: NO_POD, event: "BackoffLimitExceeded: " },
  "disruption": { cause: { reason: "PodFailurePolicy" }, says: NO_POD, event: "PodFailurePolicy: Pod " },
  "missing-image": {
    cause: { pod: "missing-image-l5rff", container: "main", reason: "ErrImageNeverPull" },
    says: 'image "localhost/nope:1" is not present',
  },
  "unschedulable": {
    cause: { pod: "unschedulable-2lr7n", reason: "Unschedulable" },
    says: "0/1 nodes are available",
    event: "FailedScheduling: 0/1 nodes are available",
  },
  "quota": {
    cause: { reason: "FailedCreate" },
    says: "exceeded quota: none",
    event: "FailedCreate: Error creating: pods ",
  },
  "sidecar-running": {
    cause: { pod: "sidecar-running-bn4bm", container: "helper", reason: "ContainerRunning" },
    says: 'the container "helper" runs on after the end of "main" (exit code 0)',
    log: "helping",
  },
  "sidecar-not-started": {
    cause: { pod: "sidecar-not-started-b9njr", container: "proxy", reason: "Unhealthy" },
    says: 'the sidecar "proxy" runs and has not started: Startup probe failed',
  },
  "missing-secret": {
    cause: { pod: "missing-secret-rvn4h", reason: "FailedMount" },
    says: 'secret "nothing" not found',
  },
  "missing-claim": {
    cause: { pod: "missing-claim-2fdfr", reason: "Unschedulable" },
    says: 'persistentvolumeclaim "nothing" not found',
  },
  "missing-key": {
    cause: { pod: "missing-key-xsn9g", container: "main", reason: "CreateContainerConfigError" },
    says: 'secret "nothing" not found',
  },
  "crash-loop": {
    cause: { pod: "crash-loop-ks5k8", container: "main", exitCode: 1, reason: "CrashLoopBackOff" },
    log: "no",
  },
  "waiting-to-retry": {
    cause: { pod: "waiting-to-retry-fpnk5", container: "main", exitCode: 1, reason: "Error" },
    log: "no",
  },
  "limits-wanted": {
    cause: { reason: "FailedCreate" },
    says: "failed quota: tight: must specify limits.cpu",
  },
  "limit-range": { cause: { reason: "FailedCreate" }, says: "maximum cpu usage per Container is 100m" },
  "pod-security": { cause: { reason: "FailedCreate" }, says: 'violates PodSecurity "restricted:latest"' },
  "webhook-down": { cause: { reason: "FailedCreate" }, says: 'failed calling webhook "pods.example.org"' },
  "missing-account": {
    cause: { reason: "FailedCreate" },
    says: 'serviceaccount "nobody" not found',
    event: "FailedCreate: Error creating: pods ",
  },
  "no-parallelism": { cause: { reason: "Parallelism" }, says: "spec.parallelism is 0" },
  "managed-elsewhere": { cause: { reason: "Pending" }, says: 'its controller "example.org/elsewhere"' },
  "queued": { cause: { reason: "Suspended" }, says: 'Kueue\'s queue "team-a" has not admitted it' },
  "scheduling-gate": { cause: { reason: "SchedulingGated" }, says: '"example.org/hold"' },
  "no-scheduler": { cause: { reason: "Pending" }, says: 'no scheduler "nobody" has taken it up' },
  "suspended": { cause: { reason: "Suspended" }, says: "to be resumed" },
  "running": { cause: { pod: "running-6mj7j", reason: "Running" }, says: "runs since 2026-", log: "long" },
  "failure-target": { cause: { pod: "failure-target-6ssh9", reason: "Terminating" }, log: "deaf" },
  "success-criteria-met": { cause: { node: "index 1", reason: "Terminating" } },
};

for (const [of, { cause, says, log, event }] of Object.entries(cases)) {
  Deno.test(`diagnoseJob() finds the cause of ${of}`, async () => {
    const recorded = recording(of);
    const { kube, asked } = replay(recorded);
    const failure = await explain(recorded, kube);
    assertObjectMatch({ ...failure }, { ...cause });
    if (says) assertStringIncludes(failure.message ?? "", says);
    if (log) assertEquals(failure.logTail?.at(-1), log);
    if (event) assert(failure.events?.some((each) => each.includes(event)), failure.events?.join("\n"));
    assert(asked.length <= MAX_REQUESTS, asked.join());
    assertEquals(failure.notRead, cause.notRead);
  });
}

Deno.test("every recording of a Job that did not succeed has its expected cause here", () => {
  assertEquals(Object.keys(cases).sort(), recordingNames().filter((name) => name !== "success"));
});

Deno.test("diagnoseJob() reads no log if no lines are wanted", async () => {
  const recorded = recording("exit-code");
  const { kube, asked } = replay(recorded);
  const failure = await explain(recorded, kube, { logTailLines: 0 });
  assertEquals([failure.logTail, asked.includes("log"), failure.exitCode], [undefined, false, 3]);
});

Deno.test("diagnoseJob() ignores pods of an earlier Job of the name", async () => {
  const recorded = recording("exit-code");
  recorded.object.metadata.uid = "another";
  const failure = await explain(recorded, replay(recorded).kube);
  assertEquals([failure.pod, failure.message], [undefined, NO_POD]);
});

const forbidden: [Asked[], (keyof Diagnosis)[], string[]][] = [
  [["Event"], ["pod", "exitCode", "logTail"], [
    'the runner may not read the events of pod "exit-code-hnd7f"',
  ]],
  [["log"], ["pod", "exitCode", "events"], ['the runner may not read the log of container "main"']],
  [["Pod"], ["reason", "events"], ["the runner may not list the pods"]],
  [["Pod", "Event"], ["reason"], [
    "the runner may not list the pods",
    'the runner may not read the events of job "exit-code"',
  ]],
];

for (const [kinds, kept, notRead] of forbidden) {
  Deno.test(`diagnoseJob() says what it may not read: ${kinds}`, async () => {
    const recorded = recording("exit-code");
    recorded.events.push({ ...recorded.events[0]!, involvedObject: involved(recorded.pods) });
    const { kube } = replay(recorded, (asked) => kinds.includes(asked) ? refusal("forbidden") : undefined);
    const failure = await explain(recorded, kube);
    assertEquals(kept.filter((key) => failure[key] === undefined), []);
    assertEquals(failure.notRead, notRead);
    assertEquals(failure.message, undefined);
  });
}

/** The last attempt's pod, as an event names it. */
function involved(pods: KubeObject[]): JsonObject {
  const { name = "", namespace = "", uid = "" } =
    pods.find(({ metadata: { name } }) => name?.endsWith("hnd7f"))!
      .metadata;
  return { kind: "Pod", name, namespace, uid };
}

Deno.test("diagnoseJob() of a Job that is gone has its events, and says that it is gone", async () => {
  const recorded = recording("deadline");
  const failure = await explain(
    recorded,
    replay(recorded, (asked) => asked === "Job" ? refusal("notFound") : undefined).kube,
  );
  assertEquals(failure, {
    events: ["DeadlineExceeded: Job was active longer than specified deadline"],
    notRead: ["Cannot read it (notFound)"],
  });
});

const named = [
  "Container main for pod job-rec/exit-code-t2k4s failed with exit code 3 matching FailJob rule at index 0",
  "Pod job-rec/exit-code-t2k4s has condition DisruptionTarget matching FailJob rule at index 0",
];

for (const message of named) {
  Deno.test(`diagnoseJob() finds the pod that the Job names: ${message.split(" ")[0]} …`, async () => {
    const recorded = recording("exit-code");
    const conditions = [{ type: "Failed", status: "True", reason: "PodFailurePolicy", message }];
    recorded.object.status = { conditions };
    assertEquals((await explain(recorded, replay(recorded).kube)).pod, "exit-code-t2k4s");
  });
}
