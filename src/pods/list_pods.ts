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

/** Which pods are meant. */
export interface PodSelector {
  /** Their namespace. */
  namespace: string;
  /** For example `batch.kubernetes.io/job-name=x`. */
  labelSelector: string;
  /** The uid of the object whose pods they are, where others may have the same labels; any by default. */
  ownerUid?: string | undefined;
}

/** Those of the pods that a list gave whose owner is meant. */
export function ownPods({ ownerUid }: PodSelector, pods: KubeObject[]): KubeObject[] {
  if (ownerUid === undefined) return pods;
  return pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === ownerUid));
}

/** What is known of the pods of work that has not ended. */
export interface PodsUnderWay {
  /** Pods that have not succeeded, at most 50; none where they may not be listed. */
  pods: KubeObject[];
  /** Warning events of those that start. */
  events: KubeObject[];
  /** Whether the pods may be listed. */
  areKnown: boolean;
}

/** Most pods that a look asks for: work may have thousands, and some tell what there is to tell. */
const MAX_PODS = 50;
/** Most pods that a look asks for the events of. */
const MAX_EVENTS_OF = 3;

/**
 * Looks at the pods of work under way. One request, and one for each pod that takes its time to start: at most four.
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

/** Whether a pod should have started, and its status does not tell why it has not: its events may. */
function isSlow(pod: KubeObject, nowMs: number): boolean {
  const problem = podProblem(pod);
  const ageMs = nowMs - Date.parse(pod.metadata.creationTimestamp ?? "");
  return problem !== undefined && isStarting(problem) && ageMs >= GRACE_MS;
}

/** What a read gives; `undefined` where it is forbidden. */
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
