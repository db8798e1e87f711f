/**
 * Diagnoses why helm failed, or what it waits for.
 *
 * @module
 */
import { type ActionRunner, type DiagnoseInput, type Diagnosis, messageOf } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { failingPod } from "./failing_pod.ts";
import type { HelmStarted } from "./helm_started.ts";

/** Matches the start of helm's error, which may have several lines. */
const ERROR = "Error: ";

/** The runner of helm's Job. */
type Jobs = Pick<Required<ActionRunner>, "diagnose">;

/** Helm's error, and the release's pod that it is about (as the wait read it, if helm has deleted the pod). */
export async function diagnoseHelm(
  kube: KubeClient,
  jobs: Jobs,
  input: DiagnoseInput<HelmStarted>,
): Promise<Diagnosis> {
  const { work, kept } = input.started;
  const node = `helm ${work.args.command}`;
  const helm = { node, ...await diagnoseHelmPod(jobs, input) };
  try {
    const pod = await failingPod(kube, work.release, input) ?? kept.failingPod;
    if (!pod) return helm;
    const message = [helmError(helm.logTail), pod.message].filter((text) => text !== undefined).join("; ");
    return { node, ...pod, ...(message === "" ? {} : { message }) };
  } catch (error) {
    return { ...helm, notRead: [...helm.notRead ?? [], `the release's pods: ${messageOf(error)}`] };
  }
}

/** The pod that helm runs in, with helm's error as the message. */
export async function diagnoseHelmPod(
  jobs: Jobs,
  input: DiagnoseInput,
): Promise<Diagnosis> {
  const found = await jobs.diagnose(input) ?? {};
  const message = helmError(found.logTail) ?? found.message;
  return { ...found, ...(message === undefined ? {} : { message }) };
}

/** Helm's last error, on one line. */
export function helmError(log: string[] = []): string | undefined {
  const first = log.findLastIndex((line) => line.startsWith(ERROR));
  if (first === -1) return undefined;
  return log.slice(first).map((line) => line.trim()).join(" ").slice(ERROR.length);
}
