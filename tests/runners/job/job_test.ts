import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  failureReason,
  isSuspended,
  jobNode,
  jobOutcome,
  jobPhase,
  jobState,
  parseJob,
} from "../../../runners/job/job.ts";
import { InvalidInputError, type JsonObject } from "../../../src/mod.ts";
import type { KubeObject } from "../../../src/kube/client.ts";
import { aContext, SAY_NOTHING } from "../../lab/builders.ts";
import { recordingsOf } from "../../lab/recorded.ts";

const { recording, recordingNames } = recordingsOf("job");

const POD_SPEC: JsonObject = { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] };
const SPEC = { backoffLimit: 0, template: { metadata: { labels: { app: "demo" } }, spec: POD_SPEC } };
const TYPE = { apiVersion: "batch/v1", kind: "Job" };

/** A whole Job as a manifest. */
function aManifest(metadata: JsonObject = {}, spec: JsonObject = SPEC): JsonObject {
  return { ...TYPE, metadata, spec };
}

/** A JobSpec whose pod has these fields. */
function withPod(fields: JsonObject): JsonObject {
  return { template: { spec: { ...POD_SPEC, ...fields } } };
}

/** A Job in the cluster. */
function aJob(status: JsonObject, metadata: KubeObject["metadata"] = {}): KubeObject {
  return { ...TYPE, metadata: { name: "demo", namespace: "team", ...metadata }, spec: SPEC, status };
}

function aCondition(type: string, fields: JsonObject = {}): JsonObject {
  return { type, status: "True", lastTransitionTime: "2026-01-01T00:00:09Z", ...fields };
}

const forms: [string, JsonObject][] = [
  ["a bare JobSpec", SPEC],
  ["{job: JobSpec}", { job: SPEC }],
  ["a whole Job", aManifest()],
  ["a whole Job without metadata", { ...TYPE, spec: SPEC }],
  ["a whole Job with the context's name and namespace", aManifest({ name: "demo", namespace: "team" })],
];

for (const [form, manifest] of forms) {
  Deno.test(`parseJob() makes the context's Job of ${form}`, () => {
    const before = structuredClone(manifest);
    const spec = {
      ...SPEC,
      template: { ...SPEC.template, spec: { ...POD_SPEC, serviceAccountName: "worker" } },
    };
    assertEquals(parseJob(manifest, aContext()), {
      object: { ...TYPE, metadata: { name: "demo", namespace: "team" }, spec },
      warnings: [],
    });
    assertEquals(manifest, before);
  });
}

Deno.test("parseJob() keeps a whole Job's labels and annotations", () => {
  const marks = { labels: { team: "a" }, annotations: { note: "b" } };
  const { object } = parseJob(aManifest(marks), aContext());
  assertEquals(object.metadata, { ...marks, name: "demo", namespace: "team" });
});

Deno.test("parseJob() reads a null label as an empty label, as the API server does", () => {
  const { object } = parseJob(
    aManifest({ labels: { a: null, b: "x" }, annotations: { c: null } }),
    aContext(),
  );
  assertEquals([object.metadata.labels, object.metadata.annotations], [{ a: "", b: "x" }, { c: "" }]);
});

const warned: [string, JsonObject, string[]][] = [
  ["another account", withPod({ serviceAccountName: "other" }), [
    `the manifest's serviceAccountName "other" is overruled by "worker"`,
  ]],
  ["another account by its older name", withPod({ serviceAccount: "other" }), [
    `the manifest's serviceAccountName "other" is overruled by "worker"`,
  ]],
  ["the account that is set anyway", withPod({ serviceAccountName: "worker", serviceAccount: "worker" }), []],
  ["a time to live of a minute", { ...SPEC, ttlSecondsAfterFinished: 60 }, []],
  ["a time to live of nothing (row 13)", { ...SPEC, ttlSecondsAfterFinished: 0 }, [
    "the manifest's ttlSecondsAfterFinished is 0: a run that is cut off for that long learns no verdict, " +
    "60 or more are safer",
  ]],
  ["status and generateName", { ...aManifest({ generateName: "demo-" }), status: { succeeded: 1 } }, [
    "the manifest's status is dropped",
    "the manifest's metadata.generateName is dropped",
  ]],
];

for (const [what, manifest, warnings] of warned) {
  Deno.test(`parseJob() warns of ${what}: ${warnings.length} times`, () => {
    const parsed = parseJob(manifest, aContext());
    assertEquals(parsed.warnings, warnings);
    const { template } = parsed.object.spec as { template: { spec: JsonObject } };
    assertEquals([template.spec.serviceAccountName, template.spec.serviceAccount], ["worker", undefined]);
    assertEquals(["status" in parsed.object, "generateName" in parsed.object.metadata], [false, false]);
  });
}

Deno.test("parseJob() takes a name of 63 characters and refuses a longer one", () => {
  assertEquals(parseJob(SPEC, aContext({ name: "a".repeat(63) })).object.metadata.name, "a".repeat(63));
  const error = assertThrows(() => parseJob(SPEC, aContext({ name: "a".repeat(64) })), InvalidInputError);
  assertStringIncludes(error.message, "the name of a Job: ");
  assertStringIncludes(error.message, "has 64 characters, the limit is 63");
});

