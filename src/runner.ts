/**
 * The contract between the Manager and the runners and status reporters that it calls.
 *
 * @module
 */
import type { JsonObject } from "./text/json.ts";
import type { RbacRule } from "./kube/rbac_rule.ts";
import type { PodFindings } from "./pods/explain_pod.ts";
import type { KubeClient, KubeObject, OwnerRef } from "./kube/client.ts";
import type { Log } from "./io/log.ts";
import type { Progress, ProgressNode } from "./io/live_view.ts";
import type { Mask } from "./io/secrets.ts";

/** Where an engine wants a run's objects. Further platform properties are kept under their own names. */
export interface Platform {
  /** Namespace of every created object. */
  namespace: string;
  /** Service account of the created work. */
  serviceAccountName: string;
  /** `RUNNER_CONTEXT_PLATFORM_FOO_BAR` is `fooBar`. */
  [property: string]: string;
}

/** What a runner must know about its run. */
export interface ExecutionContext {
  /** The runner's program, such as `argo-runner`. */
  program: string;
  /** The Action's name. The created object and the status object have the same name. */
  name: string;
  /** Where the objects belong. */
  platform: Platform;
  /** Whether the API server only validates: the run then creates nothing. */
  dryRun: boolean;
  /** Longest time in milliseconds from the work's creation to its end; absent: no limit. */
  timeoutMs?: number | undefined;
  /** Identifies the run, to tell a restart from a second run of the same manifest. */
  runId?: string | undefined;
  /** Whether to adopt an existing object that this run has created, or to refuse every existing object of the name. */
  onExisting: "adopt" | "refuse";
  /** The owner of the created object: the garbage collector deletes the object together with its owner. */
  ownerRef?: OwnerRef | undefined;
  /** The values of the program's own settings, by variable; a setting without value and default has no key. */
  settings: Record<string, string>;
  /** How many lines of a failed container's log the report has; 0: the run reads no log. */
  logTailLines: number;
  /** Whether the run logs what the work's containers print. */
  followLogs: boolean;
  /** What the run does with the work after the time-out. */
  onTimeout: StopMode | "leave";
  /** What the run does with the work on SIGTERM and SIGINT. */
  onTerminate: StopMode | "leave";
}

/** How a run ends the work: `stop` lets the work clean up, `terminate` does not. */
export type StopMode = "stop" | "terminate";

/** The work's object in the cluster. */
export interface WorkRef {
  /** For example `argoproj.io/v1alpha1`. */
  apiVersion: string;
  /** For example `Workflow`. */
  kind: string;
  /** The object's name. */
  name: string;
  /** The object's namespace. */
  namespace: string;
  /** Tells this object from a later object of the same name. */
  uid: string;
  /** Whether an earlier start of this run has created it. */
  adopted: boolean;
  /** When the API server created it, as RFC 3339. */
  createdAt?: string | undefined;
  /** The object's age when `start` returned, in milliseconds by the API server's clock; 0 if absent. */
  ageMs?: number | undefined;
  /** Whether the work had already ended when the run adopted the object. */
  finished?: boolean | undefined;
  /** The label selector of its pods, if the object chooses its pods by a selector of its own. */
  podSelector?: string | undefined;
  /** The resourceVersion after this run's create: the wait watches from it. If absent, the wait lists first. */
  createdVersion?: string | undefined;
  /** The object as this run last read it: if it shows a verdict, the wait sends no request. */
  seen?: KubeObject | undefined;
}

/** Work that runs or has ended, described for people. */
export interface Description {
  /** For example `Workflow`. */
  kind: string;
  /** The object's name. */
  name: string;
  /** The object's namespace. */
  namespace: string;
  /** One word: `Running`, `Failed` … */
  state: string;
  /** Whether it has ended. */
  ended: boolean;
  /** The work's own message. */
  message?: string | undefined;
  /** Its steps, each before the steps inside it. */
  nodes: ProgressNode[];
  /** Why it failed, or what it waits for. */
  failure?: Diagnosis | undefined;
}

