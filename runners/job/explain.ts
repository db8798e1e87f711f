/**
 * Why a Job failed, or what it waits for.
 *
 * @module
 */
import {
  type ExplainInput,
  explainPods,
  type Failure,
  type KubeClient,
  type KubeObject,
  messageOf,
  warningEvents,
  type WorkObject,
} from "../../src/mod.ts";
import { failureReason, isSuspended, jobPhase, otherController } from "./job.ts";
import { indexOf, podsOf } from "./pods.ts";

/**
 * `Container main for pod team/demo-x7k2p failed with …`, `Pod team/demo-x7k2p has condition …`:
 * https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/job/pod_failure_policy.go
 */
const NAMED_POD = /\b[Pp]od [^/ ]+\/(\S+) (?:failed with|has condition) /;

/**
 * Why a Job failed, or what it waits for if it has not ended: the pod that is the cause, its container, events and
 * log. At most five requests. Without the permission for any it says less.
 */
export async function explainJob(
  kube: KubeClient,
  { started, context, completed, signal }: ExplainInput,
): Promise<Failure> {
  const job = started.object!;
  const [, named] = NAMED_POD.exec(completed?.message ?? "") ?? [];
  const { pod, found } = await explainPods(kube, podsOf(job), {
    named,
    signal,
    logTailLines: context.logTailLines,
  });
  if (!pod) return await explainWithoutPods(kube, job, { notRead: found.notRead ?? [], signal });
  const index = indexOf(pod);
  return { ...(index === undefined ? {} : { node: `index ${index}` }), ...found };
}

/** No pod was made, or none is left: a suspended Job, one whose pods are refused, or one past its deadline. */
async function explainWithoutPods(
  kube: KubeClient,
  job: WorkObject,
  options: { notRead: string[]; signal: AbortSignal },
): Promise<Failure> {
  const notRead = [...options.notRead];
  const [whole, events] = await Promise.all([
    kube.get(job, options).catch((error) => void notRead.push(messageOf(error))),
    warningEvents(kube, job, options),
  ]);
  notRead.push(...events.notRead);
  return {
    ...(whole && notRead.length === 0 ? { message: "no pod of it can be found" } : {}),
    ...(whole ? saidOfJob(whole) : {}),
    ...(events.value?.length ? { events: events.value } : {}),
    ...(notRead.length > 0 ? { notRead } : {}),
  };
}

function saidOfJob(job: KubeObject): Failure {
  if (isSuspended(job)) return { reason: "Suspended", message: "waits to be resumed: spec.suspend is true" };
  const failed = failureReason(job);
  const reason = failed ?? jobPhase(job);
  const controller = otherController(job);
  if (failed !== undefined || controller === undefined) return { reason };
  return { reason, message: `it is up to the controller ${JSON.stringify(controller)}: spec.managedBy` };
}
