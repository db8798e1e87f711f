/**
 * What a run of a Workflow needs of RBAC.
 *
 * @module
 */
import { type AccessRule, type ExecutionContext, explainPodAccess, ownObjectAccess } from "../../src/mod.ts";

const TYPE = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
const GROUP = "argoproj.io";

/** The requests of the argo runner and, under the same account, of Argo's executor in the Workflow's pods. */
export function workflowAccess(context: ExecutionContext): AccessRule[] {
  const { name, dryRun } = context;
  const own = ownObjectAccess(TYPE, { name, dryRun });
  return dryRun ? own : [...own, ...stopAccess(context), EXECUTOR, ...podAccess(context)];
}

/** https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/ */
const EXECUTOR: AccessRule = {
  apiGroup: GROUP,
  resource: "workflowtaskresults",
  verbs: ["create", "patch"],
  purpose: "for Argo's executor in the Workflow's pods, which reports by it",
  ofWork: true,
};

function stopAccess({ name, onTimeout, onTerminate }: ExecutionContext): AccessRule[] {
  const isStopped = [onTimeout, onTerminate].some((way) => way === "stop" || way === "terminate");
  if (!isStopped) return [];
  return [{
    apiGroup: GROUP,
    resource: "workflows",
    name,
    verbs: ["patch"],
    purpose: "to stop the Workflow",
  }];
}

function podAccess(context: ExecutionContext): AccessRule[] {
  const { followLogs } = context;
  const optional = { apiGroup: "", optional: true };
  const list = followLogs
    ? "to warn of pods that do not start, and to find those whose logs are followed"
    : "to warn of pods that do not start";
  return [
    { ...optional, resource: "pods", verbs: ["list"], purpose: list },
    ...explainPodAccess(context),
    ...(followLogs
      ? [{ ...optional, resource: "pods/log", verbs: ["get"], purpose: "to follow the logs of the pods" }]
      : []),
  ];
}
