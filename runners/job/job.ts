/**
 * Jobs: makes the object from a manifest, and reads the verdict from an object. This module does no I/O.
 *
 * @module
 */
import {
  type ExecutionContext,
  InvalidInputError,
  type JsonObject,
  type ProgressNode,
  type WaitForCompletionOutput,
} from "../../src/mod.ts";
import { isJsonObject, type KubeObject, objectAt, objectsAt, textAt, valueAt } from "../../src/kube/mod.ts";
import {
  overruledAccount,
  type ParsedWork,
  parseWork,
  shortTtl,
  stopNote,
  type WorkKind,
} from "../../src/work/mod.ts";

/** The kind of object. */
export const JOB: WorkKind = {
  apiVersion: "batch/v1",
  kind: "Job",
  key: "job",
  // The name becomes the value of a label of the Job's pods.
  maxNameLength: 63,
};

/**
 * Makes the Job of a run from a manifest in any of its three forms: a bare JobSpec, `{job: spec}`, or a whole
 * `kind: Job`.
 *
 * @throws {InvalidInputError} If the manifest has none of these forms or names another object
 */
export function parseJob(manifest: JsonObject, context: ExecutionContext): ParsedWork {
  const { object, warnings } = parseWork(manifest, context, JOB);
  const { template, ttlSecondsAfterFinished } = object.spec;
  const podSpec = isJsonObject(template) ? template.spec : undefined;
  if (!isJsonObject(template) || !isJsonObject(podSpec) || !Array.isArray(podSpec.containers)) {
    throw new InvalidInputError("the manifest has no list at template.spec.containers, expected a JobSpec");
  }
  // `serviceAccount` is the older name of this field.
  const { serviceAccount, ...rest } = podSpec;
  const spec = { ...rest, serviceAccountName: context.platform.serviceAccountName };
  return {
    object: { ...object, spec: { ...object.spec, template: { ...template, spec } } },
    warnings: [
      ...warnings,
      ...overruledAccount(podSpec.serviceAccountName || serviceAccount, context),
      ...shortTtl("ttlSecondsAfterFinished", ttlSecondsAfterFinished),
    ],
  };
}

/**
 * The verdict of a whole Job: `undefined` while it runs. Only the conditions `Complete` and `Failed` are final:
 * `SuccessCriteriaMet` and `FailureTarget` come while its pods still end.
 *
 * https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/job/job_controller.go
 */
export function jobOutcome(job: KubeObject): WaitForCompletionOutput | undefined {
  const ended = conditionOf(job, "Complete") ?? conditionOf(job, "Failed");
  if (!ended) return undefined;
  const why = [textAt(ended, "reason"), textAt(ended, "message")].filter(Boolean).join(": ");
  const failedIndexes = textAt(job, "status", "failedIndexes");
  const said = [
    ended.type === "Failed" ? why : "",
    failedIndexes && `failed indexes: ${failedIndexes}`,
    stopNote(job.metadata),
  ].filter(Boolean).join("; ");
  const finishedAt = textAt(job, "status", "completionTime") || textAt(ended, "lastTransitionTime");
  return {
    finishedSuccessfully: ended.type === "Complete",
    message: `Job ended as ${ended.type}${said && `: ${said}`}`,
    ...(finishedAt ? { finishedAt } : {}),
  };
}

/** A Job's state in one word, with the numbers of its pods. */
export function jobState(job: KubeObject): string {
  const { active = 0, succeeded = 0, failed = 0 } = objectAt(job, "status");
  return `${jobPhase(job)} (pods: ${active} active, ${succeeded} succeeded, ${failed} failed)`;
}

/** A Job's state in one word. */
export function jobPhase(job: KubeObject): string {
  const outcome = jobOutcome(job);
  if (outcome) return outcome.finishedSuccessfully ? "Succeeded" : "Failed";
  if (isSuspended(job)) return "Suspended";
  return textAt(job, "status", "startTime") ? "Running" : "Pending";
}

/** The Job's own reason for its failure, in one word: `BackoffLimitExceeded`, `DeadlineExceeded` … */
export function failureReason(job: KubeObject): string | undefined {
  return textAt(conditionOf(job, "Failed"), "reason") || undefined;
}

/** Whether the Job is suspended: its pods wait until `spec.suspend` is false. */
export function isSuspended(job: KubeObject): boolean {
  return valueAt(job, "spec", "suspend") === true;
}

/**
 * The controller that manages a Job instead of the built-in controller, such as Kueue's; `undefined` if the built-in
 * controller manages it.
 *
 * https://kubernetes.io/docs/concepts/workloads/controllers/job/#delegation-of-managing-a-job-object-to-external-controller
 */
export function otherController(job: KubeObject): string | undefined {
  const controller = textAt(job, "spec", "managedBy");
  return controller === "" || controller === "kubernetes.io/job-controller" ? undefined : controller;
}

/** A line of the live view for a Job. */
export function jobNode(job: KubeObject): ProgressNode {
  const startedAt = textAt(job, "status", "startTime");
  const finishedAt = jobOutcome(job)?.finishedAt;
  return {
    name: job.metadata.name ?? "",
    depth: 0,
    state: jobPhase(job),
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
  };
}

function conditionOf(job: KubeObject, type: string): JsonObject | undefined {
  return objectsAt(job, "status", "conditions")
    .find((condition) => condition.type === type && condition.status === "True");
}
