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
import { WORKFLOW } from "./workflow.ts";

/** The requests of the argo runner and, under the same account, of Argo's executor in the Workflow's pods. */
export function workflowAccess(context: ExecutionContext): AccessRule[] {
  const own = ownObjectAccess(WORKFLOW, context);
  if (context.dryRun) return own;
  const stop = stopAccess(WORKFLOW, context, { stop: ["patch"], terminate: ["patch"] });
  return [...own, ...stop, EXECUTOR, ...podsAccess(context)];
}

/** https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/ */
const EXECUTOR: AccessRule = {
  apiGroup: "argoproj.io",
  resource: "workflowtaskresults",
  verbs: ["create", "patch"],
  purpose: "for Argo's executor in the Workflow's pods, which reports by it",
  ofWork: true,
};
