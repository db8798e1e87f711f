import type { ResourceType } from "../kube/client.ts";
import { ownObjectRbac, podsRbac, type RbacRule, stopRbac } from "../kube/rbac_rule.ts";
import type { ExecutionContext } from "../runner.ts";

/** The rules of one kind of object. */
export interface ObjectRunnerRbacOptions {
  /** The kind. */
  type: ResourceType;
  /** The verbs that each way to end the work needs. */
  stop: { stop: string[]; terminate: string[] };
  /** The rules that the work needs under the run's service account; no rules by default. Not called for a dry run. */
  ofWork?: (() => RbacRule[]) | undefined;
}

/** The RBAC rules of a runner whose work is one object with pods. */
export function objectRunnerRbac(
  context: ExecutionContext,
  { type, stop, ofWork }: ObjectRunnerRbacOptions,
): RbacRule[] {
  const own = ownObjectRbac(type, context);
  if (context.dryRun) return own;
  return [...own, ...stopRbac(type, context, stop), ...ofWork?.() ?? [], ...podsRbac(context)];
}
