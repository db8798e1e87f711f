/**
 * What an action runner is made of: the contract, the run, creating an object and waiting for it, errors and settings.
 *
 * @module
 */
export {
  type ActionRunner,
  type Description,
  type DiagnoseInput,
  type Diagnosis,
  type DryRunOutput,
  type ExecutionContext,
  type FindInput,
  type Found,
  type Platform,
  type PreflightInput,
  type RunnerFactory,
  type StartInput,
  type StartOutput,
  type StepInput,
  type StopInput,
  type StopMode,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
  type WorkRef,
} from "./runner.ts";
export { type JsonObject } from "./text/json.ts";
export { type Log, type LogFields } from "./io/log.ts";
export { type Progress, type ProgressNode } from "./io/live_view.ts";
export { type FailureWords, Mask, secretsIn } from "./io/secrets.ts";

export { type Program } from "./program/program.ts";
export { run } from "./program/run.ts";

export { createOrAdopt, type OwnObject } from "./object/create_or_adopt.ts";
export { type CreateOptions } from "./object/find_own.ts";
export { type Owner } from "./object/ownership.ts";
export { workRef } from "./work/work_ref.ts";

export { waitForObject, type WaitOptions, type WaitTarget } from "./object/wait_for_object.ts";
export { scoped, unlessAborted } from "./time/signals.ts";

export {
  DryRunRefusedError,
  InvalidInputError,
  messageOf,
  reasonOf,
  RunError,
  type RunErrorOptions,
} from "./errors.ts";
export { type Left, type Reason } from "./exit_codes.ts";
export { StartedError } from "./run/started_error.ts";

export { type ReporterName } from "./status/open_reporter.ts";
export { oneOf, parseText } from "./config/parse_text.ts";
export { type Setting } from "./config/settings.ts";
export { parseDuration } from "./time/duration.ts";
export { parseManifest } from "./io/parse_manifest.ts";
export { readFile } from "./io/read_file.ts";
export { nearest } from "./text/nearest.ts";
