/**
 * The library that action runners are built on.
 *
 * @module
 */
export { scoped, unlessAborted } from "./time/signals.ts";
export { type Clock, systemClock } from "./time/clock.ts";
export { type ReporterName } from "./status/open_reporter.ts";
export { formatDuration, parseDuration } from "./time/duration.ts";
export {
  DryRunRefusedError,
  InvalidInputError,
  messageOf,
  reasonOf,
  RunError,
  type RunErrorOptions,
} from "./errors.ts";
export { EXIT_CODES, type ExitCode, type Left, type Phase, type Reason } from "./exit_codes.ts";
export {
  canonicalJson,
  isJsonObject,
  isNoText,
  type JsonObject,
  type JsonValue,
  objectAt,
  objectsAt,
  saysNothing,
  sha256,
  textAt,
  valueAt,
} from "./text/json.ts";
export {
  explainPodRbac,
  ownObjectRbac,
  type OwnObjectRbacOptions,
  podsRbac,
  type RbacRule,
  stopRbac,
  type StopRbacOptions,
} from "./kube/rbac_rule.ts";
export { type ApiServer, type Source } from "./kube/credentials.ts";
export { ApiError, type ApiErrorOptions, type Fault, isFault } from "./kube/api_error.ts";
export {
  type AskOptions,
  clockOf,
  createdAt,
  type DeleteOptions,
  type KubeClient,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type LogOptions,
  type ObjectMeta,
  type ObjectRef,
  type OwnerRef,
  type ReadOptions,
  type RequestOptions,
  type ResourceType,
  type StreamLogOptions,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./kube/client.ts";
export { newestFirst } from "./kube/newest_first.ts";
export { tellOfHolds, type TellOfHoldsOptions } from "./pods/tell_of_holds.ts";
export {
  aHold,
  deletionHold,
  type Hold,
  type HoldOptions,
  type NamedObject,
  saidOfHold,
} from "./pods/hold.ts";
export { podHold, type PodHoldOptions } from "./pods/pod_hold.ts";
export {
  listPodsUnderWay,
  podHolds,
  type PodSelector,
  type PodsUnderWay,
  unlessForbidden,
} from "./pods/list_pods.ts";
export {
  type EventSubject,
  eventTime,
  newestEvent,
  readWarnings,
  type WarningEvents,
  warningEvents,
} from "./pods/events.ts";
export { createNew, createOrAdopt, type OwnObject } from "./object/create_or_adopt.ts";
export { preflightCreate } from "./object/preflight_create.ts";
export { type CreateOptions, findOwn, readWithRetry, type RetryInput } from "./object/find_own.ts";
export { dryRunClient } from "./kube/dry_run_client.ts";
export {
  explainPod,
  type ExplainPodOptions,
  type NoiseFilter,
  type PodFindings,
} from "./pods/explain_pod.ts";
export { explainPods, type ExplainPodsOptions } from "./pods/explain_pods.ts";
export { fetchClient, type FetchClientOptions } from "./kube/fetch_client.ts";
export { type Owner, SPEC_HASH_ANNOTATION, specHash, stopNote } from "./object/ownership.ts";
export { FollowedPods, type FollowedPodsOptions, type PodStream } from "./pods/follow_pods.ts";
export { containersOf, endedBadly, hasRun, type PodProblem, podProblem } from "./pods/pod_problem.ts";
export { untilGone } from "./object/until_gone.ts";
export { waitForObject, type WaitOptions, type WaitTarget } from "./object/wait_for_object.ts";
export {
  type Log,
  type LogFactory,
  type LogFields,
  openLog,
  type OpenLogOptions,
  silentLog,
} from "./io/log.ts";
export { Manager } from "./manager.ts";
export { type ExecuteResult } from "./run/execute_result.ts";
export { type ManagerOptions } from "./run/manager_options.ts";
export { parseManifest } from "./io/parse_manifest.ts";
export { nameProblem } from "./text/names.ts";
export { nearest } from "./text/nearest.ts";
export {
  type ObjectFound,
  type ObjectRunnerOptions,
  type ObjectRunnerSteps,
  objectRunnerSteps,
  stopByPatch,
  type WantedObject,
} from "./work/object_runner.ts";
export { objectRunnerRbac, type ObjectRunnerRbacOptions } from "./work/object_runner_rbac.ts";
export { oneOf, parseText } from "./config/parse_text.ts";
export { type Progress, type ProgressNode } from "./io/live_view.ts";
export { readFile } from "./io/read_file.ts";
export { type Outcome } from "./run/report.ts";
export type { Program } from "./program/program.ts";
export { run } from "./program/run.ts";
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
  type ReportInput,
  type RunnerFactory,
  type StartInput,
  type StartOutput,
  type StatusReporter,
  type StepInput,
  type StopInput,
  type StopMode,
  type WaitForCompletionInput,
  type WaitForCompletionOutput,
  type WorkRef,
} from "./runner.ts";
export { type FailureWords, Mask, secretsIn } from "./io/secrets.ts";
export { type Setting } from "./config/settings.ts";
export { type Stream } from "./io/standard_streams.ts";
export { StartedError } from "./run/started_error.ts";
export { configMapReporter } from "./status/config_map.ts";
export { nopReporter } from "./status/nop.ts";
export { secretReporter } from "./status/secret.ts";
export { type StatusObjectOptions } from "./status/status_object.ts";
export { unpackJson } from "./io/unpack_json.ts";
export { cutText } from "./text/utf8.ts";
export {
  droppedResults,
  overruledAccount,
  type ParsedWork,
  parseWork,
  shortTtl,
  without,
  type WorkKind,
} from "./work/manifest_forms.ts";
export { readWork, workRef } from "./work/work_ref.ts";
export { describeWork, type DescribeWorkOptions, type WorkView } from "./work/describe_work.ts";
