/**
 * The Manager: all that runners have in common.
 *
 * @module
 */
import { unlessAborted } from "./time/abort.ts";
import { type Clock, followLater, systemClock } from "./time/clock.ts";
import { DryRunRefusedError, messageOf, reasonOf, RunError } from "./errors.ts";
import { EXIT_CODES, type Left, type Reason } from "./exit_codes.ts";
import { diagnoseWork } from "./run/diagnose_work.ts";
import { AFTER_SIGNAL_MS, heeded } from "./run/heeded.ts";
import type { JsonObject } from "./text/json.ts";
import type { Log } from "./io/log.ts";
import { withoutSecretOutputs } from "./run/outputs.ts";
import type { Progress } from "./io/live_view.ts";
import { finalReport, type Outcome, reservedKeys } from "./run/report.ts";
import { reportEnd, reportStart } from "./run/report_status.ts";
import type {
  ActionRunner,
  Diagnosis,
  ExecutionContext,
  StartInput,
  StartOutput,
  StatusReporter,
  StepInput,
  WaitForCompletionOutput,
  WorkRef,
} from "./runner.ts";
import type { Mask } from "./io/secrets.ts";
import { StartedError } from "./run/started_error.ts";
import { stopMode, stopWork } from "./run/stop_work.ts";
import { waitForWork, withinTimeout } from "./run/wait_for_work.ts";

/** What a {@linkcode Manager} is made of. */
export interface ManagerOptions {
  /** The kind of work. */
  runner: ActionRunner;
  /** Where the status goes. */
  reporter: StatusReporter;
  /** The run. */
  context: ExecutionContext;
  /** Reads and parses the manifest. */
  readManifest: () => Promise<JsonObject>;
  /** Where the work is shown while it runs; only at a terminal. */
  progress?: Progress;
  /** Hides secrets in the report; nothing is hidden by default. */
  mask?: Mask;
  /** Gives each part its logger. */
  log: (name: string) => Log;
  /** The real clock by default. */
  clock?: Clock;
}

/** How a run ended. */
export interface ExecuteResult {
  /** The process's exit code. */
  exitCode: number;
  /** The final report. */
  report: JsonObject;
  /** What the report was made of. */
  outcome: Outcome;
}

/** Runs one action from its manifest to its verdict. */
export class Manager {
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  /** How far the run has come, for its report. */
  #nameIsFree = false;
  #started: StartOutput | undefined;
  #startingAt = 0;
  #startedAt = 0;
  #completed: WaitForCompletionOutput | undefined;
  /** Aborted some time after the run's signal: what has not ended by then is left behind. */
  #late: AbortSignal = new AbortController().signal;

