/**
 * What the runner of a test may do.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { groupOf, type Work } from "../works/work.ts";

/** All that is done with the work's object, and the right to read it. */
const VERBS = ["create", "get", "list", "watch", "patch"];

/** The right to write the status object. */
export const STATUS_RULE: JsonObject = { apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] };

/** These rights on the work's object, and all that the runner needs beside it. */
export function workRules(work: Work, verbs = VERBS): JsonObject[] {
  return [{ apiGroups: [groupOf(work)], resources: [work.plural], verbs }, ...work.rules ?? []];
}

/** All that a runner needs. */
export function rulesOf(work: Work): JsonObject[] {
  return [...workRules(work), STATUS_RULE];
}
