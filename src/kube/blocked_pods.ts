/**
 * Telling, while work runs, of pods that cannot start.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import { messageOf } from "../errors.ts";
import type { Log } from "../log.ts";
import { isFault } from "./api_error.ts";
import { clockOf, type KubeClient, type KubeObject } from "./client.ts";
import { isStarting, podProblem } from "./pod_problem.ts";

/** Which pods are meant. */
export interface PodsOf {
  /** Their namespace. */
  namespace: string;
  /** For example `batch.kubernetes.io/job-name=x`. */
  labelSelector: string;
  /** The uid of the object whose pods they are, where others may have the same labels; any by default. */
  ownerUid?: string | undefined;
}

/** Those of the pods that a list gave whose owner is meant. */
export function ownPods({ ownerUid }: PodsOf, pods: KubeObject[]): KubeObject[] {
  if (ownerUid === undefined) return pods;
  return pods.filter(({ metadata }) => metadata.ownerReferences?.some(({ uid }) => uid === ownerUid));
}

/** Options of {@linkcode tellOfBlockedPods}. */
export interface BlockedPodsOptions {
  /** Ends it. */
  signal: AbortSignal;
  /** Where it is told. */
  log: Log;
  /** The client's by default. */
  clock?: Clock;
}

/** When the first look is, milliseconds: a run that is shorter pays nothing. */
const FIRST_LOOK_MS = 45_000;
/** Time between looks, milliseconds: beside the watch a run has two requests a minute. */
const LOOK_MS = 120_000;
/** How long a pod may be without being told of, milliseconds: images are pulled, nodes come up. */
const GRACE_MS = 30_000;
/** Most pods that a look asks for: work may have thousands, and some tell what there is to tell. */
const MAX_PODS = 10;

/**
 * Logs a warning, once for each pod and reason, of pods that no node takes or whose containers cannot
 * start. It ends no run, since nodes and registries recover; it throws nothing, and gives up where it may not list
 * pods.
 */
export async function tellOfBlockedPods(
  kube: KubeClient,
  pods: PodsOf,
  options: BlockedPodsOptions,
): Promise<void> {
  const { signal, log } = options;
  const clock = clockOf(kube, options);
  const told = new Set<string>();
  for (let waitMs = FIRST_LOOK_MS;; waitMs = LOOK_MS) {
    try {
      await clock.sleep(waitMs, signal);
      for (const { what, message } of await blockedPods(kube, pods, signal)) {
        if (!told.has(what)) log.warn(message === undefined ? what : `${what}: ${message}`);
        told.add(what);
      }
    } catch (error) {
      if (signal.aborted) return;
      log.debug(`Cannot look for pods that do not start: ${messageOf(error)}`);
      if (isFault(error, "forbidden")) return;
    }
  }
}

interface Blocked {
  /** The same at every look. */
  what: string;
  /** A registry's or scheduler's, which changes. */
  message: string | undefined;
}

async function blockedPods(kube: KubeClient, pods: PodsOf, signal: AbortSignal): Promise<Blocked[]> {
  const { items } = await kube.list({ apiVersion: "v1", kind: "Pod" }, {
    ...pods,
    fieldSelector: "status.phase=Pending",
    limit: MAX_PODS,
    signal,
  });
  return ownPods(pods, items)
    .filter((pod) => kube.serverNow() - Date.parse(pod.metadata.creationTimestamp ?? "") >= GRACE_MS)
    .map(blockedPod)
    .filter((blocked) => blocked !== undefined);
}

function blockedPod(pod: KubeObject): Blocked | undefined {
  const problem = podProblem(pod);
  if (!problem || isStarting(problem)) return undefined;
  const { container, message, reason } = problem;
  const where = container === undefined ? "" : ` (container "${container}")`;
  return { what: `Pod "${pod.metadata.name}" does not start: ${reason}${where}`, message };
}
