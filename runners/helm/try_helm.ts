/**
 * The dry run of helm itself: only helm can tell what it would do.
 *
 * @module
 */
import type { KubeClient } from "../../src/kube/mod.ts";
import {
  messageOf,
  RunError,
  StartedError,
  type StartInput,
  type StepInput,
  type WorkRef,
} from "../../src/mod.ts";
import { jobRunner } from "../job/mod.ts";
import { diagnoseHelmPod } from "./diagnose.ts";
import type { HelmFound } from "./plan_run.ts";
import { removeJob, startJob } from "./start_job.ts";
import { jobStep } from "./work.ts";

/** How long the removal of Job and values may take, milliseconds: after a signal the run has 5 s to end. */
const REMOVAL_MS = 3_000;

/**
 * Lets helm try its command in a Job, and deletes the Job and its values before it returns or throws. Returns one line
 * about what helm would do.
 *
 * @param kube a client whose writes the API server also stores in a dry run
 * @throws {RunError} `RefusedByApi` if helm would fail
 */
export async function tryHelm(
  kube: KubeClient,
  input: StartInput<HelmFound>,
): Promise<string> {
  const { isDone, rollbackTo } = input.found;
  if (isDone) return "the release is as it should be already";
  if (rollbackTo !== undefined) {
    return `helm would first roll back to revision ${rollbackTo}; the rest cannot be tried now`;
  }
  const jobs = jobRunner(kube);
  let object: WorkRef | undefined;
  let left = "";
  try {
    ({ object } = await startJob(kube, jobs, input));
    await tryInJob(jobs, object, input);
  } catch (error) {
    if (!(error instanceof StartedError)) throw error;
    object = error.started.object;
    throw error.cause;
  } finally {
    if (object) left = await removal(kube, object, input);
  }
  return `helm accepts it; ${left}`;
}

/** @throws {RunError} `RefusedByApi` if helm fails in its Job */
async function tryInJob(
  jobs: ReturnType<typeof jobRunner>,
  object: WorkRef,
  { found: { work }, ...input }: StartInput<HelmFound>,
): Promise<void> {
  const wait = { ...jobStep(work, input), started: { status: {}, object } };
  const completed = await jobs.waitForCompletion(wait);
  if (completed.finishedSuccessfully) return;
  const { message = completed.message } = await diagnoseHelmPod(jobs, { ...wait, completed });
  throw new RunError("RefusedByApi", `helm ${work.args.command} would fail: ${message}`);
}

/** Deletes the Job of the dry run. Returns a line about whether the Job is gone. */
async function removal(kube: KubeClient, object: WorkRef, { log }: StepInput): Promise<string> {
  const job = `the Job "${object.name}", in which it was tried,`;
  try {
    await removeJob(kube, object, AbortSignal.timeout(REMOVAL_MS));
    return `${job} is deleted`;
  } catch (error) {
    const left = `${job} could not be deleted: ${messageOf(error)}`;
    log.error(left);
    return left;
  }
}