for (const metadata of SAY_NOTHING) {
  Deno.test(`parseJob() takes metadata ${JSON.stringify(metadata)} as absent`, () => {
    const { object, warnings } = parseJob({ ...aManifest(), metadata }, aContext());
    assertEquals([object.metadata, warnings], [{ name: "demo", namespace: "team" }, []]);
  });
}

Deno.test("parseJob() takes what kubectl create job --dry-run=client prints, without a warning", () => {
  const template = {
    metadata: { creationTimestamp: null },
    spec: { containers: [{ image: "busybox", name: "demo", resources: {} }], restartPolicy: "Never" },
  };
  for (const status of [{}, null, { startTime: null, conditions: [] }]) {
    const manifest = {
      ...TYPE,
      metadata: { creationTimestamp: null, name: "demo" },
      spec: { template },
      status,
    };
    const { object, warnings } = parseJob(manifest, aContext());
    const spec = { template: { ...template, spec: { ...template.spec, serviceAccountName: "worker" } } };
    assertEquals([object, warnings], [{ ...TYPE, metadata: { name: "demo", namespace: "team" }, spec }, []]);
  }
});

Deno.test("parseJob() reads null or empty fields of the spec as absent", () => {
  const pod = { serviceAccountName: "", serviceAccount: null, initContainers: null, volumes: [] };
  const spec = { ...withPod(pod), ttlSecondsAfterFinished: null, suspend: null, selector: null };
  assertEquals(parseJob(spec, aContext()).warnings, []);
});

const NO_CONTAINERS = "has no list at template.spec.containers, expected a JobSpec";

const refused: [string, JsonObject, string][] = [
  ["an empty object", {}, NO_CONTAINERS],
  ["a WorkflowSpec", { entrypoint: "main", templates: [] }, NO_CONTAINERS],
  ["a PodSpec", POD_SPEC, NO_CONTAINERS],
  ["template: null", { template: null }, NO_CONTAINERS],
  ["a template without a spec", { template: { metadata: {} } }, NO_CONTAINERS],
  ["containers by name", withPod({ containers: { main: { image: "busybox" } } }), NO_CONTAINERS],
  ["job: null", { job: null }, "has no object at job, expected a JobSpec"],
  ["keys beside job", { job: SPEC, name: "x" }, "has beside job the unknown name"],
  ["no spec", { ...TYPE }, "has no object at spec, expected a JobSpec"],
  [
    "a CronJob",
    { ...TYPE, kind: "CronJob", spec: SPEC },
    'is a "CronJob" of "batch/v1", expected a Job',
  ],
  ["another version", { ...TYPE, apiVersion: "batch/v2", spec: SPEC }, "expected a Job of batch/v1"],
  [
    "another name",
    aManifest({ name: "other" }),
    `has metadata.name "other", expected the context's "demo"`,
  ],
  ["another namespace", aManifest({ namespace: "other" }), 'has metadata.namespace "other"'],
  ["a uid", aManifest({ uid: "x" }), "has metadata.uid, expected none"],
];

for (const [what, manifest, problem] of refused) {
  Deno.test(`parseJob() refuses ${what}`, () => {
    assertStringIncludes(
      assertThrows(() => parseJob(manifest, aContext()), InvalidInputError).message,
      problem,
    );
  });
}

const LIMIT = "Job ended as Failed: BackoffLimitExceeded: Job has reached the specified backoff limit";
const LATE = "Job ended as Failed: DeadlineExceeded: Job was active longer than specified deadline";

/** The state and message of each recording at its end. */
const ended: Record<string, [string, string]> = {
  "success": ["Succeeded (pods: 0 active, 1 succeeded, 0 failed)", "Job ended as Complete"],
  "exit-code": ["Failed (pods: 0 active, 0 succeeded, 2 failed)", LIMIT],
  "failing-index": [
    "Failed (pods: 0 active, 2 succeeded, 1 failed)",
    "Job ended as Failed: FailedIndexes: Job has failed indexes; failed indexes: 1",
  ],
  "oom-beside-sidecar": ["Failed (pods: 0 active, 0 succeeded, 1 failed)", LIMIT],
  "failing-init": ["Failed (pods: 0 active, 0 succeeded, 1 failed)", LIMIT],
  "evicted": ["Failed (pods: 0 active, 0 succeeded, 1 failed)", LIMIT],
  "pod-deleted": ["Failed (pods: 0 active, 0 succeeded, 1 failed)", LIMIT],
  "retrying": ["Failed (pods: 0 active, 0 succeeded, 1 failed)", LIMIT],
  "deadline": ["Failed (pods: 0 active, 0 succeeded, 1 failed)", LATE],
  "disruption": [
    "Failed (pods: 0 active, 0 succeeded, 1 failed)",
    "Job ended as Failed: PodFailurePolicy: Pod job-rec/disruption-xjb4k has condition DisruptionTarget matching FailJob rule at index 0",
  ],
  "pod-failure-policy": [
    "Failed (pods: 0 active, 0 succeeded, 2 failed)",
    "Job ended as Failed: PodFailurePolicy: Container main for pod job-rec/pod-failure-policy-0-md59t failed with exit code 42 matching FailJob rule at index 0",
  ],
};

