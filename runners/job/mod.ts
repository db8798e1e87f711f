/**
 * The runner for Jobs. Runners whose work is done by a Job compose it.
 *
 * @module
 */
import type { ActionRunner } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { type ObjectFound, objectRunnerSteps } from "../../src/work/mod.ts";
import { describeJob } from "./describe.ts";
import { diagnoseJob } from "./diagnose.ts";
import { jobOutcome, parseJob } from "./job.ts";
import { manualSelector } from "./pods.ts";
import { jobRbac } from "./rbac.ts";
import { stopJob } from "./stop.ts";
import { waitForJob } from "./wait_for_job.ts";

export { jobOutcome, parseJob } from "./job.ts";
export { podsOf } from "./pods.ts";

/**
 * A runner that creates the manifest's Job, named after the context, and waits for its end.
 *
 * Its status is `{jobRef: {name, namespace}}`.
 */
export function jobRunner(kube: KubeClient) {
  return {
    name: "job",
    // https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/job/job_controller.go `manageJob`
    withoutAccount: "TimedOut",
    rbac: jobRbac,

    ...objectRunnerSteps(kube, {
      parse: parseJob,
      statusKey: "jobRef",
      hasEnded: (job) => jobOutcome(job) !== undefined,
      podSelectorOf: manualSelector,
    }),
    waitForCompletion: (input) => waitForJob(kube, input),
    diagnose: (input) => diagnoseJob(kube, input),
    describe: (input) => describeJob(kube, input),
    stop: (input) => stopJob(kube, input),

    commands: ({ object: { name, namespace } }) => ({
      show: `kubectl -n ${namespace} get job ${name} -o yaml`,
      stop: `kubectl -n ${namespace} patch job ${name} -p '{"spec":{"activeDeadlineSeconds":1}}'`,
    }),
  } satisfies ActionRunner<ObjectFound>;
}
