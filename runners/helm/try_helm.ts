/**
 * The dry run: only helm can tell what it would do.
 *
 * @module
 */
import { type KubeClient, messageOf, RunError, type StartInput } from "../../src/mod.ts";
import { jobRunner } from "../job/mod.ts";
import { explainHelmPod } from "./explain.ts";
import type { Plan } from "./look_around.ts";
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
  const object = await startJob(kube, { work, plan, jobs }, input);
  const job = `the Job "${object.name}", in which it was tried,`;
  let left = `${job} is deleted`;
  try {
    const wait = { ...jobInput(work, input), started: { status: {}, object } };
    const completed = await jobs.waitForCompletion(wait);
    if (!completed.finishedSuccessfully) {
      const { message = completed.message } = await explainHelmPod(jobs, { ...wait, completed });
      throw new RunError("RefusedByApi", `helm ${work.args.command} would fail: ${message}`);
    }
  } finally {
    await removeJob(kube, object, AbortSignal.timeout(REMOVAL_MS)).catch((error) => {
      left = `${job} could not be deleted: ${messageOf(error)}`;
      input.log.error(left);
    });
  }
  return `helm accepts it; ${left}`;
}
