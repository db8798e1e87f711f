/**
 * The RBAC rules that a run of helm needs.
 *
 * @module
 */
import type { ExecutionContext } from "../../src/mod.ts";
import { podsRbac, type RbacRule } from "../../src/kube/mod.ts";

const JOBS = { apiGroup: "batch", resource: "jobs" };
const SECRETS = { apiGroup: "", resource: "secrets" };

/**
 * The rules for the helm runner and, under the same account, for helm's own records of releases; the rules for the
 * chart's objects depend on the chart. The rules name no objects: a Job's name depends on the manifest, and the name of a
 * release's Secret on its revision.
 */
export function helmRbac(context: ExecutionContext): RbacRule[] {
  const { dryRun, onTimeout, onTerminate, runId } = context;
  const ways = [onTimeout, onTerminate];
  const isStopped = ways.some((way) => way === "stop" || way === "terminate");
  const deletes = dryRun || runId === undefined || ways.includes("terminate");
  return [
    { ...JOBS, verbs: ["create", "get", "list"], purpose: "to run helm in a Job, unless one runs already" },
    {
      ...SECRETS,
      verbs: ["create", "get", "list"],
      purpose: "to hand the values to helm, and to see what became of the release",
    },
    ...(isStopped ? [{ ...JOBS, verbs: ["patch"], purpose: "to stop the Job" }] : []),
    ...(deletes
      ? [
        {
          ...JOBS,
          verbs: ["delete"],
          purpose: "to delete a Job that is stopped, only tried, or an earlier run's",
        },
        { ...SECRETS, verbs: ["delete"], purpose: "to delete the values of such a Job" },
      ]
      : []),
    {
      ...SECRETS,
      verbs: ["get", "list", "create", "update", "delete"],
      purpose: "for helm, which keeps its releases in Secrets; what the chart holds comes on top",
      ofWork: true,
    },
    {
      ...JOBS,
      verbs: ["watch"],
      purpose: "to hear of the Job's changes at once, instead of a look each 5 s",
      optional: true,
    },
    {
      apiGroup: "",
      resource: "pods",
      verbs: ["list"],
      purpose: "to find the release's pods that explain a failure",
      optional: true,
    },
    ...podsRbac(context),
  ];
}
