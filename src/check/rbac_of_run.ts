/**
 * The RBAC rules of a run.
 *
 * @module
 */
import type { JsonObject } from "../text/json.ts";
import type { RbacRule } from "../kube/rbac_rule.ts";
import type { ActionRunner, ExecutionContext, StatusReporter } from "../runner.ts";

/**
 * The rules of a runner and its reporter, without duplicates. A runner without `rbac()` adds no rules.
 *
 * @param manifest the run's manifest, if it is known
 */
export function rbacOfRun(
  runner: ActionRunner,
  reporter: StatusReporter,
  context: ExecutionContext,
  manifest?: JsonObject,
): RbacRule[] {
  const all = [...runner.rbac?.(context, manifest) ?? [], ...reporter.rbac?.(context) ?? []];
  const same = Map.groupBy(
    all,
    ({ apiGroup, resource, name, verbs }) => JSON.stringify([apiGroup, resource, name, verbs.toSorted()]),
  );
  return [...same.values()].map(united);
}

/** Merges rules that differ only in their purpose. */
function united(rules: RbacRule[]): RbacRule {
  const [first, ...others] = rules;
  if (others.length === 0) return first!;
  const purpose = [...new Set(rules.map(({ purpose }) => purpose))].join(", and ");
  const { optional: _optional, ofWork: _ofWork, ...rule } = first!;
  return {
    ...rule,
    purpose,
    ...(rules.every(({ optional }) => optional) ? { optional: true } : {}),
    ...(rules.every(({ ofWork }) => ofWork) ? { ofWork: true } : {}),
  };
}
