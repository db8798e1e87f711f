/**
 * The state of a run, and its steps.
 *
 * @module
 */
import { DryRunRefusedError, messageOf, reasonOf } from "../errors.ts";
import type { Log } from "../io/log.ts";
import type {
  FindInput,
  Found,
  StartInput,
  StartOutput,
  StepInput,
  WaitForCompletionOutput,
} from "../runner.ts";
import type { JsonObject } from "../text/json.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { followLater, unlessAborted } from "../time/signals.ts";
import { completedOutcome } from "./outcome/completed_outcome.ts";
import { dryRunOutcome } from "./outcome/dry_run_outcome.ts";
import { type ExecuteResult, executeResult } from "./outcome/execute_result.ts";
import { finish } from "./finish.ts";
import { AFTER_SIGNAL_MS, heeded } from "./heeded.ts";
import { leftBy } from "./outcome/left_by.ts";
import type { ManagerOptions } from "./manager_options.ts";
import { type Outcome, reservedKeys, withoutReservedKeys } from "./outcome/report.ts";
import { StartedError } from "./started_error.ts";
import { step } from "./step.ts";
import { waitForWork, withinTimeout } from "./wait_for_work.ts";
import { workAgeMs } from "./work_age.ts";
import { writeFirstStatus } from "./write_status.ts";

/** A run. The Manager calls each step at most once. */
export class RunState {
  readonly #options: ManagerOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  /** The input of each step of the runner. */
  readonly #input: StepInput;
  /** Aborted some time after the run's signal: the run then abandons a step that has not ended. */
  readonly #late: { signal: AbortSignal; stop: () => void };
  #isNameFree = false;
  #started: StartOutput | undefined;
  /** When the run called `start`, and when `start` returned, by the clock. */
  #startingAt = 0;
  #startedAt = 0;
  #completed: WaitForCompletionOutput | undefined;

  constructor(options: ManagerOptions, signal: AbortSignal) {
    const { clock = systemClock, context, log, runner } = options;
    this.#options = options;
    this.#clock = clock;
    this.#log = log("manager");
    this.#input = { context, signal, log: log(`runner.${runner.name}`) };
    this.#late = followLater(signal, { ms: AFTER_SIGNAL_MS, clock });
  }

  /** Reads and parses the manifest. */
  async readManifest(): Promise<JsonObject> {
    return await this.#options.readManifest();
  }

  /** Lets the runner get the object of an earlier start of this run. */
  async find(manifest: JsonObject): Promise<Found> {
    const { runner } = this.#options;
    const found = await this.#heeded(async () => await runner.find?.(this.#findInput(manifest)) ?? {});
    this.#isNameFree = !found.existing;
    return found;
  }

