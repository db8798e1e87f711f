/**
 * What the runner of a test may do.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import { groupOf, type Work } from "./work.ts";

/** All that is done with the work's object, and the right to read it. */
const VERBS = ["create", "get", "list", "watch", "patch"];

/** The right to write the status object. */
export const STATUS_RULE: JsonObject = { apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] };

/** The rights on the work's object. */
export function workRule(work: Work, verbs = VERBS): JsonObject {
  return { apiGroups: [groupOf(work)], resources: [work.plural], verbs };
}

/** All that a runner needs. */
export function rulesOf(work: Work): JsonObject[] {
  return [workRule(work), STATUS_RULE, ...work.rules ?? []];
}
