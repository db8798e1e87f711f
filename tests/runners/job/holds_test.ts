import { assertEquals, assertStringIncludes } from "@std/assert";
import { findJobHolds, jobHolds } from "../../../runners/job/holds.ts";
import type { JsonObject } from "../../../src/mod.ts";
import type { KubeObject } from "../../../src/kube/client.ts";
import {
  type Asked,
  RECORDED_BEFORE,
  type Recording,
  recordingsOf,
  refusal,
  replay,
} from "../../lab/recorded.ts";

const { recording } = recordingsOf("job");
const { signal } = new AbortController();

async function holdsOf(
  recorded: Recording,
  trouble: (asked: Asked) => Error | undefined = () => undefined,
) {
  const { kube, asked } = replay(recorded, trouble);
  const { apiVersion, kind, metadata: { name = "", namespace = "", uid = "" } } = recorded.object;
  const holds = await findJobHolds(kube, { apiVersion, kind, name, namespace, uid }, {
    signal,
    seen: recorded.object,
  });
  return { holds, asked };
}

interface Case {
  reason: string;
  object: string;
  says: string;
  container?: string;
  asked: Asked[];
}

const OF_JOB: Asked[] = ["Pod", "Event"];

/** What held up Jobs of a cluster, and the requests that found it. */
const cases: Record<string, Case> = {
  "quota": {
    reason: "FailedCreate",
    object: "ResourceQuota none",
    says: "exceeded quota: none, requested: pods=1",
    asked: OF_JOB,
  },
  "suspended": { reason: "Suspended", object: "Job suspended", says: "spec.suspend is true", asked: [] },
  "missing-account": {
    reason: "FailedCreate",
    object: "ServiceAccount nobody",
    says: "error looking up service account",
    asked: OF_JOB,
  },
  "sidecar-running": {
    reason: "ContainerRunning",
    object: "Container helper",
    container: "helper",
    says: 'runs on after the end of "main" (exit code 0)',
    asked: ["Pod"],
  },
  "sidecar-not-started": {
    reason: "Unhealthy",
    object: "Container proxy",
    container: "proxy",
    says: "has not started: Startup probe failed",
    asked: ["Pod", "Event"],
  },
  "missing-secret": {
    reason: "FailedMount",
    object: "Secret nothing",
    says: 'for volume "v"',
    asked: ["Pod", "Event"],
  },
  "missing-claim": {
    reason: "Unschedulable",
    object: "PersistentVolumeClaim nothing",
    says: "0/1 nodes are available",
    asked: ["Pod"],
  },
  "missing-key": {
    reason: "CreateContainerConfigError",
    object: "Secret nothing",
    container: "main",
    says: "not found",
    asked: ["Pod"],
  },
  "crash-loop": {
    reason: "CrashLoopBackOff",
    object: "Pod crash-loop-ks5k8",
    container: "main",
    says: "back-off",
    asked: ["Pod"],
  },
  "waiting-to-retry": {
    reason: "BackOff",
    object: "Pod waiting-to-retry-fpnk5",
    says: "failed pods: 4, the last",
    asked: OF_JOB,
  },
  "limits-wanted": {
    reason: "FailedCreate",
    object: "ResourceQuota tight",
    says: "must specify limits.cpu for: main",
    asked: OF_JOB,
  },
  "limit-range": {
    reason: "FailedCreate",
    object: "Job limit-range",
    says: "maximum cpu usage per Container",
    asked: OF_JOB,
  },
  "pod-security": {
    reason: "FailedCreate",
    object: "PodSecurity restricted:latest",
    says: "allowPrivilegeEscalation != false",
    asked: OF_JOB,
  },
  "webhook-down": {
    reason: "FailedCreate",
    object: "Webhook pods.example.org",
    says: "failed calling webhook",
    asked: OF_JOB,
  },
  "no-parallelism": {
    reason: "Parallelism",
    object: "Job no-parallelism",
    says: "spec.parallelism is 0",
    asked: [],
  },
  "managed-elsewhere": {
    reason: "Pending",
    object: "Controller example.org/elsewhere",
    says: "has not taken it up",
    asked: OF_JOB,
  },
  "queued": { reason: "Suspended", object: "LocalQueue team-a", says: "has not admitted it", asked: [] },
  "scheduling-gate": {
    reason: "SchedulingGated",
    object: "Pod scheduling-gate-k59v8",
    says: '"example.org/hold"',
    asked: ["Pod"],
  },
  "no-scheduler": { reason: "Pending", object: "Scheduler nobody", says: "has taken it up", asked: ["Pod"] },
  "unschedulable": {
    reason: "Unschedulable",
    object: "Pod unschedulable-2lr7n",
    says: "0/1 nodes are available",
    asked: ["Pod"],
  },
  "missing-image": {
    reason: "ErrImageNeverPull",
    object: "Pod missing-image-l5rff",
    says: 'image "localhost/nope:1" is not present',
    container: "main",
    asked: ["Pod"],
  },
};

