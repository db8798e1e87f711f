/**
 * The RBAC rules that requests need, as data: to print as a Role, and to check.
 *
 * @module
 */
import { pluralOf, type ResourceType } from "./client.ts";

/** An RBAC rule that a run needs in its namespace. */
export interface RbacRule {
  /** API group; empty for the core group. */
  apiGroup: string;
  /** The plural in the URL, with its subresource: `workflows`, `pods/log`. */
  resource: string;
  /** Such as `get`, `list`. */
  verbs: string[];
  /** Verbs that suffice instead, all of them together. */
  orVerbs?: string[];
  /**
   * Only the object of this name; by default any object. `create` cannot be limited to a name; `list` and `watch` can,
   * when the request has the field selector `metadata.name`.
   * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources
   */
  name?: string;
  /** What for, in a few words: `to create the Workflow`. */
  purpose: string;
  /**
   * Whether a run without it has the same verdict, status and exit code, and only reports less, or later. `false` by
   * default.
   */
  optional?: boolean;
  /** A condition that is not known to hold, and without which it is not needed: `the Workflow has http templates`. */
  onlyIf?: string;
  /** Whether the work needs it, under the run's service account, and not the runner. `false` by default. */
  ofWork?: boolean;
}

/** Options of {@linkcode ownObjectRbac}. */
export interface OwnObjectRbacOptions {
  /** The object's name. */
  name: string;
  /** Whether it is only created as a dry run, and not waited for. */
  dryRun: boolean;
}

/** The rules that `createOrAdopt` and `waitForObject` need for an object. */
export function ownObjectRbac(type: ResourceType, { name, dryRun }: OwnObjectRbacOptions): RbacRule[] {
  const { kind } = type;
  const objects = { apiGroup: groupOf(type), resource: pluralOf(type) };
  const rules: RbacRule[] = [
    { ...objects, verbs: ["create"], purpose: `to create the ${kind}` },
    { ...objects, name, verbs: ["get"], purpose: `to see whether there is such a ${kind}, and how it ended` },
  ];
  if (dryRun) return rules;
  const purpose = `to hear of the ${kind}'s changes at once, instead of a look each 5 s`;
  return [...rules, { ...objects, name, verbs: ["list", "watch"], purpose, optional: true }];
}

/** What `explainPod` needs: all of it is optional. `logTailLines` as there. */
export function explainPodRbac({ logTailLines }: { logTailLines: number }): RbacRule[] {
  const rules = [
    { resource: "pods", verbs: ["get"], purpose: "to explain a failure by its pod" },
    {
      resource: "events",
      verbs: ["list"],
      purpose: "to explain a failure, and what holds the work up, by events",
    },
    { resource: "pods/log", verbs: ["get"], purpose: "to explain a failure by the end of its log" },
  ];
  return rules
    .filter(({ resource }) => resource !== "pods/log" || logTailLines > 0)
    .map((rule) => ({ apiGroup: "", ...rule, optional: true }));
}

/** The rules that `tellOfHolds`, `FollowedPods` and `explainPod` need, all optional. */
export function podsRbac(
  { followLogs, logTailLines }: { followLogs: boolean; logTailLines: number },
): RbacRule[] {
  const optional = { apiGroup: "", optional: true };
  const follow = { ...optional, verbs: ["get"], purpose: "to follow the logs of the pods" };
  const list = followLogs
    ? "to warn of what holds the work up, and to find those whose logs are followed"
    : "to warn of what holds the work up";
  return [
    { ...optional, resource: "pods", verbs: ["list"], purpose: list },
    ...explainPodRbac({ logTailLines }),
    ...(followLogs ? ["pods", "pods/log"].map((resource) => ({ ...follow, resource })) : []),
  ];
}

/** Options of {@linkcode stopRbac}, which an `ExecutionContext` has. */
export interface StopRbacOptions {
  /** The object's name. */
  name: string;
  /** `stop`, `terminate` or `leave`. */
  onTimeout: string;
  /** As `onTimeout`. */
  onTerminate: string;
}

/** The rules that ending work needs, if the settings ask for it. `verbs` has the verbs of each way. */
export function stopRbac(
  type: ResourceType,
  { name, onTimeout, onTerminate }: StopRbacOptions,
  verbs: { stop: string[]; terminate: string[] },
): RbacRule[] {
  const ways = [onTimeout, onTerminate];
  const needed = [
    ...(ways.includes("stop") ? verbs.stop : []),
    ...(ways.includes("terminate") ? verbs.terminate : []),
  ];
  if (needed.length === 0) return [];
  const purpose = `to stop the ${type.kind}`;
  return [{ apiGroup: groupOf(type), resource: pluralOf(type), name, verbs: [...new Set(needed)], purpose }];
}

/** The API group of a kind; empty for the core group. */
export function groupOf({ apiVersion }: ResourceType): string {
  return apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
}
