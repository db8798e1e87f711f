/**
 * The pods of work, and what holds them up.
 *
 * @module
 */
import { isFault } from "../kube/api_error.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { readWarnings } from "./events.ts";
import type { Hold } from "./hold.ts";
import { GRACE_MS, podHold, type PodHoldOptions } from "./pod_hold.ts";
import { isStarting, podProblem } from "./pod_problem.ts";

/** Selects the pods of one work. */
export interface PodSelector {
  /** Their namespace. */
  namespace: string;
  /** For example `batch.kubernetes.io/job-name=x`. */
  labelSelector: string;
  /** The uid of the pods' owner, if other pods may have the same labels; by default any owner. */
  ownerUid?: string | undefined;
}

/** The listed pods that have the selected owner. */
export function ownPods({ ownerUid }: PodSelector, pods: KubeObject[]): KubeObject[] {
  if (ownerUid === undefined) return pods;
  return pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === ownerUid));
}

/** The pods of work that has not ended, and their events. */
export interface PodsUnderWay {
  /** Pods that have not succeeded, at most 50; empty if the runner may not list pods. */
  pods: KubeObject[];
  /** Warning events of the pods that are slow to start. */
  events: KubeObject[];
  /** Whether the runner may list the pods. */
  areKnown: boolean;
}

/** Most pods in a list: work may have thousands, and a few show what is wrong. */
const MAX_PODS = 50;
/** Most pods whose events are read. */
const MAX_EVENTS_OF = 3;

/**
 * Reads the pods of work under way. One request, and another for each pod that is slow to start: at most four.
 *
 * @throws {ApiError} If they cannot be read for another reason than a missing permission
 */
export async function listPodsUnderWay(
  kube: KubeClient,
  podsOf: PodSelector,
  signal: AbortSignal,
): Promise<PodsUnderWay> {
  const { namespace, labelSelector } = podsOf;
  const fieldSelector = "status.phase!=Succeeded";
  const list = { namespace, labelSelector, fieldSelector, limit: MAX_PODS, signal };
  const found = await unlessForbidden(() => kube.list({ apiVersion: "v1", kind: "Pod" }, list));
  if (!found) return { pods: [], events: [], areKnown: false };
  const pods = ownPods(podsOf, found.items);
  const events = await Promise.all(
    pods.filter((pod) => isSlow(pod, kube.serverNow())).slice(0, MAX_EVENTS_OF).map((
      { metadata: { name = "", uid } },
    ) => unlessForbidden(() => readWarnings(kube, { kind: "Pod", name, namespace, uid }, signal))),
  );
  return { pods, events: events.flatMap((each) => each ?? []), areKnown: true };
}

/** Whether a pod should have started, and only its events may tell why it has not. */
function isSlow(pod: KubeObject, nowMs: number): boolean {
  const problem = podProblem(pod);
  const ageMs = nowMs - Date.parse(pod.metadata.creationTimestamp ?? "");
  return problem !== undefined && isStarting(problem) && ageMs >= GRACE_MS;
}

/** What a read returns; `undefined` if it is forbidden. */
export async function unlessForbidden<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (isFault(error, "forbidden")) return undefined;
    throw error;
  }
}

/** What holds these pods up, each pod's own hold: see {@linkcode podHold}. */
export function podHolds({ pods, events }: PodsUnderWay, options: Omit<PodHoldOptions, "events">): Hold[] {
  return pods.map((pod) => podHold(pod, { ...options, events })).filter((hold) => hold !== undefined);
}
