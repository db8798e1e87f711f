/**
 * The runner for Jobs. Runners whose work is done by a Job compose it.
 *
 * @module
 */
import {
  type ActionRunner,
  type KubeClient,
  type KubeObject,
  type ObjectFound,
  objectRunnerSteps,
  scoped,
  tellOfHolds,
  waitForObject,
} from "../../src/mod.ts";
import { jobRbac } from "./rbac.ts";
import { describeJob } from "./describe.ts";
import { diagnoseJob } from "./diagnose.ts";
import { findJobHolds } from "./holds.ts";
import { jobNode, jobOutcome, jobState, parseJob } from "./job.ts";
import { followedJob, manualSelector } from "./pods.ts";
import { stopJob } from "./stop.ts";

export { jobOutcome, parseJob } from "./job.ts";
export { podsOf } from "./pods.ts";

/**
 * A runner that creates the manifest's Job, named after the context, and waits for its end.
 *
 * Its status is `{jobRef: {name, namespace}}`.
 */
export function jobRunner(kube: KubeClient) {
  const steps = objectRunnerSteps(kube, {
    parse: parseJob,
    statusKey: "jobRef",
    hasEnded: (job) => jobOutcome(job) !== undefined,
    podSelectorOf: manualSelector,
  });
  return {
    name: "job",
    // https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/controller/job/job_controller.go `manageJob`
    withoutAccount: "TimedOut",
    ...steps,

    async waitForCompletion({ context, started, signal, log, progress }) {
      return await scoped(signal, async (whileWaiting) => {
        const job = started.object!;
        let seen: KubeObject | undefined;
        tellOfHolds(kube, (signal) => findJobHolds(kube, job, { signal, seen }), {
          signal: whileWaiting,
          log,
        });
        const logs = context.followLogs ? followedJob(kube, job, { signal: whileWaiting, log }) : undefined;
        logs?.run();
        const completed = await waitForObject(kube, job, {
          outcome: jobOutcome,
          state: jobState,
          seen: (job) => {
            seen = job;
            progress?.show([jobNode(job)]);
          },
          signal,
          log,
        });
        await logs?.finish();
        return completed;
      });
    },

    rbac: jobRbac,
    diagnose: (input) => diagnoseJob(kube, input),
    describe: (input) => describeJob(kube, input),

    stop: (input) => stopJob(kube, input),

    commands: ({ object: { name, namespace } }) => ({
      show: `kubectl -n ${namespace} get job ${name} -o yaml`,
      stop: `kubectl -n ${namespace} patch job ${name} -p '{"spec":{"activeDeadlineSeconds":1}}'`,
    }),
  } satisfies ActionRunner<ObjectFound>;
}
