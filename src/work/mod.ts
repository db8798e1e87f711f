/**
 * For runners whose work is one object: their first steps, the requests of these steps, and parsing the manifest.
 *
 * @module
 */
export { createNew } from "../object/create_or_adopt.ts";
export { preflightCreate } from "../object/preflight_create.ts";
export { readWithRetry, type RetryInput } from "../object/find_own.ts";
export { SPEC_HASH_ANNOTATION, specHash, stopNote } from "../object/ownership.ts";
export { untilGone } from "../object/until_gone.ts";
export {
  droppedResults,
  overruledAccount,
  type ParsedWork,
  parseWork,
  shortTtl,
  without,
  type WorkKind,
} from "./manifest_forms.ts";
export { describeWork, type DescribeWorkOptions, type WorkView } from "./describe_work.ts";
export {
  type ObjectFound,
  type ObjectRunnerOptions,
  type ObjectRunnerSteps,
  objectRunnerSteps,
  stopByPatch,
  type WantedObject,
} from "./object_runner.ts";
export { objectRunnerRbac, type ObjectRunnerRbacOptions } from "./object_runner_rbac.ts";
export { readWork } from "./work_ref.ts";
