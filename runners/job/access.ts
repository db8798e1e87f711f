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
import { JOB } from "./job.ts";

/** The requests of the job runner. */
export function jobAccess(context: ExecutionContext): AccessRule[] {
  const own = ownObjectAccess(JOB, context);
  if (context.dryRun) return own;
  const stop = stopAccess(JOB, context, { stop: ["patch"], terminate: ["patch", "delete"] });
  return [...own, ...stop, ...podsAccess(context)];
}
