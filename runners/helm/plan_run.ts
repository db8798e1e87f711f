/**
 * Plans a run by what is in the cluster: Jobs of this runner, and the release.
 *
 * @module
 */
import { type FindInput, type Found, RunError, type WorkRef, workRef } from "../../src/mod.ts";
import type { KubeClient, KubeObject } from "../../src/kube/mod.ts";
import { type ObjectRunnerSteps, readWithRetry, SPEC_HASH_ANNOTATION } from "../../src/work/mod.ts";
import { jobOutcome } from "../job/mod.ts";
import { RELEASE_LABEL } from "./helm_job.ts";
import { isDone, rollbackTarget } from "./plan.ts";
import { readRelease, readRevisions, type Revision } from "./release.ts";
import { type HelmWork, jobStep, wantedJob } from "./work.ts";

/** What a run must do. */
export interface HelmFound extends Found {
  work: HelmWork;
  /** Whether the release is already as it should be. */
  isDone?: boolean;
  /** A finished Job of the same name whose verdict says nothing about this run: it is replaced. */
  replaces?: WorkRef | undefined;
  /** The revision to roll back to first. */
  rollbackTo?: number | undefined;
}

/**
 * Finds the Job to adopt, or works out what to do with the release.
 *
 * @param jobs the runner of the run's own Job
 * @throws {RunError} `NameTaken` if another helm works on the release, or has left it in the middle of a change
 */
export async function planRun(
  kube: KubeClient,
  { work, jobs }: { work: HelmWork; jobs: Pick<ObjectRunnerSteps, "findExisting"> },
  input: FindInput,
): Promise<HelmFound> {
  const { args, release } = work;
  const { context, signal } = input;
  // GET by name even if the list shows no Job: a run that may not GET the Job that it creates would never see its end.
  const found = await jobs.findExisting(wantedJob(work, context), jobStep(work, input));
  // A dry run does not adopt the Job of an earlier dry run.
  const own = context.dryRun ? undefined : found;
  // Without a run id, the finished Job may belong to an earlier run.
  if (own && (!own.finished || context.runId !== undefined)) return { work, existing: own };
  const { items } = await readWithRetry(
    kube,
    () =>
      kube.list({ apiVersion: "batch/v1", kind: "Job" }, {
        namespace: release.namespace,
        labelSelector: `${RELEASE_LABEL}=${release.name}`,
        signal,
      }),
    input,
  );
  const other = items.find((job) => job.metadata.name !== work.name && !jobOutcome(job));
  if (other) return { work, existing: adopted(kube, other, work, input) };
  const revisions = await readWithRetry(kube, () => readRevisions(kube, release, { signal }), input);
  const read = ({ revision }: Revision) =>
    readWithRetry(kube, () => readRelease(kube, { ...release, revision }, { signal }), input);
  if (await isDone(work, revisions[0], read)) return { work, isDone: true };
  const mayRollBack = context.settings.RUNNER_HELM_PENDING === "rollback";
  return { work, replaces: own, rollbackTo: rollbackTarget(args, revisions, mayRollBack) };
}

/** Adopts a Job of another run if it does exactly the same. */
function adopted(
  kube: KubeClient,
  job: KubeObject,
  { args, hash }: HelmWork,
  { context }: FindInput,
): WorkRef {
  const { annotations, creationTimestamp, deletionTimestamp, name } = job.metadata;
  const isSame = annotations?.[SPEC_HASH_ANNOTATION] === hash;
  if (isSame && context.onExisting === "adopt" && deletionTimestamp === undefined) {
    return workRef(kube, { object: job, adopted: true });
  }
  throw new RunError(
    "NameTaken",
    `Cannot ${args.command} the release "${args.name}": the Job "${name}", created ${creationTimestamp}` +
      `${isSame ? "" : " from another manifest"}, works on it; wait for its end or delete it`,
  );
}
