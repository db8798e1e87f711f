/**
 * The pods of a Job.
 *
 * @module
 */
import {
  containersOf,
  FollowedPods,
  type FollowedPodsOptions,
  hasRun,
  type PodSelector,
  type PodStream,
} from "../../src/pods/mod.ts";
import type { JsonObject } from "../../src/mod.ts";
import { type KubeClient, type KubeObject, objectAt, objectsAt, valueAt } from "../../src/kube/mod.ts";

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-controller-uid */
const CONTROLLER_LABEL = "batch.kubernetes.io/controller-uid";
/** https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-job-completion-index */
const INDEX_ANNOTATION = "batch.kubernetes.io/job-completion-index";

/** The fields that identify a Job's pods. */
export interface JobRef {
  namespace: string;
  uid: string;
  /** As {@linkcode manualSelector}. */
  podSelector?: string | undefined;
}

/** Selects the pods of a Job, without the pods of an earlier Job of the same name. */
export function podsOf({ namespace, uid, podSelector }: JobRef): PodSelector {
  if (podSelector === undefined) return { namespace, labelSelector: `${CONTROLLER_LABEL}=${uid}` };
  return { namespace, labelSelector: podSelector, ownerUid: uid };
}

/**
 * The selector of a Job with `manualSelector`, in the form of a query: the API server does not label the pods of such a
 * Job.
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#specifying-your-own-pod-selector
 */
export function manualSelector(job: KubeObject): string | undefined {
  if (valueAt(job, "spec", "manualSelector") !== true) return undefined;
  const labels = Object.entries(objectAt(job, "spec", "selector", "matchLabels"))
    .map(([key, value]) => `${key}=${value}`);
  return [...labels, ...objectsAt(job, "spec", "selector", "matchExpressions").map(requirementText)].join(
    ",",
  );
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement */
function requirementText({ key, operator, values }: JsonObject): string {
  switch (operator) {
    case "Exists":
      return `${key}`;
    case "DoesNotExist":
      return `!${key}`;
    default:
      return `${key} ${operator === "In" ? "in" : "notin"} (${
        Array.isArray(values) ? values.join(",") : ""
      })`;
  }
}

/** The index that a pod of an indexed Job works for. */
export function indexOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[INDEX_ANNOTATION];
}

/** Follows all containers of a Job's pods. Each line begins with its pod, and its container if the pod has several. */
export function followedJob(
  kube: KubeClient,
  job: JobRef,
  options: Omit<FollowedPodsOptions, "streamsOf">,
): FollowedPods {
  return new FollowedPods(kube, podsOf(job), { ...options, streamsOf });
}

/** The containers that have started. */
function streamsOf(pod: KubeObject): PodStream[] {
  const { name = "" } = pod.metadata;
  const all = containersOf(pod);
  return all.filter((container) => hasRun(pod, container))
    .map((container) => ({ container, label: all.length > 1 ? `${name}/${container}` : name }));
}
