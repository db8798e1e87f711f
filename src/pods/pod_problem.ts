/**
 * What is wrong with a pod, as its own status tells it. Nothing here touches a cluster.
 *
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue, objectAt, objectsAt, textAt } from "../text/json.ts";
import type { KubeObject } from "../kube/client.ts";

/** Why a pod failed, or does not start. */
export interface PodProblem {
  /** The container; absent if it is about the whole pod. */
  container?: string;
  /** The container's exit code, if it has ended. */
  exitCode?: number;
  /** The API's own word: `Error`, `OOMKilled`, `Evicted`, `ImagePullBackOff`, `Unschedulable` … */
  reason: string;
  /** The API's message about it. */
  message?: string;
}

/** A container as the pod's status has it. */
interface ContainerState {
  name: string;
  isInit: boolean;
  waiting: JsonObject | undefined;
  /** How it ended; while it waits for its next start, how its last run ended. */
  ended: JsonObject | undefined;
}

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#kubectl-kubernetes-io-default-container */
const DEFAULT_CONTAINER_ANNOTATION = "kubectl.kubernetes.io/default-container";
/** Reasons with which containers wait in every pod that starts. */
const STARTING = ["ContainerCreating", "PodInitializing"];
/** 128 + SIGKILL and SIGTERM: exit codes of a container when something else has ended the pod. */
const KILLED = [137, 143];

/**
 * The first cause in a pod's status: a problem of the whole pod (Evicted, DeadlineExceeded, preemption, admission), a
 * container that failed, a container that cannot start, or a pod that is not scheduled. A pod that still starts gives
 * `ContainerCreating` or `PodInitializing`; a pod that runs or has succeeded gives `undefined`.
 *
 * @param mainContainer comes before other containers that failed
 */
export function podProblem(
  pod: KubeObject,
  mainContainer: string | undefined = defaultContainer(pod),
): PodProblem | undefined {
  const status = objectAt(pod, "status");
  const states = containerStates(pod);
  return wholePodProblem(status) ??
    failedContainer(states, mainContainer) ??
    waitingContainer(states, (reason) => !isStarting({ reason })) ??
    unscheduled(status) ??
    waitingContainer(states, () => true);
}

/** Whether the pod is merely still starting. */
export function isStarting({ reason }: PodProblem): boolean {
  return STARTING.includes(reason);
}

/** The container that `kubectl logs` takes; `undefined` if the pod has no named container. */
export function defaultContainer(pod: KubeObject): string | undefined {
  const [first] = objectsAt(pod, "spec", "containers");
  return pod.metadata.annotations?.[DEFAULT_CONTAINER_ANNOTATION] ?? (textAt(first, "name") || undefined);
}

/** The names of all containers of a pod, init containers first. */
export function containersOf(pod: KubeObject): string[] {
  return ["initContainers", "containers"]
    .flatMap((list) => objectsAt(pod, "spec", list).map((each) => textAt(each, "name")));
}

/**
 * The names of a pod's sidecars: init containers that run beside the others, and end after them.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function sidecarsOf(pod: KubeObject): string[] {
  return objectsAt(pod, "spec", "initContainers")
    .filter(({ restartPolicy }) => restartPolicy === "Always")
    .map((each) => textAt(each, "name"));
}

/** Whether a container of the pod may have written a log, by its status. */
export function hasRun(pod: KubeObject, container: string): boolean {
  return statusesOf(pod).some(({ name, state, lastState }) =>
    name === container &&
    [state, lastState].some((each) =>
      isJsonObject(each) && (isJsonObject(each.running) || hasStarted(each.terminated))
    )
  );
}

/** Whether a container of the pod has run and ended with an exit code other than 0. */
export function endedBadly(pod: KubeObject, container: string): boolean {
  return hasRun(pod, container) && statusesOf(pod).some(({ name, state }) => {
    const { exitCode } = objectAt(state, "terminated");
    return name === container && exitCode !== undefined && exitCode !== 0;
  });
}

