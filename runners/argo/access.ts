/**
 * What a run of a Workflow needs of RBAC.
 *
 * @module
 */
import {
  type AccessRule,
  type ExecutionContext,
  ownObjectAccess,
  podsAccess,
  stopAccess,
} from "../../src/mod.ts";

const TYPE = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
const GROUP = "argoproj.io";

/** The requests of the argo runner and, under the same account, of Argo's executor in the Workflow's pods. */
export function workflowAccess(context: ExecutionContext): AccessRule[] {
  const { name, dryRun } = context;
  const own = ownObjectAccess(TYPE, { name, dryRun });
  if (dryRun) return own;
  const stop = stopAccess(TYPE, context, { stop: ["patch"], terminate: ["patch"] });
  return [...own, ...stop, EXECUTOR, ...podsAccess(context)];
}

/** https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/ */
const EXECUTOR: AccessRule = {
  apiGroup: GROUP,
  resource: "workflowtaskresults",
  verbs: ["create", "patch"],
  purpose: "for Argo's executor in the Workflow's pods, which reports by it",
  ofWork: true,
};
