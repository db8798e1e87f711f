/**
 * What a Job looks like, for people.
 *
 * @module
 */
import {
  type Description,
  type KubeClient,
  Mask,
  readWork,
  secretsIn,
  type StepInput,
  workRef,
} from "../../src/mod.ts";
import { diagnoseJob } from "./diagnose.ts";
import { JOB, jobNode, jobOutcome, jobState } from "./job.ts";
import { manualSelector } from "./pods.ts";

/**
 * The Job of the context's name, and why it failed or what it waits for.
 *
 * @throws {RunError} `TargetMissing` if there is none, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeJob(kube: KubeClient, input: StepInput): Promise<Description> {
  const { name, platform: { namespace } } = input.context;
  const job = await readWork(kube, { ...JOB, name, namespace }, input);
  const completed = jobOutcome(job);
  const work = { ...workRef(kube, { object: job, adopted: true }), podSelector: manualSelector(job) };
  const started = { status: {}, object: work };
  const failure = completed?.finishedSuccessfully
    ? undefined
    : await diagnoseJob(kube, { ...input, started, ...(completed ? { completed } : {}) });
  const mask = new Mask();
  mask.hide(secretsIn(job.spec));
  return {
    kind: JOB.kind,
    name,
    namespace,
    state: jobState(job),
    ended: completed !== undefined,
    ...(completed ? { message: mask.apply(completed.message) } : {}),
    nodes: [jobNode(job)],
    ...(failure ? { failure: mask.applyToFailure(failure) } : {}),
  };
}