  /** Nothing happens before `execute()`. */
  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log("manager");
  }

  /**
   * The whole run. It never throws: every error becomes an exit code.
   *
   * @param signal ends the run early; its reason is a `RunError`
   */
  async execute(signal: AbortSignal): Promise<ExecuteResult> {
    const late = followLater(signal, { ms: AFTER_SIGNAL_MS, clock: this.#clock });
    this.#late = late.signal;
    try {
      return await this.#execute(signal);
    } catch (error) {
      const known = { reason: reasonOf(error), message: messageOf(error), left: this.#leftBy(error) };
      return await this.#finish(known, signal);
    } finally {
      late.stop();
    }
  }

  async #execute(signal: AbortSignal): Promise<ExecuteResult> {
    const { context, mask, reporter, runner } = this.#options;
    const input = this.#stepInput(signal);
    const manifest = await step("while reading manifest from disk", () => this.#options.readManifest());
    const start = { ...input, manifest, ...(mask ? { mask } : {}) };
    const existing = await step(
      "while starting action",
      () => this.#heeded(async () => await runner.find?.(start)),
    );
    if (!existing) {
      this.#nameIsFree = true;
      await step("while setting status", () => unlessAborted(reporter.check(input), this.#late));
      if (!context.dryRun) await step("while starting action", () => this.#preflight(start));
    }
    this.#startingAt = this.#clock.now();
    if (context.dryRun && !existing && runner.dryRun) {
      return this.#dryRunResult(undefined, await step("while starting action", () => this.#tryWork(start)));
    }
    this.#started = await step("while starting action", () => this.#start({ ...start, existing }));
    this.#startedAt = this.#clock.now();
    if (context.dryRun) return this.#dryRunResult(existing);
    this.#logStart();
    await this.#reportStart(signal);
    this.#completed = await step("while waiting for completion", () => this.#wait(input));
    return await this.#finish(outcomeOf(this.#completed), signal);
  }

  #stepInput(signal: AbortSignal): StepInput {
    const { context, log, runner } = this.#options;
    return { context, signal, log: log(`runner.${runner.name}`) };
  }

  /** Does a step of the runner; one that goes on for long after the run's signal is given up. */
  #heeded<T>(runnerStep: () => Promise<T>): Promise<T> {
    return heeded(runnerStep(), { name: this.#options.runner.name, late: this.#late });
  }

  /** What a policy says of a dry run it may not say of the create: that decides. */
  async #preflight(input: StartInput): Promise<void> {
    try {
      await this.#heeded(async () => await this.#options.runner.preflight?.(input));
    } catch (error) {
      if (!(error instanceof DryRunRefusedError)) throw error;
      input.log.warn(`the dry run before the start is refused, going on without it: ${error.message}`);
    }
  }

  /** Returns what became of it. */
  async #tryWork(input: StartInput): Promise<string | undefined> {
    const { runner } = this.#options;
    const timed = { ...input, clock: this.#clock, ageMs: 0 };
    const tryIt = async (signal: AbortSignal) => await runner.dryRun?.({ ...input, signal });
    const tried = await this.#heeded(() => withinTimeout(runner, timed, tryIt));
    this.#started = { status: tried?.status ?? {} };
    return tried?.message;
  }

  async #start(input: StartInput): Promise<StartOutput> {
    try {
      const started = await this.#heeded(async () => await this.#options.runner.start(input));
      const reserved = reservedKeys(started.status);
      if (reserved.length === 0) return started;
      this.#keep(started);
      throw new Error(`The runner's status uses keys of the report: ${reserved.join(", ")}`);
    } catch (error) {
      if (!(error instanceof StartedError)) throw error;
      // What a dry run "makes" never was.
      if (input.context.dryRun) throw error.cause;
      this.#keep(error.started);
      throw error;
    }
  }

  /** Keeps for the report what a start that fails has made. */
  #keep(started: StartOutput): void {
    const isUsable = reservedKeys(started.status).length === 0;
    this.#started = isUsable ? started : { ...started, status: {} };
  }

  /** A status that cannot be written does not end the run: the work is there, and its verdict counts. */
  async #reportStart(signal: AbortSignal): Promise<void> {
    if (!this.#started || this.#started.object?.finished) return;
    const { status } = this.#started;
    const { context, reporter } = this.#options;
    const input = { context, signal, clock: this.#clock };
    try {
      await step("while setting status", () => reportStart(reporter, status, input));
    } catch (error) {
      if (!signal.aborted) this.#log.warn(messageOf(error));
    }
  }

  #wait(input: StepInput): Promise<WaitForCompletionOutput> {
    const started = this.#started ?? { status: {} };
    const { progress, runner } = this.#options;
    const shown = progress ? { progress } : {};
    const wait = { ...input, ...shown, started, clock: this.#clock, ageMs: this.#ageMs() };
    return this.#heeded(() => waitForWork(runner, wait));
  }

  /**
   * The work's age in milliseconds. The dates of answers can be a gateway's whose clock is wrong: what this start has
   * made is not older than the start, and nothing is younger than 0.
   */
  #ageMs(): number {
    const { adopted = true, ageMs = 0 } = this.#started?.object ?? {};
    const greatest = adopted ? Infinity : this.#startedAt - this.#startingAt;
    return Math.min(Math.max(0, ageMs), greatest) + this.#clock.now() - this.#startedAt;
  }

  async #finish(known: Outcome, signal: AbortSignal): Promise<ExecuteResult> {
    // What the work waits for is asked before it is stopped.
    const failure = await this.#diagnose(known.reason, signal);
    const outcome = await this.#stop({ ...known, failure }, signal);
    const full = this.#masked({ ...outcome, started: this.#started, completed: this.#completed });
    const { context, mask, reporter, runner } = this.#options;
    const whole = finalReport(runner.name, full);
    const report = reporter.confidential ? whole : withoutSecretOutputs(whole, mask);
    const { reason } = outcome;
    const input = { context, signal, reason, clock: this.#clock };
    try {
      await step("while setting status", () => reportEnd(reporter, report, input));
    } catch (error) {
      const message = messageOf(error);
      if (reason === "Succeeded") return this.#result({ ...full, reason: "StatusNotWritten", message });
      // Bad input is told in one line.
      if (reason !== "InvalidInput") this.#log.error(message);
    }
    return this.#result(full);
  }

  /** Ends the work where the settings say so. What is left of it is what was seen. */
  async #stop(outcome: Outcome, signal: AbortSignal): Promise<Outcome> {
    const { context, runner } = this.#options;
    const { reason } = outcome;
    const mode = stopMode(reason, context);
    const started = this.#started;
    if (mode === "leave" || !started) return outcome;
    const input = { ...this.#stepInput(signal), started, mode, reason, clock: this.#clock };
    const { left = outcome.left, words, succeeded } = await stopWork(runner, {
      ...input,
      signal: this.#late,
    });
    if (succeeded) return outcomeOf(this.#completed = succeeded);
    // What a runner did that was given up nobody knows, unless its work is seen to have ended.
    const known = left === "stopped" ? left : outcome.left;
    return { ...outcome, message: `${outcome.message}; ${words}`, left: known };
  }

  /** Without secrets in the words of the cluster and the work; what the run itself says holds none. Outputs are data. */
  #masked(outcome: Outcome): Outcome {
    const { mask } = this.#options;
    if (!mask) return outcome;
    const { message, completed, failure } = outcome;
    return {
      ...outcome,
      message: mask.apply(message),
      ...(completed ? { completed: { ...completed, message: mask.apply(completed.message) } } : {}),
      ...(failure ? { failure: mask.applyToFailure(failure) } : {}),
    };
  }

  async #diagnose(reason: Reason, signal: AbortSignal): Promise<Diagnosis | undefined> {
    const { runner } = this.#options;
    const [started, completed] = [this.#started, this.#completed];
    if (!started) return undefined;
    const input = {
      ...this.#stepInput(signal),
      started,
      clock: this.#clock,
      ...(completed ? { completed } : {}),
    };
    return await diagnoseWork(runner, reason, input);
  }

  #logStart(): void {
    const object = this.#started?.object;
    if (!object) return;
    const { kind, name, namespace, uid, adopted } = object;
    const what = adopted ? "is there already: going on with it" : "is created";
    this.#log.info(`${kind} "${name}" ${what}`, { namespace, uid });
  }

  #dryRunResult(existing: WorkRef | undefined, tried?: string): ExecuteResult {
    const status = this.#started?.status ?? {};
    const message = existing
      ? "dry run: the work is there already, nothing was created"
      : `dry run: ${tried ?? "the API server accepts the work, nothing was created"}`;
    this.#log.info(message);
    const left = !existing ? "not created" : existing.finished ? "finished" : "left running";
    // What a dry run "creates" never was.
    const started = existing ? { status, object: existing } : { status };
    return this.#result({ reason: "Succeeded", message, left, started });
  }

  #result(outcome: Outcome): ExecuteResult {
    const { mask, runner } = this.#options;
    const report = withoutSecretOutputs(finalReport(runner.name, outcome), mask);
    return { exitCode: EXIT_CODES[outcome.reason].code, report, outcome };
  }

  /** What an error leaves in the cluster. */
  #leftBy(error: unknown): Left {
    const reason = reasonOf(error);
    const { left } = EXIT_CODES[reason];
    const known = error instanceof RunError ? error.left : undefined;
    if (known !== undefined) return known;
    if (this.#started) return left;
    // An earlier start may have created the work: only a look at the name tells.
    if (!this.#nameIsFree && (reason === "NotAllowed" || left === "left running")) return "unknown";
    return left === "left running" ? "not created" : left;
  }
}

/** Runs a step; what it throws gets the step's words in front and keeps its reason. */
async function step<T>(words: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const left = error instanceof RunError ? error.left : undefined;
    throw new RunError(reasonOf(error), `${words}: ${messageOf(error)}`, {
      cause: error,
      ...(left ? { left } : {}),
    });
  }
}

function outcomeOf({ finishedSuccessfully, message }: WaitForCompletionOutput): Outcome {
  if (finishedSuccessfully) return { reason: "Succeeded", message, left: "finished" };
  return {
    reason: "WorkFailed",
    message: `finished unsuccessfully [details: "${message}"]`,
    left: "finished",
  };
}
