/**
 * What a run of helm needs of RBAC.
 *
 * @module
 */
import { type AccessRule, type ExecutionContext, explainPodAccess } from "../../src/mod.ts";

const JOBS = { apiGroup: "batch", resource: "jobs" };
const SECRETS = { apiGroup: "", resource: "secrets" };

/**
 * The requests of the helm runner and, under the same account, of helm itself as far as its releases go; what a chart
 * holds is the chart's affair. No rule has a name: that of a Job depends on the manifest, that of a release's Secret on
 * its revision.
 */
export function helmAccess(context: ExecutionContext): AccessRule[] {
  const { dryRun, followLogs, onTimeout, onTerminate } = context;
  const isStopped = [onTimeout, onTerminate].some((way) => way === "stop" || way === "terminate");
  const isTerminated = [onTimeout, onTerminate].includes("terminate");
  return [
    { ...JOBS, verbs: ["list"], purpose: "to see whether a Job works on the release already" },
    { ...SECRETS, verbs: ["list", "get"], purpose: "to see what became of the release" },
    { ...JOBS, verbs: ["create", "get"], purpose: "to run helm in a Job, and to see how that ended" },
    { ...SECRETS, verbs: ["create", "get"], purpose: "to hand the values to helm" },
    {
      ...JOBS,
      verbs: ["watch"],
      purpose: "to hear of the Job's changes at once, instead of a look each 5 s",
      optional: true,
    },
    ...(isStopped ? [{ ...JOBS, verbs: ["patch"], purpose: "to stop the Job" }] : []),
    ...(isTerminated || dryRun || context.runId === undefined
      ? [
        {
          ...JOBS,
          verbs: ["delete"],
          purpose: "to delete a Job that was stopped, tried, or is of an earlier run",
        },
        { ...SECRETS, verbs: ["delete"], purpose: "to delete the values of such a Job" },
      ]
      : []),
    {
      ...SECRETS,
      verbs: ["get", "list", "create", "update", "delete"],
      purpose: "for helm, which keeps its releases in Secrets",
      ofWork: true,
    },
    {
      apiGroup: "",
      resource: "pods",
      verbs: ["list"],
      purpose: "to explain a failure by the release's pods, and to warn of pods that do not start",
      optional: true,
    },
    ...explainPodAccess(context),
    ...(followLogs
      ? [{
        apiGroup: "",
        resource: "pods/log",
        verbs: ["get"],
        purpose: "to follow helm's log",
        optional: true,
      }]
      : []),
  ];
}
