/**
 * Starts helm's Job, with the Secret that holds the values.
 *
 * @module
 */
import {
  createNew,
  type ObjectRunnerSteps,
  preflightCreate,
  readWithRetry,
  untilGone,
} from "../../src/work/mod.ts";
import {
  type CreateOptions,
  createOrAdopt,
  DryRunRefusedError,
  messageOf,
  reasonOf,
  RunError,
  StartedError,
  type StartInput,
  type StepInput,
  unlessAborted,
  type WorkRef,
} from "../../src/mod.ts";
import { isFault, type KubeClient } from "../../src/kube/mod.ts";
import { valuesSecret } from "./helm_job.ts";
import { type HelmStarted, helmStarted } from "./helm_started.ts";
import type { HelmFound } from "./plan_run.ts";
import { type HelmWork, jobStep, wantedJob } from "./work.ts";

/** The runner of helm's Job. */
type Jobs = Pick<ObjectRunnerSteps, "preflight" | "start">;

/** Asks the API server whether it would accept Job and Secret; it stores nothing. */
export async function preflightJob(
  kube: KubeClient,
  jobs: Jobs,
  { found: { work, rollbackTo }, ...input }: StartInput<HelmFound>,
): Promise<void> {
  const found = wantedJob(work, input.context, rollbackTo);
  const refusal = await refusalOfDryRun(jobs.preflight(jobStep(work, { ...input, found })));
  if (work.hasValues) {
    const job = { name: work.name, namespace: work.release.namespace, uid: NO_UID };
    await preflightCreate(kube, valuesSecret(job, work.values), secretOptions(input));
  }
  if (refusal) throw refusal;
}

/** Returns the refusal of a dry run: a policy that refuses dry runs of Jobs may accept dry runs of Secrets. */
async function refusalOfDryRun(preflight: Promise<void>): Promise<DryRunRefusedError | undefined> {
  try {
    await preflight;
  } catch (error) {
    if (error instanceof DryRunRefusedError) return error;
    throw error;
  }
}

/**
 * Creates the Job or adopts the Job of an earlier start. In both cases the values exist when this returns.
 *
 * @throws {StartedError} If the Job exists but its values may be missing
 */
export async function startJob(
  kube: KubeClient,
  jobs: Jobs,
  { found: { work, existing, replaces, rollbackTo }, ...input }: StartInput<HelmFound>,
): Promise<HelmStarted & { object: WorkRef }> {
  if (replaces) {
    await readWithRetry(kube, () => removeJob(kube, replaces, input.signal), input);
    // Until the old Job is gone, its verdict would count as that of the new Job.
    await untilGone(kube, replaces, input);
  }
  const found = wantedJob(work, input.context, rollbackTo);
  const object = existing ?? (await jobs.start(jobStep(work, { ...input, found }))).object!;
  if (work.hasValues && !object.finished) await createValues(kube, work, object, input);
  return { ...helmStarted(work), object };
}

/** Deletes a Job, and its values too instead of leaving them to the garbage collector. */
export async function removeJob(kube: KubeClient, job: WorkRef, signal: AbortSignal): Promise<void> {
  const { apiVersion, kind, name, namespace, uid } = job;
  const ref = { apiVersion: "v1", kind: "Secret", name, namespace };
  await unlessGone(async () => {
    const { metadata } = await kube.get(ref, { metadataOnly: true, signal });
    const isOwn = metadata.ownerReferences?.some((owner) => owner.uid === uid);
    if (isOwn && metadata.uid !== undefined) await kube.delete(ref, { uid: metadata.uid, signal });
  });
  await unlessGone(() =>
    kube.delete({ apiVersion, kind, name, namespace }, { uid, propagationPolicy: "Foreground", signal })
  );
}

async function unlessGone(action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    if (!isFault(error, "notFound")) throw error;
  }
}

/** Creates the values, without which helm cannot start. Deletes a Job that can never get its values. */
async function createValues(
  kube: KubeClient,
  work: HelmWork,
  job: WorkRef,
  input: StepInput,
): Promise<void> {
  const create = job.adopted ? createOrAdopt : createNew;
  try {
    const creating = create(kube, valuesSecret(job, work.values), secretOptions(input, job.uid));
    // After a signal this ends at once and leaves the Job, since its values may still arrive.
    await unlessAborted(creating, input.signal);
  } catch (error) {
    const isRefused = error instanceof RunError && error.left === undefined && !input.signal.aborted;
    const isRemoved = isRefused && await removeJob(kube, job, input.signal).then(() => true, () => false);
    if (!isRemoved) throw new StartedError({ ...helmStarted(work), object: job }, error);
    throw new RunError(reasonOf(error), messageOf(error), { cause: error, left: "not created" });
  }
}

/** The owner's uid in a dry run, in which no Job exists. */
const NO_UID = "00000000-0000-0000-0000-000000000000";

/** The Job owns the Secret, so that the garbage collector deletes it with the Job. */
function secretOptions({ context, signal, log }: StepInput, uid = NO_UID): CreateOptions {
  return { owner: { program: context.program, onExisting: "adopt" }, hashed: uid, signal, log };
}
