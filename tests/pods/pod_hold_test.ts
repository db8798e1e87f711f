import { assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../src/mod.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { podHold, type PodHoldOptions } from "../../src/pods/pod_hold.ts";
import { RECORDED_BEFORE, recordingsOf } from "../lab/recorded.ts";

const recorded = { argo: recordingsOf("argo").recording, job: recordingsOf("job").recording };

const CREATED = "2026-01-01T00:00:00Z";
const LATER = Date.parse("2026-01-01T00:01:00Z");

function aPod(status: JsonObject, spec: JsonObject = {}, metadata: JsonObject = {}): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "demo-1", uid: "uid-1", creationTimestamp: CREATED, ...metadata },
    spec: { containers: [{ name: "main" }], ...spec },
    status: { phase: "Pending", ...status },
  };
}

function holdOf(pod: KubeObject, options: Partial<PodHoldOptions> = {}) {
  return podHold(pod, { nowMs: LATER, ...options });
}

/** Pods recorded from a cluster. */
const recordings: {
  of: keyof typeof recorded;
  name: string;
  reason: string | undefined;
  object?: string;
  says?: string;
}[] = [
  { of: "argo", name: "unschedulable", reason: "Unschedulable", says: "0/1 nodes are available" },
  { of: "argo", name: "missing-image", reason: "ImagePullBackOff", says: "Back-off pulling image" },
  { of: "argo", name: "config-error", reason: "CreateContainerConfigError", object: "ConfigMap nothing" },
  { of: "argo", name: "missing-volume", reason: "FailedMount", object: "ConfigMap nothing" },
  { of: "argo", name: "running", reason: undefined },
  { of: "argo", name: "exit-code", reason: undefined },
  { of: "job", name: "running", reason: undefined },
  { of: "job", name: "failure-target", reason: "Terminating" },
];

for (const { of, name, reason, object, says } of recordings) {
  Deno.test(`podHold() of the recorded pod ${of}/${name} is ${reason}`, () => {
    const { pods, events } = recorded[of](name);
    const hold = podHold(pods[0]!, { nowMs: RECORDED_BEFORE, events });
    assertEquals(hold?.reason, reason);
    if (object) assertEquals(`${hold?.object.kind} ${hold?.object.name}`, object);
    if (says) assertStringIncludes(hold?.message ?? "", says);
  });
}

const starting = [{ name: "main", state: { waiting: { reason: "ContainerCreating" } } }];

Deno.test("podHold() finds no hold of a young pod, nor of a pod that starts without a known reason", () => {
  const young = aPod({}, {}, { creationTimestamp: "2026-01-01T00:00:45Z" });
  assertEquals(holdOf(young), undefined);
  assertEquals(holdOf(aPod({ containerStatuses: starting })), undefined);
});

Deno.test("podHold() reports a pod that has been starting for two minutes", () => {
  const pod = aPod({ containerStatuses: starting, startTime: CREATED });
  const hold = holdOf(pod, { nowMs: Date.parse("2026-01-01T00:02:00Z") });
  assertEquals([hold?.reason, hold?.container], ["ContainerCreating", "main"]);
  assertStringIncludes(hold?.message ?? "", `it starts since ${CREATED}`);
});

Deno.test("podHold() ignores events of other pods, and events that every pod has", () => {
  const pod = aPod({ containerStatuses: starting, startTime: CREATED });
  const event = (reason: string, uid: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Event",
    metadata: {},
    involvedObject: { uid },
    reason,
    message: "so it is",
  });
  const events = [event("FailedMount", "uid-2"), event("MissingClusterDNS", "uid-1")];
  assertEquals(holdOf(pod, { events }), undefined);
  assertEquals(holdOf(pod, { events: [...events, event("FailedMount", "uid-1")] })?.reason, "FailedMount");
});

const ended = (name: string, exitCode: number, finishedAt = CREATED) => ({
  name,
  state: { terminated: { exitCode, finishedAt, startedAt: CREATED } },
});
const running = (name: string) => ({ name, state: { running: { startedAt: CREATED } } });

const containers: {
  what: string;
  statuses: JsonObject[];
  options?: Partial<PodHoldOptions>;
  holds?: string;
}[] = [
  { what: "one that runs on after another", statuses: [ended("main", 0), running("side")], holds: "side" },
  {
    what: "one that runs on after one that failed",
    statuses: [ended("main", 3), running("side")],
    holds: "side",
  },
  { what: "none while all run", statuses: [running("main"), running("side")] },
  {
    what: "none in the first ten seconds after the end",
    statuses: [ended("main", 0, "2026-01-01T00:00:55Z"), running("side")],
  },
  {
    what: "none while the container that does the work runs",
    statuses: [running("main"), ended("side", 0)],
    options: { workers: () => ["main"] },
  },
  {
    what: "none while one of two that do the work runs",
    statuses: [ended("one", 0), running("two"), running("wait")],
    options: { workers: () => ["one", "two"], executors: ["wait"] },
  },
  {
    what: "the sidecar before the executor",
    statuses: [running("wait"), ended("main", 0), running("side")],
    options: { workers: () => ["main"], executors: ["wait"] },
    holds: "side",
  },
  {
    what: "the executor where it alone runs on",
    statuses: [running("wait"), ended("main", 0)],
    options: { workers: () => ["main"], executors: ["wait"] },
    holds: "wait",
  },
];

for (const { what, statuses, options, holds } of containers) {
  Deno.test(`podHold() names, of containers in a pod that runs, ${what}`, () => {
    const hold = holdOf(aPod({ phase: "Running", containerStatuses: statuses }), options);
    assertEquals(hold?.container, holds);
    if (holds) {
      assertEquals([hold?.reason, hold?.object], ["ContainerRunning", { kind: "Container", name: holds }]);
    }
  });
}

Deno.test("podHold() reports a pod that neither a scheduler nor a node has taken up", () => {
  const unscheduled = holdOf(aPod({}, { schedulerName: "nobody" }));
  assertEquals([unscheduled?.reason, unscheduled?.object.name], ["Pending", "nobody"]);
  const onNode = holdOf(aPod({}, { nodeName: "node1" }));
  assertEquals([onNode?.reason, onNode?.object], ["Pending", { kind: "Node", name: "node1" }]);
});

Deno.test("podHold() reports an overdue deletion, with the finalizers that hold it", () => {
  const deleted = (deletionTimestamp: string) =>
    holdOf(aPod({ phase: "Running" }, {}, { deletionTimestamp, finalizers: ["example.org/hold"] }));
  assertEquals(deleted("2026-01-01T00:00:50Z"), undefined);
  assertStringIncludes(deleted(CREATED)?.message ?? "", "example.org/hold");
});