  /** Checks that the reporter can write the status and the runner can create the work. It creates nothing. */
  async preflight(manifest: JsonObject, found: Found): Promise<void> {
    const { context, reporter } = this.#options;
    const { signal } = this.#late;
    await step("while setting status", () => unlessAborted(reporter.check(this.#input), signal));
    // In a dry run, the next step sends the same request.
    if (context.dryRun) return;
    await step("while starting action", () => this.#tryCreate({ ...this.#findInput(manifest), found }));
  }

  /** Creates the work, or adopts the work of an earlier start. */
  async start(manifest: JsonObject, found: Found): Promise<void> {
    await this.#start({ ...this.#findInput(manifest), found });
    const { object } = this.#started ?? {};
    if (!object) return;
    const { kind, name, namespace, uid, adopted } = object;
    const what = adopted ? "is there already: going on with it" : "is created";
    this.#log.info(`${kind} "${name}" ${what}`, { namespace, uid });
  }

  /** Tries the work instead of starting it. Returns the run's result. */
  async dryRun(manifest: JsonObject, found: Found): Promise<ExecuteResult> {
    const input = { ...this.#findInput(manifest), found };
    const tried = await step("while starting action", () => this.#tryWork(input));
    const outcome = dryRunOutcome(found, tried);
    this.#log.info(outcome.message);
    return executeResult(outcome, this.#options);
  }

  /** Writes the first status. A failure does not end the run: the work exists, and its verdict counts. */
  async reportStart(): Promise<void> {
    if (!this.#started || this.#started.object?.finished) return;
    const { status } = this.#started;
    const { context, reporter } = this.#options;
    const { signal } = this.#input;
    const input = { context, signal, clock: this.#clock };
    try {
      await step("while setting status", () => writeFirstStatus(reporter, status, input));
    } catch (error) {
      if (!signal.aborted) this.#log.warn(messageOf(error));
    }
  }

  /** Waits for the verdict. */
  async wait(): Promise<void> {
    const { progress, runner } = this.#options;
    const started = this.#started ?? { status: {} };
    const ageAtStartMs = workAgeMs(started.object, this.#startedAt - this.#startingAt);
    const ageMs = ageAtStartMs + this.#clock.now() - this.#startedAt;
    const input = { ...this.#input, progress, started, clock: this.#clock, ageMs };
    this.#completed = await this.#heeded(() => waitForWork(runner, input));
  }

  /**
   * Ends the run: finds out why the work failed, stops it if the settings say so, and writes the final report.
   *
   * @param error the error that ended the run before the verdict, if there is any
   */
  async finish(error?: unknown): Promise<ExecuteResult> {
    return await finish(this.#outcome(error), {
      ...this.#options,
      input: this.#input,
      late: this.#late.signal,
      clock: this.#clock,
      log: this.#log,
    });
  }

  /** Releases the timer of a run that has ended. */
  close(): void {
    this.#late.stop();
  }

  #findInput(manifest: JsonObject): FindInput {
    return { ...this.#input, manifest, mask: this.#options.mask };
  }

  /** Runs a step of the runner, and abandons a step that goes on for too long after the run's signal. */
  #heeded<T>(runnerStep: () => Promise<T>): Promise<T> {
    return heeded(runnerStep(), { name: this.#options.runner.name, late: this.#late.signal });
  }

  /** Ignores a refused dry run: a policy may refuse dry runs and accept the create, so the create decides. */
  async #tryCreate(input: StartInput): Promise<void> {
    try {
      await this.#heeded(async () => await this.#options.runner.preflight?.(input));
    } catch (error) {
      if (!(error instanceof DryRunRefusedError)) throw error;
      input.log.warn(`the dry run before the start is refused, going on without it: ${error.message}`);
    }
  }

  /** Keeps what `start` returned, or what it had created before it failed. */
  async #start(input: StartInput): Promise<StartOutput> {
    this.#startingAt = this.#clock.now();
    const started = await this.#heeded(async () => await this.#options.runner.start(input))
      .catch((error) => this.#keepFailedStart(error));
    this.#startedAt = this.#clock.now();
    this.#started = withoutReservedKeys(started);
    const reserved = reservedKeys(started.status);
    if (reserved.length === 0) return started;
    throw new Error(`The runner's status uses keys of the report: ${reserved.join(", ")}`);
  }

  #keepFailedStart(error: unknown): never {
    if (!(error instanceof StartedError)) throw error;
    // A dry run stores no object, so the report must not name an object.
    if (this.#options.context.dryRun) throw error.cause;
    this.#started = withoutReservedKeys(error.started);
    throw error;
  }

  /** Tries new work by the runner's own `dryRun` if it has this method; else the API server validates the work. */
  async #tryWork(input: StartInput): Promise<{ status: JsonObject; message?: string }> {
    const { runner } = this.#options;
    if (input.found.existing || !runner.dryRun) return { status: (await this.#start(input)).status };
    const timed = { ...input, clock: this.#clock, ageMs: 0 };
    const tryIt = async (signal: AbortSignal) => await runner.dryRun!({ ...input, signal });
    return await this.#heeded(() => withinTimeout(runner, timed, tryIt));
  }

  #outcome(error: unknown): Outcome {
    const [started, completed] = [this.#started, this.#completed];
    if (error === undefined && completed) return { ...completedOutcome(completed), started };
    const left = leftBy(error, { isNameFree: this.#isNameFree, hasStarted: started !== undefined });
    return { reason: reasonOf(error), message: messageOf(error), left, started, completed };
  }
}
