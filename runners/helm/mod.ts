/**
 * The runner for Helm releases: helm itself runs in a Job.
 *
 * @module
 */
import type { ActionRunner, StopInput } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { jobRunner } from "../job/mod.ts";
import { describeHelm } from "./describe.ts";
import { diagnoseHelm } from "./diagnose.ts";
import { type HelmStarted, helmStarted } from "./helm_started.ts";
import { type HelmFound, planRun } from "./plan_run.ts";
import { helmRbac } from "./rbac.ts";
import { preflightJob, startJob } from "./start_job.ts";
import { tryHelm } from "./try_helm.ts";
import { waitForHelm } from "./wait_for_helm.ts";
import { prepareWork } from "./work.ts";

export { HELM_SETTINGS } from "./settings.ts";

/**
 * A runner that has helm install, upgrade, uninstall or roll back a release, in a Job of the context's namespace and
 * under its service account.
 *
 * Its status is `{helmReleaseRef: {name, namespace}}`.
 *
 * @param real a client whose writes the API server also stores in a dry run: only helm in a Job can tell what it would do
 */
export function helmRunner(kube: KubeClient, real: KubeClient): ActionRunner<HelmFound, HelmStarted> {
  const jobs = jobRunner(kube);
  return {
    name: "helm.v3",
    withoutAccount: jobs.withoutAccount,
    rbac: helmRbac,

    find: async (input) => await planRun(kube, { work: await prepareWork(input), jobs }, input),

    async preflight({ found, ...input }) {
      if (found && !found.isDone) await preflightJob(kube, jobs, { ...input, found });
    },

    start: async (input) =>
      input.found.isDone ? helmStarted(input.found.work) : await startJob(kube, jobs, input),

    dryRun: async (input) => ({ status: input.found.work.status, message: await tryHelm(real, input) }),

    waitForCompletion: (input) => waitForHelm(kube, jobs, input),
    diagnose: (input) => diagnoseHelm(kube, jobs, input),
    describe: (input) => describeHelm(kube, jobs, input),
    stop: (input) => stopHelm(jobs, input),

    commands(started) {
      const { name, namespace } = started.work.release;
      const { show, stop } = jobs.commands(started);
      return { show: `${show}; helm -n ${namespace} history ${name}`, stop };
    },
  };
}

/** Stops helm's Job. Returns what the stop may leave behind. */
async function stopHelm(
  jobs: Pick<ReturnType<typeof jobRunner>, "stop">,
  input: StopInput<HelmStarted>,
): Promise<string> {
  const held = await jobs.stop(input);
  const left =
    `helm may leave the release "${input.started.work.release.name}" in the middle of a change: see helm history`;
  return held === undefined ? left : `${held}; ${left}`;
}