for (const [of, [state, message]] of Object.entries(ended)) {
  Deno.test(`jobOutcome() ${state.startsWith("Succeeded") ? "passes" : "fails"} the recorded ${of}`, () => {
    const { object } = recording(of);
    const outcome = jobOutcome(object);
    assertEquals([jobState(object), outcome?.message], [state, message]);
    assertEquals(outcome?.finishedSuccessfully, of === "success");
    const { finishedAt, startedAt } = jobNode(object);
    assertEquals([finishedAt, startedAt], [outcome?.finishedAt, object.status.startTime]);
    assertEquals(Number(new Date(finishedAt ?? "")) > Number(new Date(startedAt ?? "")), true);
  });
}

const ONE_POD = "Running (pods: 1 active, 0 succeeded, 0 failed)";
const NO_PODS = "Running (pods: 0 active, 0 succeeded, 0 failed)";

/** The state of each recording that has not ended. */
const running: Record<string, string> = {
  "running": ONE_POD,
  "missing-image": ONE_POD,
  "unschedulable": ONE_POD,
  "quota": NO_PODS,
  "suspended": "Suspended (pods: 0 active, 0 succeeded, 0 failed)",
  "queued": "Suspended (pods: 0 active, 0 succeeded, 0 failed)",
  "managed-elsewhere": "Pending (pods: 0 active, 0 succeeded, 0 failed)",
  "no-parallelism": NO_PODS,
  "missing-account": NO_PODS,
  "limits-wanted": NO_PODS,
  "limit-range": NO_PODS,
  "pod-security": NO_PODS,
  "webhook-down": NO_PODS,
  "scheduling-gate": ONE_POD,
  "sidecar-running": ONE_POD,
  "sidecar-not-started": ONE_POD,
  "missing-secret": ONE_POD,
  "missing-claim": ONE_POD,
  "missing-key": ONE_POD,
  "crash-loop": ONE_POD,
  "waiting-to-retry": "Running (pods: 0 active, 0 succeeded, 4 failed)",
  "no-scheduler": ONE_POD,
  "success-criteria-met": "Running (pods: 0 active, 1 succeeded, 0 failed)",
  "failure-target": "Running (pods: 0 active, 0 succeeded, 1 failed)",
};

for (const [of, state] of Object.entries(running)) {
  Deno.test(`jobOutcome() gives no verdict on the recorded ${of}`, () => {
    const { object } = recording(of);
    assertEquals([jobOutcome(object), jobState(object)], [undefined, state]);
    assertEquals([failureReason(object), "finishedAt" in jobNode(object)], [undefined, false]);
    assertEquals(isSuspended(object), state.startsWith("Suspended"));
  });
}

Deno.test("every recording has its expected outcome here", () => {
  assertEquals([...Object.keys(ended), ...Object.keys(running)].sort(), recordingNames());
});

const noVerdict: [string, JsonObject][] = [
  ["without a status", {}],
  ["whose end is taken back", { conditions: [aCondition("Complete", { status: "False" })] }],
  ["whose end is not known", { conditions: [aCondition("Failed", { status: "Unknown" })] }],
  ["whose pods have all succeeded", { succeeded: 1, active: 0, completionTime: "2026-01-01T00:00:00Z" }],
  ["whose pods have all failed", { failed: 7, active: 0 }],
];

for (const [what, status] of noVerdict) {
  Deno.test(`jobOutcome() gives no verdict on a Job ${what}`, () => {
    assertEquals(jobOutcome(aJob(status)), undefined);
  });
}

Deno.test("jobOutcome() passes a Job that its success policy completes with failed indexes, and names them", () => {
  const status = {
    conditions: [aCondition("Complete", { reason: "SuccessPolicy" })],
    failedIndexes: "1,3-5",
  };
  assertEquals(jobOutcome(aJob(status)), {
    finishedSuccessfully: true,
    message: "Job ended as Complete: failed indexes: 1,3-5",
    finishedAt: "2026-01-01T00:00:09Z",
  });
});

Deno.test("jobOutcome() names the runner that stopped the Job", () => {
  const annotations = { "runner.capact.io/stopped-by": "TimedOut" };
  const job = aJob({ conditions: [aCondition("Failed", { reason: "DeadlineExceeded" })] }, { annotations });
  assertEquals(
    jobOutcome(job)?.message,
    "Job ended as Failed: DeadlineExceeded; stopped by the runner (TimedOut)",
  );
});

Deno.test("jobPhase() of a Job that the controller has not taken up is Pending", () => {
  assertEquals(jobPhase(aJob({})), "Pending");
});
