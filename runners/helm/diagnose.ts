/**
 * Why helm failed, or what it waits for.
 *
 * @module
 */
import {
  type ActionRunner,
  type DiagnoseInput,
  type Diagnosis,
  type KubeClient,
  messageOf,
  type PodFindings,
} from "../../src/mod.ts";
import { failingPod } from "./failing_pod.ts";
import type { HelmWork } from "./work.ts";

/** What helm's error begins with, which may go on over several lines. */
const ERROR = "Error: ";

/** What an explanation is made of. */
export interface DiagnoseHelmOptions {
  work: HelmWork;
  /** The runner of helm's Job. */
  jobs: Pick<Required<ActionRunner>, "diagnose">;
  /** The release's failing pod as it was seen while helm waited: what helm takes back is gone by now. */
  seen?: PodFindings | undefined;
}

/** Helm's own words, and the pod of the release that they are about. */
export async function diagnoseHelm(
  kube: KubeClient,
  { work, jobs, seen }: DiagnoseHelmOptions,
  input: DiagnoseInput,
): Promise<Diagnosis> {
  const node = `helm ${work.args.command}`;
  const helm = { node, ...await diagnoseHelmPod(jobs, input) };
  try {
    const pod = await failingPod(kube, work.release, input) ?? seen;
    if (!pod) return helm;
    const message = [helmError(helm.logTail), pod.message].filter((text) => text !== undefined).join("; ");
    return { node, ...pod, ...(message === "" ? {} : { message }) };
  } catch (error) {
    return { ...helm, notRead: [...helm.notRead ?? [], `the release's pods: ${messageOf(error)}`] };
  }
}

/** The pod that helm runs in, with helm's own words as the message. */
export async function diagnoseHelmPod(
  jobs: DiagnoseHelmOptions["jobs"],
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
