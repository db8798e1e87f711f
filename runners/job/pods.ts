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
  type KubeClient,
  type KubeObject,
  type PodsOf,
  type PodStream,
} from "../../src/mod.ts";

/** https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-controller-uid */
const CONTROLLER_LABEL = "batch.kubernetes.io/controller-uid";
/** https://kubernetes.io/docs/reference/labels-annotations-taints/#batchkubernetesio-job-completion-index */
const INDEX_ANNOTATION = "batch.kubernetes.io/job-completion-index";

/** The pods of a Job; those of an earlier Job of the name are others. */
export function podsOf({ namespace, uid }: { namespace: string; uid: string }): PodsOf {
  return { namespace, labelSelector: `${CONTROLLER_LABEL}=${uid}` };
}

/** The index that a pod of an indexed Job works for. */
export function indexOf({ metadata }: KubeObject): string | undefined {
  return metadata.annotations?.[INDEX_ANNOTATION];
}

/** Follows all containers of a Job's pods, each line led by its pod, and by its container where there are several. */
export function followedJob(
  kube: KubeClient,
  job: { namespace: string; uid: string },
  options: Omit<FollowedPodsOptions, "streamsOf">,
): FollowedPods {
  return new FollowedPods(kube, podsOf(job), { ...options, streamsOf });
}

/** The containers that have begun. */
function streamsOf(pod: KubeObject): PodStream[] {
  const { name = "" } = pod.metadata;
  const all = containersOf(pod);
  return all.filter((container) => hasRun(pod, container))
    .map((container) => ({ container, label: all.length > 1 ? `${name}/${container}` : name }));
}
