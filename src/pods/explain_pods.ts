/**
 * Finding out which of several pods failed or does not start, and why.
 *
 * @module
 */
import { objectAt, textAt } from "../text/json.ts";
import { isFault } from "../kube/api_error.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { newestFirst } from "../kube/newest_first.ts";
import { explainPod, type ExplainPodOptions, type PodFindings } from "./explain_pod.ts";
import { ownPods, type PodSelector } from "./list_pods.ts";
import { podHold } from "./pod_hold.ts";
import { podProblem } from "./pod_problem.ts";

/** Options of {@linkcode explainPods}. */
export interface ExplainPodsOptions extends Omit<ExplainPodOptions, "isOwn" | "pod"> {
  /** The name of the pod that is the cause, if it is known. */
  named?: string | undefined;
}

/** Most pods that are read: there may be tens of thousands. */
const MAX_PODS = 500;

/**
 * Explains the pod that is the cause among those that have not succeeded: see {@linkcode causeOf}. At most four
 * requests. The result has no `pod` if there is no such pod, or if the runner may not list pods.
 *
 * @throws {ApiError} If the pods cannot be listed for another reason
 */
export async function explainPods(
  kube: KubeClient,
  pods: PodSelector,
  { named, ...options }: ExplainPodsOptions,
): Promise<{ pod?: KubeObject; found: Partial<PodFindings> }> {
  const { signal } = options;
  const listed = { ...pods, fieldSelector: "status.phase!=Succeeded", limit: MAX_PODS, signal };
  try {
    const { items } = await kube.list({ apiVersion: "v1", kind: "Pod" }, listed);
    const own = ownPods(pods, items);
    const pod = options.waits ? waitedFor(own, kube.serverNow()) : causeOf(own, named);
    if (!pod) return { found: {} };
    const { name = "", namespace = "" } = pod.metadata;
    const found = await explainPod(kube, { name, namespace }, { ...options, pod });
    return { pod, found: { ...stateOf(pod), ...found } };
  } catch (error) {
    if (!isFault(error, "forbidden")) throw error;
    return { found: { notRead: ["the runner may not list the pods"] } };
  }
}

/**
 * The pod that made work fail, or that work waits for. In this order: the pod `named`; the last pod that failed on its
 * own, since earlier failures were tried again; a pod that was ended from outside; a pod that cannot start; a pod that
 * runs.
 */
export function causeOf(pods: KubeObject[], named?: string): KubeObject | undefined {
  return pods.find(({ metadata }) => metadata.name === named) ??
    pods.filter((pod) => phaseOf(pod) !== "Succeeded")
      .sort((a, b) => rankOf(a) - rankOf(b) || newestFirst(a, b))
      .at(0);
}

/** The pod that work under way waits for: a pod that is held up, else a pod that runs, else the last that failed. */
function waitedFor(pods: KubeObject[], nowMs: number): KubeObject | undefined {
  const rank = (pod: KubeObject) => podHold(pod, { nowMs, graceMs: 0 }) ? 0 : 1;
  return pods.filter((pod) => !["Succeeded", "Failed"].includes(phaseOf(pod)))
    .sort((a, b) => rank(a) - rank(b) || newestFirst(a, b))
    .at(0) ?? causeOf(pods);
}

function rankOf(pod: KubeObject): number {
  const problem = podProblem(pod);
  if (!problem) return 3;
  if (problem.exitCode === undefined) return 2;
  const isEnded = pod.metadata.deletionTimestamp !== undefined && problem.reason !== "OOMKilled";
  return isEnded ? 1 : 0;
}

/** The phase of a pod without a problem, and since when it runs. */
function stateOf(pod: KubeObject): { reason?: string; message?: string } {
  if (podProblem(pod)) return {};
  const { startTime } = objectAt(pod, "status");
  return { reason: phaseOf(pod), ...(startTime ? { message: `runs since ${startTime}` } : {}) };
}

function phaseOf(pod: KubeObject): string {
  return textAt(pod, "status", "phase") || "Pending";
}
