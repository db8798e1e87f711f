import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../src/text/json.ts";
import { hasRun, podProblem } from "../../src/pods/pod_problem.ts";

/** A pod with these fields of its status. */
function aPod(status: JsonObject) {
  return { apiVersion: "v1", kind: "Pod", metadata: { name: "demo" }, status };
}

function ended(name: string, exitCode: number, more: JsonObject = {}): JsonObject {
  const times = { startedAt: "2026-01-01T00:00:00Z", finishedAt: "2026-01-01T00:00:01Z" };
  return { name, state: { terminated: { exitCode, reason: "Error", ...times, ...more } } };
}

function waits(name: string, reason: string, more: JsonObject = {}): JsonObject {
  return { name, state: { waiting: { reason } }, ...more };
}

const cases: { what: string; status: JsonObject; problem: ReturnType<typeof podProblem> }[] = [
  { what: "nothing of a pod that runs", status: { phase: "Running" }, problem: undefined },
  {
    what: "nothing of a pod that has succeeded",
    status: { containerStatuses: [ended("main", 0)] },
    problem: undefined,
  },
  {
    what: "what befell the pod before what it did to the containers",
    status: { reason: "Evicted", message: "too much disk ", containerStatuses: [ended("main", 137)] },
    problem: { reason: "Evicted", message: "too much disk" },
  },
  {
    what: "an eviction through the API",
    status: {
      conditions: [{
        type: "DisruptionTarget",
        status: "True",
        reason: "EvictionByEvictionAPI",
        message: "m",
      }],
    },
    problem: { reason: "EvictionByEvictionAPI", message: "m" },
  },
  {
    what: "an init container before all others",
    status: {
      initContainerStatuses: [ended("fetch", 5)],
      containerStatuses: [waits("main", "PodInitializing")],
    },
    problem: { container: "fetch", exitCode: 5, reason: "Error" },
  },
  {
    what: "the main container before another one",
    status: { containerStatuses: [ended("a", 2), ended("main", 3, { message: "why" })] },
    problem: { container: "main", exitCode: 3, reason: "Error", message: "why" },
  },
  {
    what: "a container that failed before one that was killed",
    status: { containerStatuses: [ended("main", 143), ended("helper", 2)] },
    problem: { container: "helper", exitCode: 2, reason: "Error" },
  },
  {
    what: "a container without memory as one that failed",
    status: { containerStatuses: [ended("a", 2), ended("main", 137, { reason: "OOMKilled" })] },
    problem: { container: "main", exitCode: 137, reason: "OOMKilled" },
  },
  {
    what: "of other containers the one that failed first",
    status: { containerStatuses: [ended("a", 2), ended("b", 3, { finishedAt: "2025-01-01T00:00:00Z" })] },
    problem: { container: "b", exitCode: 3, reason: "Error" },
  },
  {
    what: "the last run of a container that is to be started again",
    status: {
      containerStatuses: [
        waits("main", "CrashLoopBackOff", { lastState: { terminated: { exitCode: 5, reason: "Error" } } }),
      ],
    },
    problem: { container: "main", exitCode: 5, reason: "CrashLoopBackOff" },
  },
  {
    what: "a container that cannot start before one that waits for it",
    status: { containerStatuses: [waits("main", "ContainerCreating"), waits("b", "ErrImagePull")] },
    problem: { container: "b", reason: "ErrImagePull" },
  },
  {
    what: "a pod that no node takes",
    status: { conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }] },
    problem: { reason: "Unschedulable" },
  },
  {
    what: "a pod that still starts",
    status: { containerStatuses: [waits("main", "ContainerCreating")] },
    problem: { container: "main", reason: "ContainerCreating" },
  },
];

for (const { what, status, problem } of cases) {
  Deno.test(`podProblem() finds ${what}`, () => {
    assertEquals(podProblem(aPod(status), "main"), problem);
  });
}

const runs: { what: string; status: JsonObject; has: boolean }[] = [
  { what: "runs", status: { name: "main", state: { running: {} } }, has: true },
  { what: "has ended", status: ended("main", 0), has: true },
  { what: "never started", status: waits("main", "ErrImagePull"), has: false },
  { what: "was given up before it started", status: ended("main", 137, { startedAt: null }), has: false },
  {
    what: "is to be started again",
    status: waits("main", "CrashLoopBackOff", { lastState: ended("main", 1).state }),
    has: true,
  },
];

for (const { what, status, has } of runs) {
  Deno.test(`hasRun() of a container that ${what} is ${has}`, () => {
    assertEquals(hasRun(aPod({ containerStatuses: [status] }), "main"), has);
  });
}

Deno.test("podProblem() names the container that ended a pod, not the sidecar that ended with it", () => {
  const pod = aPod({ initContainerStatuses: [ended("proxy", 1)], containerStatuses: [ended("main", 3)] });
  const initContainers = [{ name: "proxy", restartPolicy: "Always" }];
  const problem = podProblem({ ...pod, spec: { initContainers, containers: [{ name: "main" }] } });
  assertEquals([problem?.container, problem?.exitCode], ["main", 3]);
});
