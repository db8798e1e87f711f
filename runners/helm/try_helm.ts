/**
 * The dry run: only helm can tell what it would do.
 *
 * @module
 */
import {
  type ActionRunner,
  type KubeClient,
  messageOf,
  RunError,
  StartedError,
  type StartInput,
  type WorkRef,
} from "../../src/mod.ts";
import { jobRunner } from "../job/mod.ts";
import { diagnoseHelmPod } from "./diagnose.ts";
import type { Plan } from "./plan_run.ts";
import { removeJob, startJob } from "./start_job.ts";
import { type HelmWork, jobInput } from "./work.ts";

/** How long the removal of Job and values may take, milliseconds: after a signal the run has 5 s to end. */
const REMOVAL_MS = 3_000;

/**
 * Has helm try its command in a Job, which is deleted with its values when this returns or throws. Returns one line on
 * what helm would do.
 *
 * @param kube a client that does what it is asked, also in a dry run
 * @throws {RunError} `RefusedByApi` if helm would fail
 */
export async function tryHelm(
  kube: KubeClient,
  { work, plan }: { work: HelmWork; plan: Plan },
  input: StartInput,
): Promise<string> {
  if (plan.isDone) return "the release is as it should be already";
  if (plan.rollbackTo !== undefined) {
    return `helm would first roll back to revision ${plan.rollbackTo}; the rest cannot be tried now`;
  }
  const jobs = jobRunner(kube, { hashed: () => work.hashed });
  let object: WorkRef | undefined;
  let left = "";
  try {
    object = await startJob(kube, { work, plan, jobs }, input);
    await tryInJob(jobs, object, { work, input });
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
  jobs: Required<Pick<ActionRunner, "diagnose" | "waitForCompletion">>,
  object: WorkRef,
  { work, input }: { work: HelmWork; input: StartInput },
): Promise<void> {
  const wait = { ...jobInput(work, input), started: { status: {}, object } };
  const completed = await jobs.waitForCompletion(wait);
  if (completed.finishedSuccessfully) return;
  const { message = completed.message } = await diagnoseHelmPod(jobs, { ...wait, completed });
  throw new RunError("RefusedByApi", `helm ${work.args.command} would fail: ${message}`);
}

/** Deletes a Job in which helm was tried, and says what became of it. */
async function removal(kube: KubeClient, object: WorkRef, { log }: StartInput): Promise<string> {
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
