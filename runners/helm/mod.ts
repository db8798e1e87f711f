/**
 * The runner for Helm releases: helm itself runs in a Job.
 *
 * @module
 */
import {
  type ActionRunner,
  clockOf,
  type KubeClient,
  messageOf,
  type PodFindings,
  readWithRetry,
  realClient,
  scoped,
  type StepInput,
  tellOfHolds,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
} from "../../src/mod.ts";
import { jobRunner } from "../job/mod.ts";
import { helmRbac } from "./rbac.ts";
import { describeHelm } from "./describe.ts";
import { diagnoseHelm } from "./diagnose.ts";
import { failingPod } from "./failing_pod.ts";
import { helmTimeoutSeconds } from "./helm_job.ts";
import { findReleaseHolds } from "./holds.ts";
import { type Plan, planRun } from "./plan_run.ts";
import { readResult, resultText } from "./result.ts";
import { preflightJob, startJob } from "./start_job.ts";
import { tryHelm } from "./try_helm.ts";
import { type HelmWork, prepareWork } from "./work.ts";

export { HELM_SETTINGS } from "./settings.ts";

/** How long before helm's time is up the release's pods are looked at, milliseconds: helm may take them back then. */
const LOOK_BEFORE_MS = 5_000;
/** How long the look at the release after the end may take, milliseconds: the verdict waits for it. */
const RESULT_MS = 3_000;
/** How long it may take after a signal, when the run has 5 s to end, milliseconds. */
const HURRIED_RESULT_MS = 250;

/**
 * A runner that has helm install, upgrade, uninstall or roll back a release, in a Job of the context's namespace and
 * under its service account.
 *
 * Its status is `{helmReleaseRef: {name, namespace}}`.
 */
export function helmRunner(kube: KubeClient): ActionRunner {
  /** Both are there from `find` on. */
  let work!: HelmWork;
  let plan!: Plan;
  /** The release's pod that was not ready when helm's time was almost up. */
  let seen: PodFindings | undefined;
  const jobs = jobRunner(kube, { hashed: () => work.hashed });

  async function watchPods({ context, started, log }: WaitForCompletionInput, signal: AbortSignal) {
    if (!work.args.atomic) return;
    const { ageMs = 0 } = started.object ?? {};
    const waitMs = helmTimeoutSeconds(work.args, context.timeoutMs) * 1_000 - LOOK_BEFORE_MS - ageMs;
    try {
      await clockOf(kube).sleep(Math.max(0, waitMs), signal);
      seen = await failingPod(kube, work.release, { signal, context });
    } catch (error) {
      if (!signal.aborted) log.debug(`Cannot look at the release's pods: ${messageOf(error)}`);
    }
  }

  /** The verdict with what became of the release, as far as that can be read. */
  async function withResult(
    completed: WaitForCompletionOutput,
    { signal, log }: StepInput,
  ): Promise<WaitForCompletionOutput> {
    const inTime = AbortSignal.timeout(signal.aborted ? HURRIED_RESULT_MS : RESULT_MS);
    try {
      const read = () => readResult(kube, work.release, { signal: inTime, mask: work.mask });
      const release = await readWithRetry(kube, read, { signal: inTime, log });
      return { ...completed, message: `${completed.message}; ${resultText(release)}`, outputs: { release } };
    } catch (error) {
      return {
        ...completed,
        message: `${completed.message}; the release could not be read: ${messageOf(error)}`,
      };
    }
  }

  return {
    name: "helm.v3",
    withoutAccount: jobs.withoutAccount,
    rbac: helmRbac,

    async find(input) {
      work = await prepareWork(input);
      plan = await planRun(kube, { work, jobs }, input);
      return plan.existing;
    },

    async preflight(input) {
      if (!plan.isDone) await preflightJob(kube, { work, plan, jobs }, input);
    },

    async start(input) {
      const { status } = work;
      if (plan.isDone) return { status };
      return { status, object: await startJob(kube, { work, plan, jobs }, input) };
    },

    async waitForCompletion(input) {
      const { command } = work.args;
      if (!input.started.object) {
        const nothing = { finishedSuccessfully: true, message: `helm ${command} has nothing to do` };
        return await withResult(nothing, input);
      }
      const completed = await scoped(input.signal, async (whileWaiting) => {
        watchPods(input, whileWaiting);
        const { context, log } = input;
        const findHolds = (signal: AbortSignal) => findReleaseHolds(kube, work.release, { context, signal });
        tellOfHolds(kube, findHolds, { signal: whileWaiting, log });
        return await jobs.waitForCompletion(input);
      });
      return await withResult({ ...completed, message: endText(command, completed) }, input);
    },

    diagnose: (input) => diagnoseHelm(kube, { work, jobs, seen }, input),
    describe: (input) => describeHelm(kube, jobs, input),

    async stop(input) {
      const held = await jobs.stop(input);
      const left =
        `helm may leave the release "${work.release.name}" in the middle of a change: see helm history`;
      return held === undefined ? left : `${held}; ${left}`;
    },

    async dryRun(input) {
      return { status: work.status, message: await tryHelm(realClient(kube), { work, plan }, input) };
    },

    commands: (object) => {
      const { name, namespace } = work.release;
      const { show, stop } = jobs.commands(object);
      return { show: `${show}; helm -n ${namespace} history ${name}`, stop };
    },
  };
}

/** What a Job says of a helm that failed on its own is nothing new. */
function endText(command: string, { finishedSuccessfully, message }: WaitForCompletionOutput): string {
  if (finishedSuccessfully) return `helm ${command} succeeded`;
  return message.includes("BackoffLimitExceeded")
    ? `helm ${command} failed`
    : `helm ${command} failed (${message})`;
}
