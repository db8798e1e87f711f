/**
 * What a run of a Job needs of RBAC.
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

const TYPE = { apiVersion: "batch/v1", kind: "Job" };

/** The requests of the job runner. */
export function jobAccess(context: ExecutionContext): AccessRule[] {
  const own = ownObjectAccess(TYPE, context);
  if (context.dryRun) return own;
  const stop = stopAccess(TYPE, context, { stop: ["patch"], terminate: ["patch", "delete"] });
  return [...own, ...stop, ...podsAccess(context)];
}
