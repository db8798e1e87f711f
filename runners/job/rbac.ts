import type { ExecutionContext } from "../../src/mod.ts";
import { objectRunnerRbac } from "../../src/work/mod.ts";
import type { RbacRule } from "../../src/kube/mod.ts";
import { JOB } from "./job.ts";

/** The RBAC rules that a run of a Job needs. */
export function jobRbac(context: ExecutionContext): RbacRule[] {
  return objectRunnerRbac(context, { type: JOB, stop: { stop: ["patch"], terminate: ["patch", "delete"] } });
}
