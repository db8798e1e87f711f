/**
 * Logging what the containers of a Workflow print, while it runs.
 *
 * @module
 */
import {
  FollowedPods,
  type FollowedPodsOptions,
  type KubeClient,
  type KubeObject,
  type PodStreams,
} from "../../src/mod.ts";
import { podNameOf, podsOf, readNodes } from "./nodes.ts";

/** The container with the work of a pod. */
const MAIN = "main";
/** What Argo's executor logs in the main container: none of the work's own words. */
const EXECUTOR_LINE = /^time="[^"]*" level=\w+ .* argo=true( |$)/;
const NODE_NAME_ANNOTATION = "workflows.argoproj.io/node-name";

/** Follows the main containers of a Workflow's pods, each line led by its node: `[node] line`. */
export function followedWorkflow(
  kube: KubeClient,
  workflow: { name: string; namespace: string },
  options: Omit<FollowedPodsOptions, "streamsOf">,
): FollowedPods {
  return new FollowedPods(kube, podsOf(workflow), {
    ...options,
    streamsOf: ({ metadata: { name = "", annotations } }) => [
      { container: MAIN, label: nodeOf(annotations?.[NODE_NAME_ANNOTATION], workflow.name) ?? name },
    ],
    isNoise: (line) => EXECUTOR_LINE.test(line),
  });
}

/** The pods of a Workflow that has ended, by its nodes. */
export async function podsOfEnded(workflow: KubeObject): Promise<PodStreams[]> {
  const { nodes } = await readNodes(workflow);
  return [...nodes.values()]
    .filter(({ type, phase }) => type === "Pod" && phase !== "Pending" && phase !== "Omitted")
    .map((node) => ({
      pod: podNameOf(workflow, node),
      streams: [{ container: MAIN, label: node.displayName }],
    }));
}

/**
 * The display name of a node by its whole name: `each(1:b)` for `hello[0].each(1:b)`. `undefined` where there is none.
 *
 * https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/controller/operator.go
 */
export function nodeOf(nodeName: string | undefined, workflow: string): string | undefined {
  const way = nodeName?.startsWith(workflow) ? nodeName.slice(workflow.length) : nodeName;
  return /^.*\.([\w-]+(?:\(.*\))?)$/s.exec(way ?? "")?.[1] ?? nodeName;
}
