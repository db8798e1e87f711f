/**
 * The runner for Argo Workflows.
 *
 * @module
 */
import {
  type ActionRunner,
  type Created,
  createNew,
  type CreateOptions,
  findOwn,
  type KubeClient,
  type KubeObject,
  preflightCreate,
  scoped,
  type StepInput,
  STOPPED_BY_ANNOTATION,
  tellOfBlockedPods,
  waitForObject,
  type WorkObject,
  workObject,
} from "../../src/mod.ts";
import { workflowAccess } from "./access.ts";
import { describeWorkflow } from "./describe.ts";
import { explainWorkflow } from "./explain.ts";
import { followedWorkflow, podsOfEnded } from "./follow_logs.ts";
import { podsOf } from "./nodes.ts";
import { ProgressView } from "./show_progress.ts";
import { outcomeOfLabels, parseWorkflow, phaseOfLabels, workflowOutcome } from "./workflow.ts";

const TYPE = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };

/**
 * A runner that creates the manifest's Workflow, named after the context, and waits for its end.
 *
 * Its status is `{argoWorkflowRef: {name, namespace}}`.
 */
export function argoRunner(kube: KubeClient): ActionRunner {
  /** The version that our own create left behind: the only one of an object that may be watched from. */
  let createdVersion: string | undefined;
  return {
    name: "argo.workflow",

    async find({ manifest, ...step }) {
      const { workflow, warnings } = parseWorkflow(manifest, step.context);
      for (const warning of warnings) step.log.warn(warning);
      const existing = await findOwn(kube, workflow, options(step));
      return existing && toWorkObject(kube, { object: existing, adopted: true });
    },

    async preflight({ manifest, ...step }) {
      await preflightCreate(kube, parseWorkflow(manifest, step.context).workflow, options(step));
    },

    async start({ manifest, existing, ...step }) {
      const { workflow } = parseWorkflow(manifest, step.context);
      const { name, namespace } = workflow.metadata;
      const status = { argoWorkflowRef: { name, namespace } };
      if (existing) return { status, object: existing };
      const created = await createNew(kube, workflow, options(step));
      createdVersion = created.adopted ? undefined : created.object.metadata.resourceVersion;
      return { status, object: toWorkObject(kube, created) };
    },

    async waitForCompletion({ context, started, signal, log, progress }) {
      const { name, namespace, uid } = started.object!;
      const target = { ...TYPE, name, namespace, uid, createdVersion };
      return await scoped(signal, async (over) => {
        tellOfBlockedPods(kube, podsOf(target), { signal: over, log });
        const view = progress && new ProgressView(kube, target, { progress, signal: over });
        view?.run();
        const logs = context.followLogs ? followedWorkflow(kube, target, { signal: over, log }) : undefined;
        logs?.run();
        let ended: KubeObject | undefined;
        const completed = await waitForObject(kube, target, {
          outcome: (workflow) => {
            view?.show(workflow);
            ended = workflow;
            return workflowOutcome(workflow);
          },
          outcomeOfMetadata: outcomeOfLabels,
          state: ({ metadata }) => phaseOfLabels(metadata),
          seen: () => view?.changed(),
          signal,
          log,
        });
        await logs?.finish(ended && (() => podsOfEnded(ended!)));
        return completed;
      });
    },

    access: workflowAccess,
    explain: (input) => explainWorkflow(kube, input),
    describe: (input) => describeWorkflow(kube, input),

    /** https://argo-workflows.readthedocs.io/en/latest/walk-through/stopping-workflows/ */
    async stop({ started, mode, reason, signal }) {
      const { name, namespace, uid } = started.object!;
      const annotations = { [STOPPED_BY_ANNOTATION]: reason };
      const shutdown = mode === "stop" ? "Stop" : "Terminate";
      // With the uid the API server refuses to touch another object of the name.
      await kube.mergePatch({ ...TYPE, name, namespace }, {
        metadata: { uid, annotations },
        spec: { shutdown },
      }, {
        signal,
      });
    },

    commands: ({ name, namespace }) => ({
      show: `kubectl -n ${namespace} get workflow ${name} -o yaml`,
      stop:
        `kubectl -n ${namespace} patch workflow ${name} --type merge -p '{"spec":{"shutdown":"Terminate"}}'`,
    }),
  };
}

function options({ context, signal, log }: StepInput): CreateOptions {
  return { owner: context, signal, log };
}

function toWorkObject(kube: KubeClient, created: Created): WorkObject {
  return workObject(kube, created, outcomeOfLabels(created.object.metadata) !== undefined);
}
