import { describeWork } from "../../src/work/mod.ts";
import type { Description, StepInput } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { diagnoseJob } from "./diagnose.ts";
import { JOB, jobNode, jobOutcome, jobState } from "./job.ts";
import { manualSelector } from "./pods.ts";

/**
 * Describes the Job of the context's name, and why it failed or what it waits for.
 *
 * @throws {RunError} `TargetMissing` if there is no such object, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeJob(kube: KubeClient, input: StepInput): Promise<Description> {
  return await describeWork(kube, input, {
    type: JOB,
    outcome: jobOutcome,
    view: (job) => ({ state: jobState(job), message: jobOutcome(job)?.message, nodes: [jobNode(job)] }),
    diagnose: (diagnosed) => diagnoseJob(kube, diagnosed),
    podSelectorOf: manualSelector,
  });
}
