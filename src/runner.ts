/**
 * The contract between the Manager and what it manages: runners and status reporters.
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

/** Where an engine wants a run's objects. Further platform properties come along under their own names. */
export interface Platform {
  /** Namespace of everything that is created. */
  namespace: string;
  /** Service account of the created work. */
  serviceAccountName: string;
  /** `RUNNER_CONTEXT_PLATFORM_FOO_BAR` is `fooBar`. */
  [property: string]: string;
}

/** What a runner must know of the run it belongs to. */
export interface ExecutionContext {
  /** The runner's program, such as `argo-runner`. */
  program: string;
  /** The Action's name: that of the created object and of the status object. */
  name: string;
  /** Where the objects belong. */
  platform: Platform;
  /** Nothing may be created: the API server only validates. */
  dryRun: boolean;
  /** Longest time in milliseconds from the work's creation to its end; absent: no limit. */
  timeoutMs?: number | undefined;
  /** Which run this is, to tell a restart from a second run of the same manifest. */
  runId?: string | undefined;
  /** Whether to go on with an object that is proven this run's own, or to refuse any that has the name. */
  onExisting: "adopt" | "refuse";
  /** What the created object belongs to: the garbage collector deletes the object with it. */
  ownerRef?: OwnerRef | undefined;
  /** The values of the program's own settings, by variable; without value and default there is no key. */
  settings: Record<string, string>;
  /** How many lines of a failed container's log are reported; 0: no log is read. */
  logTailLines: number;
  /** Whether what the work's containers print is logged while it runs. */
  followLogs: boolean;
  /** What becomes of the work when the time is up. */
  onTimeout: StopMode | "leave";
  /** What becomes of the work on SIGTERM and SIGINT. */
  onTerminate: StopMode | "leave";
}

/** How work is ended: `stop` lets it tidy up, `terminate` does not. */
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
  /** Tells this object from a later one of the same name. */
  uid: string;
  /** Whether it was there already, made by an earlier start of this run. */
  adopted: boolean;
  /** When the API server created it, as RFC 3339. */
  createdAt?: string | undefined;
  /** Its age in milliseconds by the API server's clock when `start` returned; 0 if absent. */
  ageMs?: number | undefined;
  /** Whether it had ended already when it was adopted. */
  finished?: boolean | undefined;
  /** The label selector of its pods, where the object has one of its own and does not mark them. */
  podSelector?: string | undefined;
  /** The resourceVersion that this run's own create left behind: a wait watches from it. Absent: it lists first. */
  createdVersion?: string | undefined;
  /** The object as this run last read it: if it shows a verdict, a wait needs no request. */
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
  /** What the work says of itself. */
  message?: string | undefined;
  /** Its steps, in the order of their tree. */
  nodes: ProgressNode[];
  /** Why it failed, or what it waits for. */
  failure?: Diagnosis | undefined;
}

/** What every step of a runner gets. */
export interface StepInput {
  /** The run. */
  context: ExecutionContext;
  /** Aborted when the run is to end: its reason is a `RunError`. */
  signal: AbortSignal;
  /** Named `runner.<name>`. */
  log: Log;
}

/** What {@linkcode ActionRunner.find} gets. */
export interface FindInput extends StepInput {
  /** The parsed manifest. */
  manifest: JsonObject;
  /** Hides secrets in all that the run writes: those of the manifest already, more as a runner reads them. */
  mask?: Mask | undefined;
}

/**
 * What {@linkcode ActionRunner.find} returns. A runner extends it by what it has worked out: the Manager hands it to
 * `preflight`, `start` and `dryRun`, so that a runner remembers nothing between its methods.
 */
export interface Found {
  /** The object of an earlier start of this run; absent where the name is free. */
  existing?: WorkRef | undefined;
}

/** What {@linkcode ActionRunner.preflight} gets. */
export interface PreflightInput<F extends Found = Found> extends FindInput {
  /** What `find` returned; absent where `find` failed and the command `check` goes on all the same. */
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
  /** One line on what was tried, and what became of it. */
  message: string;
}

/**
 * What {@linkcode ActionRunner.start} returns. A runner extends it by what its later methods need: the Manager hands it
 * to `waitForCompletion`, `diagnose` and `stop`.
 */
export interface StartOutput {
  /** What the status object holds from now on: the runner's own keys, none of the report's. */
  status: JsonObject;
  /** The object that was created or adopted. */
  object?: WorkRef | undefined;
}

/** What {@linkcode ActionRunner.waitForCompletion} gets. */
export interface WaitForCompletionInput<S extends StartOutput = StartOutput> extends StepInput {
  /** What `start` returned. */
  started: S;
  /** Shows the work while it runs; only at a terminal. */
  progress?: Progress | undefined;
}

/** What {@linkcode ActionRunner.stop} gets. */
export interface StopInput<S extends StartOutput = StartOutput> extends WaitForCompletionInput<S> {
  /** How to end the work. */
  mode: StopMode;
  /** Why, for people who read the work later: an exit code's reason, such as `TimedOut`. */
  reason: string;
}