/** What every step of a runner gets. */
export interface StepInput {
  /** The run. */
  context: ExecutionContext;
  /** Aborted when the run must end: its reason is a `RunError`. */
  signal: AbortSignal;
  /** Named `runner.<name>`. */
  log: Log;
}

/** What {@linkcode ActionRunner.find} gets. */
export interface FindInput extends StepInput {
  /** The parsed manifest. */
  manifest: JsonObject;
  /** Hides secrets in everything that the run writes: those of the manifest, and those that the runner adds. */
  mask?: Mask | undefined;
}

/**
 * What {@linkcode ActionRunner.find} returns. A runner may add fields: the Manager hands them to `preflight`, `start`
 * and `dryRun`, so a runner keeps no state between its methods.
 */
export interface Found {
  /** The object of an earlier start of this run; absent if the name is free. */
  existing?: WorkRef | undefined;
}

/** What {@linkcode ActionRunner.preflight} gets. */
export interface PreflightInput<F extends Found = Found> extends FindInput {
  /** What `find` returned; absent if `find` failed, since the command `check` then goes on. */
  found?: F | undefined;
}

/** What {@linkcode ActionRunner.start} and {@linkcode ActionRunner.dryRun} get. */
export interface StartInput<F extends Found = Found> extends FindInput {
  /** What `find` returned; `{}` for a runner without `find`. */
  found: F;
}

/** What {@linkcode ActionRunner.dryRun} returns. */
export interface DryRunOutput {
  /** As in {@linkcode StartOutput}. */
  status: JsonObject;
  /** One line about what the dry run did and how it ended. */
  message: string;
}

/**
 * What {@linkcode ActionRunner.start} returns. A runner may add fields that its later methods need: the Manager hands
 * them to `waitForCompletion`, `diagnose` and `stop`.
 */
export interface StartOutput {
  /** The runner's own keys of the status, written from now on. They must differ from the report's keys. */
  status: JsonObject;
  /** The created or adopted object. */
  object?: WorkRef | undefined;
}

/** What {@linkcode ActionRunner.waitForCompletion} gets. */
export interface WaitForCompletionInput<S extends StartOutput = StartOutput> extends StepInput {
  /** What `start` returned. */
  started: S;
  /** Shows the work while it runs; absent unless the output is a terminal. */
  progress?: Progress | undefined;
}

/** What {@linkcode ActionRunner.stop} gets. */
export interface StopInput<S extends StartOutput = StartOutput> extends WaitForCompletionInput<S> {
  /** How to end the work. */
  mode: StopMode;
  /** Why the run ends the work, for people who later read the object: an exit code's reason, such as `TimedOut`. */
  reason: string;
}

/** What {@linkcode ActionRunner.diagnose} gets. */
export interface DiagnoseInput<S extends StartOutput = StartOutput> extends WaitForCompletionInput<S> {
  /** The verdict; absent if the run timed out before it saw a verdict. */
  completed?: WaitForCompletionOutput | undefined;
}

/** Why work failed, or has not ended. A field is absent if it is unknown or if the runner may not read it. */
export interface Diagnosis extends Partial<PodFindings> {
  /** The failed step, named as the work's kind names it. */
  node?: string;
}

/** What {@linkcode ActionRunner.waitForCompletion} returns: the verdict that the runner has seen. */
export interface WaitForCompletionOutput {
  /** Whether the work succeeded. */
  finishedSuccessfully: boolean;
  /** One line about how the work ended. */
  message: string;
  /** When the work ended, as RFC 3339. */
  finishedAt?: string;
  /** The work's outputs, for the report. */
  outputs?: JsonObject;
}

/**
 * One kind of work. Only `name`, `start` and `waitForCompletion` are required.
 *
 * A runner keeps no state between its methods: the Manager hands what `find` returns to `preflight`, `start` and
 * `dryRun`, and what `start` returns to `waitForCompletion`, `diagnose`, `stop` and `commands`. A runner that adds fields
 * to these results names its types: `ActionRunner<MyFound, MyStarted>`.
 *
 * Every method may throw a `RunError`, which decides the exit code; any other error is an internal error (70).
 */
