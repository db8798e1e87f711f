/**
 * Diagnoses why a Job failed, or what it waits for.
 *
 * @module
 */
import { type DiagnoseInput, type Diagnosis, messageOf, type WorkRef } from "../../src/mod.ts";
import {
  explainPods,
  type PodFindings,
  saidOfHold,
  type WarningEvents,
  warningEvents,
} from "../../src/pods/mod.ts";
import type { KubeClient, KubeObject } from "../../src/kube/mod.ts";
import { jobHold, jobHolds } from "./holds.ts";
import { failureReason, jobPhase, otherController } from "./job.ts";
import { indexOf, podsOf } from "./pods.ts";

/**
 * Matches `Container main for pod team/demo-x7k2p failed with …` and `Pod team/demo-x7k2p has condition …`:
 * https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/job/pod_failure_policy.go
 */
const NAMED_POD = /\b[Pp]od [^/ ]+\/(\S+) (?:failed with|has condition) /;

/**
 * Why a Job failed, or what it waits for if it has not ended: the pod that is the cause with its container, events and
 * log, or what keeps the Job from creating pods. It sends at most five requests; without permission for a request the
 * diagnosis has less detail.
 */
export async function diagnoseJob(
  kube: KubeClient,
  { started, context, completed, signal }: DiagnoseInput,
): Promise<Diagnosis> {
  const target = started.object!;
  const [, named] = NAMED_POD.exec(completed?.message ?? "") ?? [];
  const waiting = completed ? undefined : await readJob(kube, target, signal);
  const hold = waiting?.value && jobHold(waiting.value, kube.serverNow());
  if (hold) return saidOfHold(hold);
  const { pod, found } = await explainPods(kube, podsOf(target), {
    named,
    waits: !completed,
    signal,
    logTailLines: context.logTailLines,
  });
  if (!pod) return await explainWithoutPods(kube, target, { found, waiting, signal });
  const index = indexOf(pod);
  return { ...(index === undefined ? {} : { node: `index ${index}` }), ...found };
}

/** The Job, or why it could not be read. */
interface JobRead {
  value?: KubeObject;
  notRead: string[];
}

async function readJob(kube: KubeClient, target: WorkRef, signal: AbortSignal): Promise<JobRead> {
  try {
    return { value: await kube.get(target, { signal }), notRead: [] };
  } catch (error) {
    return { notRead: [messageOf(error)] };
  }
}

/** Explains a Job without pods: the API server refused them, or they were deleted after the Job's deadline. */
async function explainWithoutPods(
  kube: KubeClient,
  target: WorkRef,
  { found, waiting, signal }: {
    found: Partial<PodFindings>;
    waiting: JobRead | undefined;
    signal: AbortSignal;
  },
): Promise<Diagnosis> {
  const [read, events] = await Promise.all([
    waiting ?? readJob(kube, target, signal),
    warningEvents(kube, target, { signal }),
  ]);
  const notRead = [...found.notRead ?? [], ...read.notRead, ...events.notRead];
  const areKnown = found.notRead === undefined;
  return {
    ...(read.value
      ? saidOfJob({ job: read.value, areKnown, isAll: notRead.length === 0 }, kube, events)
      : {}),
    ...(events.value?.length ? { events: events.value } : {}),
    ...(notRead.length > 0 ? { notRead } : {}),
  };
}

function saidOfJob(
  { job, areKnown, isAll }: { job: KubeObject; areKnown: boolean; isAll: boolean },
  kube: KubeClient,
  { items }: WarningEvents,
): Diagnosis {
  const [hold] = jobHolds({ job, pods: [], areKnown, events: items, nowMs: kube.serverNow() });
  if (hold) return saidOfHold(hold);
  const controller = otherController(job);
  const message = controller === undefined
    ? "no pod of it can be found"
    : `it is up to the controller ${JSON.stringify(controller)}: spec.managedBy`;
  return { reason: failureReason(job) ?? jobPhase(job), ...(isAll ? { message } : {}) };
}
