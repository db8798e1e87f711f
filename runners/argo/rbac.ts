/**
 * The RBAC rules that a run of a Workflow needs.
 *
 * @module
 */
import type { ExecutionContext, JsonObject } from "../../src/mod.ts";
import { objectRunnerRbac } from "../../src/work/mod.ts";
import type { RbacRule } from "../../src/kube/mod.ts";
import { agentNeed } from "./agent.ts";
import { parseWorkflow, WORKFLOW } from "./workflow.ts";

/**
 * The rules for the argo runner and, under the same account, for Argo's executor and agent in the Workflow's pods.
 *
 * @param manifest the run's manifest, if it is known: it tells whether the Workflow needs the agent
 */
export function workflowRbac(context: ExecutionContext, manifest?: JsonObject): RbacRule[] {
  return objectRunnerRbac(context, {
    type: WORKFLOW,
    stop: { stop: ["patch"], terminate: ["patch"] },
    ofWork: () => [EXECUTOR, ...agentRbac(context, manifest)],
  });
}

/** https://argo-workflows.readthedocs.io/en/latest/workflow-rbac/ */
const EXECUTOR: RbacRule = {
  apiGroup: "argoproj.io",
  resource: "workflowtaskresults",
  verbs: ["create", "patch"],
  purpose: "for Argo's executor in the Workflow's pods, which reports by it",
  ofWork: true,
};

/** https://github.com/argoproj/argo-workflows/blob/v4.0.0/manifests/quick-start/base/agent-role.yaml */
function agentRbac(context: ExecutionContext, manifest: JsonObject | undefined): RbacRule[] {
  const onlyIf = agentCondition(context, manifest);
  if (onlyIf === undefined) return [];
  const rule = {
    apiGroup: "argoproj.io",
    name: context.name,
    ofWork: true,
    ...(onlyIf === "" ? {} : { onlyIf }),
  };
  return [
    {
      ...rule,
      resource: "workflowtasksets",
      verbs: ["list", "watch"],
      orVerbs: ["watch"],
      purpose: "for Argo's agent, which works on http and plugin templates",
    },
    {
      ...rule,
      resource: "workflowtasksets/status",
      verbs: ["patch"],
      purpose: "for Argo's agent, which reports by it",
    },
  ];
}

/** When the Workflow needs the agent: a condition, empty for always, `undefined` for never. */
function agentCondition(context: ExecutionContext, manifest: JsonObject | undefined): string | undefined {
  if (!manifest) return "the Workflow has http or plugin templates (rbac --manifest tells)";
  const { isNeeded, unknown } = agentNeed(parseWorkflow(manifest, context).object.spec);
  if (isNeeded) return "";
  if (unknown.length === 0) return undefined;
  const names = unknown.map((name) => JSON.stringify(name)).join(", ");
  return `the WorkflowTemplate ${names} has http or plugin templates`;
}