export interface ActionRunner<F extends Found = Found, S extends StartOutput = StartOutput> {
  /** Such as `argo.workflow`. */
  readonly name: string;
  /**
   * How a run ends if its service account does not exist: `WorkFailed` (the default), or `TimedOut` if the work's
   * controller retries forever.
   */
  readonly withoutAccount?: "WorkFailed" | "TimedOut" | undefined;
  /**
   * Gets the object of an earlier start of this run, before the run creates anything. It also checks the manifest, since
   * it is the first step that sees it.
   *
   * @throws {InvalidInputError} If the manifest is not for this runner
   * @throws {RunError} `NameTaken` if the name belongs to another object
   */
  find?(input: FindInput): Promise<F>;
  /**
   * Asks the API server whether the work could start, and creates nothing. Not called for an existing object.
   *
   * @throws {DryRunRefusedError} If the API server refuses dry runs: the run goes on, and `start` decides
   */
  preflight?(input: PreflightInput<F>): Promise<void>;
  /** Creates the work, or adopts the work of an earlier start. */
  start(input: StartInput<F>): Promise<S>;
  /**
   * Tries the work instead of `start`, for work that the API server's own dry run cannot judge. It deletes everything
   * that it creates before it returns or throws. Not called for an existing object.
   */
  dryRun?(input: StartInput<F>): Promise<DryRunOutput>;
  /** Waits until it sees the work's verdict. Rejects with the signal's reason if the signal aborts first. */
  waitForCompletion(input: WaitForCompletionInput<S>): Promise<WaitForCompletionOutput>;
  /** Finds out why the work failed, or why it has not ended. The Manager only logs what it throws. */
  diagnose?(input: DiagnoseInput<S>): Promise<Diagnosis | undefined>;
  /** Describes the work of the context's name, also if another run started it. */
  describe?(input: StepInput): Promise<Description>;
  /**
   * Ends the work and writes the reason into its object. Called only if the settings ask for it. It may return a line
   * for the report about what may be left behind.
   */
  stop?(input: StopInput<S>): Promise<string | void>;
  /** The commands with which people read and stop the work, for the report of a failed run. */
  commands?(started: S & { object: WorkRef }): { show: string; stop: string };
  /**
   * The RBAC rules that the run's requests need, in the order of the requests. It sends no request.
   *
   * @param manifest the run's manifest, if it is known: some work needs more rules than other work of its kind
   * @throws {InvalidInputError} If the manifest is not for this runner
   */
  rbac?(context: ExecutionContext, manifest?: JsonObject): RbacRule[];
}

/**
 * Makes the runner of a run.
 *
 * @param kube a client for the API server; in a dry run the API server only validates its writes
 * @param real a client whose writes the API server also stores in a dry run: for what `dryRun` creates and deletes again
 */
export type RunnerFactory = (kube: KubeClient, real: KubeClient) => ActionRunner;

/** What a {@linkcode StatusReporter} gets beside the status. */
export interface ReportInput {
  /** The run. */
  context: ExecutionContext;
  /** Aborted when the reporter must give up. */
  signal: AbortSignal;
}

/** Writes a run's status where an engine reads it. */
export interface StatusReporter {
  /** Whether only readers of Secrets can read the status: it then includes outputs with secrets. `false` by default. */
  readonly confidential?: boolean;
  /**
   * Checks that the reporter can write a report, and writes nothing.
   *
   * @throws {RunError} `TargetMissing` or `NotAllowed` if it cannot
   */
  check(input: ReportInput): Promise<void>;
  /** Replaces the status that was written before. */
  report(input: ReportInput, status: JsonObject): Promise<void>;
  /** The RBAC rules that its requests need. It sends no request. */
  rbac?(context: ExecutionContext): RbacRule[];
}
