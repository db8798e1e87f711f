/**
 * What a run of helm needs of RBAC.
 *
 * @module
 */
import type { ExecutionContext } from "../../src/mod.ts";
import { podsRbac, type RbacRule } from "../../src/kube/mod.ts";

const JOBS = { apiGroup: "batch", resource: "jobs" };
const SECRETS = { apiGroup: "", resource: "secrets" };

/**
 * The requests of the helm runner and, under the same account, of helm itself as far as its releases go; what a chart
 * holds is the chart's affair. No rule has a name: that of a Job depends on the manifest, that of a release's Secret on
 * its revision.
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
