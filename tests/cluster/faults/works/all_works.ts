/**
 * Every kind of work that a runner of the project runs.
 *
 * @module
 */
import { JOB } from "./job.ts";
import { RELEASE } from "./release.ts";
import type { Work } from "./work.ts";
import { WORKFLOW } from "./workflow.ts";

/** All works. */
export const WORKS: Work[] = [WORKFLOW, JOB, RELEASE];
