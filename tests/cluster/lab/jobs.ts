/**
 * The example's Job and its pods.
 *
 * @module
 */
import { eventually, type Space } from "./cluster.ts";
import { type AnyObject, find, list } from "./objects.ts";

/** A pod as the API server has it. */
export type Pod = AnyObject;

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
  const pods = await list({ apiVersion: "v1", kind: "Pod" }, { namespace });
  return pods.filter(({ metadata }) => metadata.labels?.["batch.kubernetes.io/job-name"] === "hello-runner");
}

/** How the runner's container ended. */
export function terminationOf(pod: Pod): { exitCode: number; message?: string } {
  const states: AnyObject[] = pod.status?.containerStatuses ?? [];
  const state = states.find(({ name }) => name === "runner")?.state;
  if (!state?.terminated) throw new Error(`the runner has not ended: ${JSON.stringify(state)}`);
  return state.terminated;
}

/** The status in the example's ConfigMap, or `undefined` while there is none. */
export async function findExampleStatus({ namespace }: Space): Promise<AnyObject | undefined> {
  const ref = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "hello", namespace } };
  const text = (await find(ref))?.data?.status;
  return text === undefined ? undefined : JSON.parse(text);
}