for (const [of, expected] of Object.entries(cases)) {
  Deno.test(`findJobHolds() finds what holds up ${of}`, async () => {
    const { holds: [hold, ...others], asked } = await holdsOf(recording(of));
    assertEquals(others, []);
    assertEquals(
      [hold?.reason, `${hold?.object.kind} ${hold?.object.name}`, hold?.container],
      [expected.reason, expected.object, expected.container],
    );
    assertStringIncludes(hold?.message ?? "", expected.says);
    assertEquals(asked, expected.asked);
  });
}

for (const name of ["running", "success", "exit-code", "deadline"]) {
  Deno.test(`findJobHolds() finds nothing that holds up ${name}`, async () => {
    assertEquals((await holdsOf(recording(name))).holds, []);
  });
}

Deno.test("findJobHolds() of a running Job sends one request", async () => {
  assertEquals((await holdsOf(recording("running"))).asked, ["Pod"]);
});

Deno.test("findJobHolds() reports refused pods without the right to list pods, and a suspension without any right", async () => {
  const no = (...kinds: Asked[]) => (asked: Asked) =>
    kinds.includes(asked) ? refusal("forbidden") : undefined;
  assertEquals((await holdsOf(recording("quota"), no("Pod"))).holds[0]?.reason, "FailedCreate");
  assertEquals((await holdsOf(recording("quota"), no("Pod", "Event"))).holds, []);
  assertEquals((await holdsOf(recording("suspended"), no("Pod", "Event"))).holds.length, 1);
});

interface Made {
  spec?: JsonObject;
  status?: JsonObject;
  metadata?: JsonObject;
  pods?: KubeObject[];
  events?: KubeObject[];
}

function holdsOfMade({ spec = {}, status = {}, metadata = {}, pods = [], events = [] }: Made) {
  const job: KubeObject = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "demo", uid: "uid-1", ...metadata },
    spec: { parallelism: 1, completions: 1, ...spec },
    status: { startTime: "2026-01-01T00:00:00Z", ...status },
  };
  return jobHolds({ job, pods, events, areKnown: true, nowMs: RECORDED_BEFORE })
    .map(({ reason, object }) => `${reason} by ${object.kind} ${object.name}`);
}

function refused(lastTimestamp: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    involvedObject: { uid: "uid-1" },
    reason: "FailedCreate",
    message: 'serviceaccount "nobody" not found',
    lastTimestamp,
  };
}

function aPod(name: string, creationTimestamp: string, phase: string): KubeObject {
  return { apiVersion: "v1", kind: "Pod", metadata: { name, creationTimestamp }, status: { phase } };
}

const REFUSED = "FailedCreate by ServiceAccount nobody";
const failedPod = aPod("demo-1", "2026-01-01T00:00:00Z", "Failed");

const made: { what: string; job: Made; holds: string[] }[] = [
  {
    what: "parallelism 0",
    job: { spec: { parallelism: 0 } },
    holds: ["Parallelism by Job demo"],
  },
  {
    what: "a queue of Kueue's",
    job: { spec: { suspend: true }, metadata: { labels: { "kueue.x-k8s.io/queue-name": "team-a" } } },
    holds: ["Suspended by LocalQueue team-a"],
  },
  {
    what: "another controller that has not begun",
    job: { spec: { managedBy: "example.org/x" }, status: { startTime: undefined } },
    holds: ["Pending by Controller example.org/x"],
  },
  {
    what: "no controller at all",
    job: { status: { startTime: undefined } },
    holds: ["Pending by Controller kubernetes.io/job-controller"],
  },
  {
    what: "the pause before the next try",
    job: { status: { failed: 1 }, pods: [failedPod] },
    holds: ["BackOff by Pod demo-1"],
  },
  {
    what: "a refusal after a failed pod",
    job: { status: { failed: 1 }, pods: [failedPod], events: [refused("2026-01-01T00:00:30Z")] },
    holds: [REFUSED],
  },
  {
    what: "no refusal of before the last pod",
    job: { status: { failed: 1 }, pods: [failedPod], events: [refused("2025-12-31T00:00:00Z")] },
    holds: ["BackOff by Pod demo-1"],
  },
  {
    what: "some of its pods that are refused",
    job: {
      spec: { parallelism: 3, completions: 3 },
      status: { active: 1 },
      events: [refused("2026-01-01T00:00:30Z")],
    },
    holds: [REFUSED],
  },
  {
    what: "nothing where all the pods are there that are still wanted",
    job: {
      spec: { parallelism: 3, completions: 3 },
      status: { active: 1, succeeded: 2 },
      events: [refused("2026-01-01T00:00:30Z")],
    },
    holds: [],
  },
  {
    what: "nothing of a work queue whose last pods end",
    job: {
      spec: { parallelism: 3, completions: undefined },
      status: { active: 1, succeeded: 1 },
      events: [refused("2026-01-01T00:00:30Z")],
    },
    holds: [],
  },
  {
    what: "finalizers, once it is being deleted",
    job: { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: ["example.org/hold"] } },
    holds: ["Terminating by Job demo"],
  },
];

for (const { what, job, holds } of made) {
  Deno.test(`jobHolds() of a Job held up by ${what}`, () => assertEquals(holdsOfMade(job), holds));
}
