/**
 * Finds out what holds a Job up.
 *
 * @module
 */
import {
  aHold,
  deletionHold,
  eventTime,
  type Hold,
  listPodsUnderWay,
  newestEvent,
  podHolds,
  type PodsUnderWay,
  readWarnings,
  unlessForbidden,
} from "../../src/pods/mod.ts";
import {
  createdAt,
  type KubeClient,
  type KubeObject,
  objectAt,
  textAt,
  valueAt,
} from "../../src/kube/mod.ts";
import type { WaitTarget } from "../../src/mod.ts";
import { isSuspended, jobOutcome } from "./job.ts";
import { podsOf } from "./pods.ts";

/** The known facts about a running Job. */
export interface KnownJob extends PodsUnderWay {
  /** The whole Job. */
  job: KubeObject;
  /** The API server's clock, milliseconds since 1970. */
  nowMs: number;
}

/** https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/apis/batch/types.go `JobControllerName` */
const JOB_CONTROLLER = "kubernetes.io/job-controller";
/** https://kueue.sigs.k8s.io/docs/tasks/run/jobs/ */
const QUEUE_LABEL = "kueue.x-k8s.io/queue-name";

/**
 * Finds out what holds a Job up. It sends one request for the pods, one for each pod that starts slowly, and one for the
 * Job's own events if the Job has too few pods.
 *
 * @param job the whole Job as last seen; if absent, it is read
 */
export async function findJobHolds(
  kube: KubeClient,
  target: WaitTarget,
  { signal, seen }: { signal: AbortSignal; seen?: KubeObject | undefined },
): Promise<Hold[]> {
  const job = seen ?? await kube.get(target, { signal });
  const nowMs = kube.serverNow();
  const ownHold = jobHold(job, nowMs);
  if (ownHold) return [ownHold];
  const known = await listPodsUnderWay(kube, podsOf(target), signal);
  const own = lacksPods(job) ? await unlessForbidden(() => readWarnings(kube, target, signal)) : [];
  return jobHolds({ ...known, job, events: [...known.events, ...own ?? []], nowMs });
}

/** Everything that holds a Job up. If its own state holds it up, its pods do not matter. */
export function jobHolds(known: KnownJob): Hold[] {
  const { job, nowMs } = known;
  if (jobOutcome(job)) return [];
  const own = jobHold(job, nowMs);
  if (own) return [own];
  const without = lacksPods(job) ? refusedPods(known) ?? backOff(known) ?? notTakenUp(job) : undefined;
  return [...without ? [without] : [], ...podHolds(known, { nowMs })];
}

/** Why the Job itself creates no pods: it is being deleted or suspended, or its parallelism is 0. */
export function jobHold(job: KubeObject, nowMs: number): Hold | undefined {
  const deletion = deletionHold(job, nowMs);
  if (deletion) return deletion;
  if (isSuspended(job)) return suspension(job);
  if (valueAt(job, "spec", "parallelism") === 0) {
    return of(job, { reason: "Parallelism", message: "spec.parallelism is 0: no pod is made" });
  }
  return undefined;
}

function of(job: KubeObject, hold: { reason: string; message: string; object?: Hold["object"] }): Hold {
  return aHold({ held: { kind: "Job", name: job.metadata.name ?? "" }, ...hold });
}

function suspension(job: KubeObject): Hold {
  const queue = job.metadata.labels?.[QUEUE_LABEL];
  const message = "waits to be resumed: spec.suspend is true";
  if (queue === undefined) return of(job, { reason: "Suspended", message });
  return of(job, {
    reason: "Suspended",
    message: `${message}; Kueue's queue "${queue}" has not admitted it`,
    object: { kind: "LocalQueue", name: queue },
  });
}

/** Whether a Job has fewer running pods than it should. */
function lacksPods(job: KubeObject): boolean {
  const { active = 0, succeeded = 0 } = objectAt(job, "status");
  const { parallelism = 1, completions } = objectAt(job, "spec");
  const left = typeof completions === "number" ? completions - Number(succeeded) : Infinity;
  // Without a number of completions, the controller creates no further pod after the first pod has succeeded.
  const wanted = left === Infinity && Number(succeeded) > 0 ? 0 : Math.min(Number(parallelism), left);
  return Number(active) < wanted;
}

/** A hold because the API server refuses the Job's next pod: no service account, a quota, PodSecurity, a webhook … */
function refusedPods({ job, pods, events }: KnownJob): Hold | undefined {
  const event = newestEvent(events, job.metadata.uid, (reason) => reason.startsWith("Failed"));
  if (!event) return undefined;
  const newestPod = pods.map(({ metadata }) => metadata.creationTimestamp ?? "").sort().at(-1) ?? "";
  if (eventTime(event) < newestPod) return undefined;
  return of(job, { reason: textAt(event, "reason"), message: textAt(event, "message") });
}

/** A hold because pods have failed, and the Job's controller waits before it creates the next pod. */
function backOff({ job, pods }: KnownJob): Hold | undefined {
  const { active = 0, failed = 0 } = objectAt(job, "status");
  if (Number(failed) === 0 || Number(active) > 0) return undefined;
  const last = pods.filter((pod) => textAt(pod, "status", "phase") === "Failed")
    .sort((a, b) => createdAt(a).localeCompare(createdAt(b))).at(-1)?.metadata.name;
  return of(job, {
    reason: "BackOff",
    message: `the controller waits before the next try; failed pods: ${failed}${
      last ? `, the last "${last}"` : ""
    }`,
    ...(last ? { object: { kind: "Pod", name: last } } : {}),
  });
}

/** A hold because no controller has taken the Job up. */
function notTakenUp(job: KubeObject): Hold | undefined {
  if (textAt(job, "status", "startTime")) return undefined;
  const controller = textAt(job, "spec", "managedBy") || JOB_CONTROLLER;
  return of(job, {
    reason: "Pending",
    message: `its controller "${controller}" has not taken it up`,
    object: { kind: "Controller", name: controller },
  });
}
