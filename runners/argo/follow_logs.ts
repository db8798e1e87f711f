/**
 * Logs what the containers of a Workflow print while it runs.
 *
 * @module
 */
import {
  containersOf,
  endedBadly,
  FollowedPods,
  type FollowedPodsOptions,
  hasRun,
  type PodStream,
} from "../../src/pods/mod.ts";
import type { KubeClient, KubeObject } from "../../src/kube/mod.ts";
import { executorLines } from "./executor_lines.ts";
import { podsOf } from "./nodes.ts";
import { EXECUTORS, MAIN } from "./pods.ts";

const NODE_NAME_ANNOTATION = "workflows.argoproj.io/node-name";

/**
 * Follows the containers of a Workflow's pods. Each line begins with its node; lines of containers other than the main
 * container also with their container: `[node] line`, `[node/container] line`.
 */
export function followedWorkflow(
  kube: KubeClient,
  workflow: { name: string; namespace: string },
  options: Omit<FollowedPodsOptions, "streamsOf">,
): FollowedPods {
  return new FollowedPods(kube, podsOf(workflow), {
    ...options,
    streamsOf: (pod) => streamsOf(pod, workflow.name),
  });
}

/** The containers that have started; Argo's own containers only if they have failed. */
export function streamsOf(pod: KubeObject, workflow: string): PodStream[] {
  const { name = "", annotations } = pod.metadata;
  const node = nodeOf(annotations?.[NODE_NAME_ANNOTATION], workflow) ?? name;
  const label = (container: string) => container === MAIN ? node : `${node}/${container}`;
  return containersOf(pod).flatMap((container) => {
    if (!EXECUTORS.includes(container)) {
      return hasRun(pod, container) ? [{ container, label: label(container), noise: executorLines }] : [];
    }
    return endedBadly(pod, container) ? [{ container, label: label(container) }] : [];
  });
}

/**
 * The display name of a node by its whole name: `each(1:b)` for `hello[0].each(1:b)`. `undefined` if the pod lacks the
 * annotation.
 *
 * https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/controller/operator.go
 */
export function nodeOf(nodeName: string | undefined, workflow: string): string | undefined {
  const way = nodeName?.startsWith(workflow) ? nodeName.slice(workflow.length) : nodeName;
  return /^.*\.([\w-]+(?:\(.*\))?)$/s.exec(way ?? "")?.[1] ?? nodeName;
}
