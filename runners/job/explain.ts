/**
 * Why a Job failed, or what it waits for.
 *
 * @module
 */
import {
  type ExplainInput,
  explainPod,
  type Failure,
  isFault,
  isJsonObject,
  type KubeClient,
  type KubeObject,
  messageOf,
  podProblem,
  warningEvents,
  type WorkObject,
} from "../../src/mod.ts";
import { failureReason, isSuspended, jobPhase } from "./job.ts";
import { indexOf, podsOf } from "./pods.ts";

/**
 * `Container main for pod team/demo-x7k2p failed with …`, `Pod team/demo-x7k2p has condition …`:
 * https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/job/pod_failure_policy.go
 */
const NAMED_POD = /\b[Pp]od [^/ ]+\/(\S+) (?:failed with|has condition) /;
/** Most pods that are looked at: a Job may have tens of thousands. */
const MAX_PODS = 500;

/**
 * Why a Job failed, or what it waits for if it has not ended: the pod that is the cause, its container, events and
 * log. At most five requests. Without the permission for any it says less.
 */
export async function explainJob(
  kube: KubeClient,
  { started, context, completed, signal }: ExplainInput,
): Promise<Failure> {
  const job = started.object!;
  const { pods, notRead } = await readPods(kube, job, signal);
  const pod = causeOf(pods, completed?.message ?? "");
  if (!pod) return await explainWithoutPods(kube, job, { notRead, signal });
  const index = indexOf(pod);
  const { name = "", namespace = "" } = pod.metadata;
  const found = await explainPod(kube, { name, namespace }, {
    signal,
    logTailLines: context.logTailLines,
    isOwn: ({ metadata }) => metadata.uid === pod.metadata.uid,
  });
  return { ...saidOf(pod), ...(index === undefined ? {} : { node: `index ${index}` }), ...found };
}

/**
 * The pod that a Job failed by, or that it waits for: the one that the Job's own message names; else of those that
 * failed on their own the last, since earlier failures were tried again; else one that was ended from outside, or that
 * cannot start; else one that runs.
 */
export function causeOf(pods: KubeObject[], jobMessage: string): KubeObject | undefined {
  const [, named] = NAMED_POD.exec(jobMessage) ?? [];
  return pods.find(({ metadata }) => metadata.name === named) ??
    pods.filter((pod) => phaseOf(pod) !== "Succeeded")
      .sort((a, b) => rankOf(a) - rankOf(b) || createdAt(b).localeCompare(createdAt(a)))
      .at(0);
}

function rankOf(pod: KubeObject): number {
  const problem = podProblem(pod);
  if (!problem) return 3;
  if (problem.exitCode === undefined) return 2;
  const isEnded = pod.metadata.deletionTimestamp !== undefined && problem.reason !== "OOMKilled";
  return isEnded ? 1 : 0;
}

async function readPods(
  kube: KubeClient,
  job: WorkObject,
  signal: AbortSignal,
): Promise<{ pods: KubeObject[]; notRead: string[] }> {
  const options = { ...podsOf(job), fieldSelector: "status.phase!=Succeeded", limit: MAX_PODS, signal };
  try {
    const { items } = await kube.list({ apiVersion: "v1", kind: "Pod" }, options);
    return { pods: items, notRead: [] };
  } catch (error) {
    if (!isFault(error, "forbidden")) throw error;
    return { pods: [], notRead: ["the runner may not list the pods"] };
  }
}

/** No pod was made, or none is left: a suspended Job, one whose pods are refused, or one past its deadline. */
async function explainWithoutPods(
  kube: KubeClient,
  { apiVersion, kind, name, namespace, uid }: WorkObject,
  options: { notRead: string[]; signal: AbortSignal },
): Promise<Failure> {
  const notRead = [...options.notRead];
  const [job, events] = await Promise.all([
    kube.get({ apiVersion, kind, name, namespace }, options).catch((error) =>
      void notRead.push(messageOf(error))
    ),
    warningEvents(kube, { kind, name, namespace, uid }, options),
  ]);
  notRead.push(...events.notRead);
  return {
    ...(job ? saidOfJob(job) : {}),
    ...(job && notRead.length === 0 && !isSuspended(job) ? { message: "no pod of it can be found" } : {}),
    ...(events.value?.length ? { events: events.value } : {}),
    ...(notRead.length > 0 ? { notRead } : {}),
  };
}

function saidOfJob(job: KubeObject): Failure {
  if (isSuspended(job)) return { reason: "Suspended", message: "waits to be resumed: spec.suspend is true" };
  return { reason: failureReason(job) ?? jobPhase(job) };
}

/** What is known of a pod without a problem. */
function saidOf(pod: KubeObject): Failure {
  if (podProblem(pod)) return {};
  const { startTime } = isJsonObject(pod.status) ? pod.status : {};
  return { reason: phaseOf(pod), ...(startTime ? { message: `runs since ${startTime}` } : {}) };
}

function phaseOf({ status }: KubeObject): string {
  return isJsonObject(status) && typeof status.phase === "string" ? status.phase : "Pending";
}

function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? "";
}