/** In a pod that was ended from outside, containers that never ran may count as terminated. */
function hasStarted(terminated: JsonValue | undefined): boolean {
  return isJsonObject(terminated) && typeof terminated.startedAt === "string";
}

/** https://kubernetes.io/docs/concepts/workloads/pods/disruptions/#pod-disruption-conditions */
function wholePodProblem(status: JsonObject): PodProblem | undefined {
  if (typeof status.reason === "string") return problem(status.reason, status.message);
  const disruption = condition(status, "DisruptionTarget", "True");
  return disruption && problem(disruption.reason, disruption.message);
}

function failedContainer(
  states: ContainerState[],
  mainContainer: string | undefined,
): PodProblem | undefined {
  const rank = ({ name, isInit, ended }: ContainerState) =>
    (wasKilled(ended) ? 4 : 0) + (isInit ? 0 : name === mainContainer ? 1 : 2);
  const [first] = states
    .filter(({ ended }) => typeof ended?.exitCode === "number" && ended.exitCode !== 0)
    .sort((a, b) => rank(a) - rank(b) || compare(a.ended?.finishedAt, b.ended?.finishedAt));
  if (!first) return undefined;
  const { name, waiting, ended } = first;
  const exitCode = Number(ended?.exitCode);
  // Between two runs the reason for the wait says more: CrashLoopBackOff.
  const said = problem(waiting?.reason ?? ended?.reason, ended?.message ?? waiting?.message);
  return { container: name, exitCode, ...said };
}

function wasKilled(ended: JsonObject | undefined): boolean {
  return KILLED.includes(Number(ended?.exitCode)) && ended?.reason !== "OOMKilled";
}

function waitingContainer(
  states: ContainerState[],
  isWanted: (reason: string) => boolean,
): PodProblem | undefined {
  const found = states.find(({ waiting }) => typeof waiting?.reason === "string" && isWanted(waiting.reason));
  return found && { container: found.name, ...problem(found.waiting?.reason, found.waiting?.message) };
}

function unscheduled(status: JsonObject): PodProblem | undefined {
  const found = condition(status, "PodScheduled", "False");
  return found && problem(found.reason ?? "Unschedulable", found.message);
}

function problem(reason: JsonValue | undefined, message: JsonValue | undefined): PodProblem {
  return {
    reason: typeof reason === "string" && reason !== "" ? reason : "Error",
    ...(typeof message === "string" && message.trim() !== "" ? { message: message.trim() } : {}),
  };
}

function containerStates(pod: KubeObject): ContainerState[] {
  return statusesOf(pod).map(({ name, isInit, state, lastState }) => {
    const now = objectAt(state);
    const waiting = isJsonObject(now.waiting) ? now.waiting : undefined;
    const ended = now.terminated ?? (waiting && objectAt(lastState).terminated);
    return { name, isInit, waiting, ended: isJsonObject(ended) ? ended : undefined };
  });
}

/** Init containers first. A sidecar stands among them and counts as a container. */
function statusesOf(pod: KubeObject): (JsonObject & { name: string; isInit: boolean })[] {
  const sidecars = sidecarsOf(pod);
  const all = (list: string, isInit: (name: string) => boolean) =>
    objectsAt(pod, "status", list)
      .map((each) => ({ ...each, name: String(each.name), isInit: isInit(String(each.name)) }));
  return [
    ...all("initContainerStatuses", (name) => !sidecars.includes(name)),
    ...all("containerStatuses", () => false),
  ];
}

function condition(status: JsonObject, type: string, value: string): JsonObject | undefined {
  return objectsAt(status, "conditions").find((each) => each.type === type && each.status === value);
}

/** Times as RFC 3339 sort as texts. */
function compare(a: JsonValue | undefined, b: JsonValue | undefined): number {
  return String(a ?? "").localeCompare(String(b ?? ""));
}
