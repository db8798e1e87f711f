/**
 * What keeps a pod from going on, from its status and its events. Nothing here touches a cluster.
 *
 * @module
 */
import { objectAt, objectsAt, textAt } from "../text/json.ts";
import type { KubeObject } from "../kube/client.ts";
import { newestEvent } from "./events.ts";
import { aHold, deletionHold, type Hold, type HoldOptions } from "./hold.ts";
import { isStarting, type PodProblem, podProblem, sidecarsOf } from "./pod_problem.ts";

/** What {@linkcode podHold} takes into account beside the pod. */
export interface PodHoldOptions {
  /** The API server's clock, milliseconds since 1970. */
  nowMs: number;
  /** Warning events, of this pod and of others. By default there are none. */
  events?: KubeObject[] | undefined;
  /** Containers of an executor, which end by themselves after the work. By default there are none. */
  executors?: string[] | undefined;
  /**
   * The containers that do the pod's work: once all of them have ended, the pod should end as well. By default every
   * container does, and as soon as one container has ended the pod waits for the others.
   */
  workers?: ((pod: KubeObject) => string[]) | undefined;
  /** How old a pod must be to be reported, milliseconds; 30 000 by default: images are pulled, nodes come up. */
  graceMs?: number | undefined;
}

/** How old a pod must be to be reported, milliseconds: images are pulled, nodes come up. */
export const GRACE_MS = 30_000;
/** How long containers may outlast those that do the work before they are reported, milliseconds. */
const END_MS = 10_000;
/** How long a pod may start without a known reason, milliseconds. */
const SLOW_START_MS = 120_000;
/** Reasons of events about a pod that does not start; every pod has further events. */
const START_EVENT = /^Failed|NotReady$|^Unhealthy$/;

/**
 * What keeps a pod from going on: the pod is not scheduled, a container cannot start or starts again and again, a
 * volume cannot be mounted, a container runs on after the others have ended, or the pod's deletion is overdue.
 * `undefined` for a pod that has ended, is younger than `graceMs`, or runs.
 */
export function podHold(pod: KubeObject, options: PodHoldOptions): Hold | undefined {
  const phase = textAt(pod, "status", "phase");
  if (phase === "Succeeded" || phase === "Failed") return undefined;
  const { nowMs, graceMs = GRACE_MS } = options;
  if (pod.metadata.deletionTimestamp !== undefined) return deletionHold(pod, nowMs);
  if (nowMs - Date.parse(pod.metadata.creationTimestamp ?? "") < graceMs) return undefined;
  const problem = podProblem(pod);
  if (!problem) return runningOnHold(pod, options) ?? notTakenUpHold(pod, phase);
  if (isStarting(problem)) return startHold(pod, problem, options);
  if (problem.reason === "SchedulingGated") return gatedHold(pod, problem);
  if (problem.exitCode !== undefined && !isWaiting(pod, problem.container)) {
    return runningOnHold(pod, options);
  }
  return of(pod, problem);
}

/** A hold of this pod. */
function of(pod: KubeObject, { reason, message, container, object }: Omit<HoldOptions, "held">): Hold {
  return aHold({ reason, message, container, object, held: { kind: "Pod", name: pod.metadata.name ?? "" } });
}

function startHold(pod: KubeObject, problem: PodProblem, { events = [], nowMs }: PodHoldOptions) {
  const event = newestEvent(events, pod.metadata.uid, (reason) => START_EVENT.test(reason));
  const { reason = problem.reason, message = "" } = event
    ? { reason: textAt(event, "reason"), message: textAt(event, "message") }
    : {};
  const container = startingSidecar(pod);
  if (container !== undefined) {
    const said = [`the sidecar "${container}" runs and has not started`, message].filter(Boolean).join(": ");
    return of(pod, { reason, container, message: said, object: { kind: "Container", name: container } });
  }
  if (event) return of(pod, { reason, message });
  const startTime = textAt(pod, "status", "startTime") || pod.metadata.creationTimestamp || "";
  if (nowMs - Date.parse(startTime) < SLOW_START_MS) return undefined;
  return of(pod, { ...problem, message: problem.message ?? `it starts since ${startTime}` });
}

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-scheduling-readiness/ */
function gatedHold(pod: KubeObject, { reason, message = "" }: PodProblem): Hold {
  const gates = objectsAt(pod, "spec", "schedulingGates").map(({ name }) => JSON.stringify(name));
  return of(pod, { reason, message: `${message}: ${gates.join(", ")}` });
}

/** A sidecar that the other containers wait for: its startup probe has not passed. */
function startingSidecar(pod: KubeObject): string | undefined {
  const sidecars = sidecarsOf(pod);
  const found = objectsAt(pod, "status", "initContainerStatuses").find((status) =>
    sidecars.includes(textAt(status, "name")) && "running" in objectAt(status, "state") &&
    status.started !== true
  );
  return found && textAt(found, "name");
}

function isWaiting(pod: KubeObject, container: string | undefined): boolean {
  return ["initContainerStatuses", "containerStatuses"].some((list) =>
    objectsAt(pod, "status", list).some((status) =>
      status.name === container && "waiting" in objectAt(status, "state")
    )
  );
}

/** The hold of a pod that no scheduler or no kubelet has taken up. */
function notTakenUpHold(pod: KubeObject, phase: string): Hold | undefined {
  const statuses = ["initContainerStatuses", "containerStatuses"]
    .flatMap((list) => objectsAt(pod, "status", list));
  if (phase === "Running" || statuses.length > 0) return undefined;
  const node = textAt(pod, "spec", "nodeName");
  const scheduler = textAt(pod, "spec", "schedulerName");
  if (node) {
    return of(pod, {
      reason: "Pending",
      message: `the node "${node}" has not taken it up`,
      object: { kind: "Node", name: node },
    });
  }
  return of(pod, {
    reason: "Pending",
    message: `no scheduler "${scheduler}" has taken it up`,
    object: { kind: "Scheduler", name: scheduler },
  });
}

/** The hold of a pod in which a container runs while those that do the work have ended. */
function runningOnHold(pod: KubeObject, options: PodHoldOptions): Hold | undefined {
  const { executors = [], nowMs, workers, graceMs = GRACE_MS } = options;
  const statuses = objectsAt(pod, "status", "containerStatuses");
  const names = workers?.(pod);
  const ended = statuses.filter((status) =>
    "terminated" in objectAt(status, "state") && !executors.includes(textAt(status, "name"))
  );
  const running = statuses.filter((status) => "running" in objectAt(status, "state"));
  const first = running.find(({ name }) => !executors.includes(String(name))) ?? running.at(0);
  if (!first || ended.length === 0) return undefined;
  if (names && !names.every((name) => ended.some((status) => status.name === name))) return undefined;
  const finishedAt = ended.map((status) => textAt(status, "state", "terminated", "finishedAt")).sort().at(-1);
  if (nowMs - Date.parse(finishedAt ?? "") < Math.min(graceMs, END_MS)) return undefined;
  const container = textAt(first, "name");
  const shown = ended.filter(({ name }) => !names || names.includes(String(name)))
    .map((status) => `"${status.name}" (exit code ${objectAt(status, "state", "terminated").exitCode})`);
  return of(pod, {
    reason: "ContainerRunning",
    container,
    message: `the container "${container}" runs on after the end of ${shown.join(", ")}`,
    object: { kind: "Container", name: container },
  });
}
