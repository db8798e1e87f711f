/**
 * The runner for Jobs. Runners whose work is done by a Job compose it.
 *
 * @module
 */
import {
  type ActionRunner,
  type Created,
  createNew,
  type CreateOptions,
  findOwn,
  type JsonValue,
  type KubeClient,
  preflightCreate,
  scoped,
  type StepInput,
  STOPPED_BY_ANNOTATION,
  tellOfBlockedPods,
  waitForObject,
  type WorkObject,
  workObject,
} from "../../src/mod.ts";
import { jobAccess } from "./access.ts";
import { describeJob } from "./describe.ts";
import { explainJob } from "./explain.ts";
import { isSuspended, jobNode, jobOutcome, jobState, parseJob } from "./job.ts";
import { followedJob, podsOf } from "./pods.ts";

export { jobOutcome } from "./job.ts";
export { podsOf } from "./pods.ts";

/** Options of {@linkcode jobRunner}. */
export interface JobRunnerOptions {
  /** What the proof of ownership is taken of; by default the Job as the manifest has it. */
  hashed?: () => JsonValue;
}

/**
 * A runner that creates the manifest's Job, named after the context, and waits for its end.
 *
 * Its status is `{jobRef: {name, namespace}}`.
 */
export function jobRunner(kube: KubeClient, { hashed }: JobRunnerOptions = {}) {
  /** The version that our own create left behind: the only one of an object that may be watched from. */
  let createdVersion: string | undefined;

  function options({ context, signal, log }: StepInput): CreateOptions {
    return { owner: context, signal, log, whole: true, ...(hashed ? { hashed: hashed() } : {}) };
  }

  function toWorkObject(created: Created): WorkObject {
    return workObject(kube, created, jobOutcome(created.object) !== undefined);
  }

  return {
    name: "job",

    async find({ manifest, ...step }) {
      const { job, warnings } = parseJob(manifest, step.context);
      for (const warning of warnings) step.log.warn(warning);
      const existing = await findOwn(kube, job, options(step));
      return existing && toWorkObject({ object: existing, adopted: true });
    },

    async preflight({ manifest, ...step }) {
      await preflightCreate(kube, parseJob(manifest, step.context).job, options(step));
    },

    async start({ manifest, existing, ...step }) {
      const { job } = parseJob(manifest, step.context);
      const { name, namespace } = job.metadata;
      const status = { jobRef: { name, namespace } };
      if (existing) return { status, object: existing };
      const created = await createNew(kube, job, options(step));
      createdVersion = created.adopted ? undefined : created.object.metadata.resourceVersion;
      return { status, object: toWorkObject(created) };
    },

    async waitForCompletion({ context, started, signal, log, progress }) {
      return await scoped(signal, async (over) => {
        const target = { ...started.object!, createdVersion };
        tellOfBlockedPods(kube, podsOf(target), { signal: over, log });
        const logs = context.followLogs ? followedJob(kube, target, { signal: over, log }) : undefined;
        logs?.run();
        const completed = await waitForObject(kube, target, {
          outcome: jobOutcome,
          state: jobState,
          seen: (job) => progress?.show([jobNode(job)]),
          signal,
          log,
        });
        await logs?.finish();
        return completed;
      });
    },

    access: jobAccess,
    explain: (input) => explainJob(kube, input),
    describe: (input) => describeJob(kube, input),

    async stop({ started, mode, reason, signal }) {
      const { apiVersion, kind, name, namespace, uid } = started.object!;
      const ref = { apiVersion, kind, name, namespace };
      // With the uid the API server refuses to touch another object of the name.
      const metadata = { uid, annotations: { [STOPPED_BY_ANNOTATION]: reason } };
      const spec = mode === "stop" ? { activeDeadlineSeconds: 1 } : {};
      const job = await kube.mergePatch(ref, { metadata, spec }, { signal });
      if (mode === "terminate") await kube.delete(ref, { uid, propagationPolicy: "Foreground", signal });
      else if (isSuspended(job)) return "it is suspended, and ends when it is resumed";
    },

    commands: ({ name, namespace }) => ({
      show: `kubectl -n ${namespace} get job ${name} -o yaml`,
      stop: `kubectl -n ${namespace} patch job ${name} -p '{"spec":{"activeDeadlineSeconds":1}}'`,
    }),
  } satisfies ActionRunner;
}
