/**
 * What a run of a Job needs of RBAC.
 *
 * @module
 */
import { type ExecutionContext, ownObjectRbac, podsRbac, type RbacRule, stopRbac } from "../../src/mod.ts";
import { JOB } from "./job.ts";

/** The requests of the job runner. */
export function jobRbac(context: ExecutionContext): RbacRule[] {
  const own = ownObjectRbac(JOB, context);
  if (context.dryRun) return own;
  const stop = stopRbac(JOB, context, { stop: ["patch"], terminate: ["patch", "delete"] });
  return [...own, ...stop, ...podsRbac(context)];
}