/** What {@linkcode ActionRunner.diagnose} gets. */
export interface DiagnoseInput<S extends StartOutput = StartOutput> extends WaitForCompletionInput<S> {
  /** The verdict; absent where the time was up before there was a verdict. */
  completed?: WaitForCompletionOutput | undefined;
}

/** Why work failed, or has not ended. What is not known, or may not be read, is left out. */
export interface Diagnosis extends Partial<PodFindings> {
  /** The step that failed, in the words of the work's own kind. */
  node?: string;
}

/** What {@linkcode ActionRunner.waitForCompletion} returns: a verdict that was seen. */
export interface WaitForCompletionOutput {
  /** Whether the work did what it was to do. */
  finishedSuccessfully: boolean;
  /** One line on how it ended. */
  message: string;
  /** When the work ended, as RFC 3339. */
  finishedAt?: string;
  /** What the work gives back, for the report. */
  outputs?: JsonObject;
}

/**
 * One kind of work. Only `name`, `start` and `waitForCompletion` are required.
 *
 * A runner remembers nothing between its methods: what `find` returns is handed to `preflight`, `start` and `dryRun`,
 * what `start` returns to `waitForCompletion`, `diagnose`, `stop` and `commands`. A runner that hands on more than the
 * library's own fields names its types: `ActionRunner<MyFound, MyStarted>`.
 *
 * Every method may throw a `RunError`, which decides the exit code; anything else thrown is an internal error (70).
 */
export interface ActionRunner<F extends Found = Found, S extends StartOutput = StartOutput> {
  /** Such as `argo.workflow`. */
  readonly name: string;
  /**
   * How a run ends whose service account does not exist: `WorkFailed`, which is the default, or `TimedOut` where the
   * work's controller tries again for ever.
   */
  readonly withoutAccount?: "WorkFailed" | "TimedOut" | undefined;
  /**
   * Gets, before anything is created, the object of an earlier start of this run. It also checks the manifest, since it
   * is the first step that sees it.
   *
   * @throws {InvalidInputError} If the manifest is not for this runner
   * @throws {RunError} `NameTaken` if the name belongs to another object
   */
  find?(input: FindInput): Promise<F>;
  /**
   * Asks the API server, with nothing created, whether the work could start. Not called for an existing object.
   *
   * @throws {DryRunRefusedError} If dry runs are refused: the run goes on, and `start` decides
   */
  preflight?(input: PreflightInput<F>): Promise<void>;
  /** Creates the work, or adopts that of an earlier start. */
  start(input: StartInput<F>): Promise<S>;
  /**
   * Tries the work in place of `start`, where the API server's own dry run says nothing of it. It deletes whatever it
   * creates before it returns or throws. Not called for an existing object.
   */
  dryRun?(input: StartInput<F>): Promise<DryRunOutput>;
  /** Waits until the work's verdict is seen. Rejects with the signal's reason when that comes first. */
  waitForCompletion(input: WaitForCompletionInput<S>): Promise<WaitForCompletionOutput>;
  /** Finds out why the work failed, or why it has not ended. Whatever it throws is logged and changes nothing. */
  diagnose?(input: DiagnoseInput<S>): Promise<Diagnosis | undefined>;
  /** Describes the work of the context's name, whoever started it. */
  describe?(input: StepInput): Promise<Description>;
  /**
   * Ends the work, and notes on it why. Called only where the settings ask for it. It may return a line for the report
   * on what may be left behind.
   */
  stop?(input: StopInput<S>): Promise<string | void>;
  /** The commands with which people read the work and stop it, for the report of a run that failed. */
  commands?(started: S & { object: WorkRef }): { show: string; stop: string };
  /**
   * What the run's requests need of RBAC, in the order in which it meets them. It sends no request.
   *
   * @param manifest the run's, where it is known: work may need more than other work of its kind
   * @throws {InvalidInputError} If the manifest is not for this runner
   */
  rbac?(context: ExecutionContext, manifest?: JsonObject): RbacRule[];
}

/**
 * Makes the runner of a run.
 *
 * @param kube a client for the API server; in a dry run its writes are only validated
 * @param real a client whose writes are stored also in a dry run: for what `dryRun` creates and deletes again
 */
export type RunnerFactory = (kube: KubeClient, real: KubeClient) => ActionRunner;

/** What a {@linkcode StatusReporter} gets beside the status. */
export interface ReportInput {
  /** The run. */
  context: ExecutionContext;
  /** Aborted when the reporter is to give up. */
  signal: AbortSignal;
}

/** Writes a run's status to where an engine reads it. */
export interface StatusReporter {
  /** Whether only those read it who may read secrets: it gets outputs that hold some too. `false` by default. */
  readonly confidential?: boolean;
  /**
   * Checks that a report could be written, without writing one.
   *
   * @throws {RunError} `TargetMissing` or `NotAllowed` if it could not
   */
  check(input: ReportInput): Promise<void>;
  /** Writes the status over the one written before. */
  report(input: ReportInput, status: JsonObject): Promise<void>;
  /** What its requests need of RBAC. It sends no request. */
  rbac?(context: ExecutionContext): RbacRule[];
}
