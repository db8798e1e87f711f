/**
 * The example's Job and its pods.
 *
 * @module
 */
import type { V1ContainerStateTerminated, V1Pod } from "@kubernetes/client-node";
import { type AnyObject, coreApi, eventually, find, type Space } from "./cluster.ts";

export type Pod = V1Pod;

/** How long the Job may take, milliseconds: a two-step Workflow and two pods of the runner, on a busy machine. */
const JOB_MS = 180_000;

/** Waits for the Job's end: `Complete`, or `Failed` with its reason. */
export async function waitForJob({ namespace }: Space): Promise<string> {
  const ref = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "hello-runner", namespace } };
  return await eventually("the Job ends", JOB_MS, async () => {
    const conditions: { type: string; status: string; reason?: string }[] =
      (await find(ref))?.status?.conditions ?? [];
    const end = conditions.find(({ type, status }) =>
      status === "True" && ["Complete", "Failed"].includes(type)
    );
    return end?.type === "Failed" ? `Failed (${end.reason})` : end?.type;
  });
}

/** The pods that the Job has made. */
export async function runnerPods({ namespace }: Space): Promise<Pod[]> {
  const labelSelector = "batch.kubernetes.io/job-name=hello-runner";
  return (await coreApi().listNamespacedPod({ namespace, labelSelector })).items;
}

/** How the runner's container ended. */
export function terminationOf(pod: Pod): V1ContainerStateTerminated {
  const state = pod.status?.containerStatuses?.find(({ name }) => name === "runner")?.state;
  if (!state?.terminated) throw new Error(`the runner has not ended: ${JSON.stringify(state)}`);
  return state.terminated;
}

/** The status in the example's ConfigMap, or `undefined` while there is none. */
export async function findExampleStatus({ namespace }: Space): Promise<AnyObject | undefined> {
  const ref = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hello", namespace } };
  const text = (await find(ref))?.data?.status;
  return text === undefined ? undefined : JSON.parse(text);
}
