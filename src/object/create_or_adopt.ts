/**
 * At most one object for a run, whatever happens to requests and replies.
 *
 * @module
 */
import { followLater, withDeadline } from "../time/signals.ts";
import type { Clock } from "../time/clock.ts";
import { messageOf, reasonOf, RunError } from "../errors.ts";
import { ApiError, isFault } from "../kube/api_error.ts";
import { clockOf, type KubeClient, type KubeObject } from "../kube/client.ts";
import { BEFORE_CREATE } from "./fault_rules.ts";
import { type CreateOptions, findMarked, findOwn, getNamed, retryOptions } from "./find_own.ts";
import { differenceOfMarks, withMarks } from "./ownership.ts";
import { Outage } from "./retry.ts";

/** What {@linkcode createOrAdopt} returns. */
export interface OwnObject {
  /** The object as the API server has it; of an adopted object the metadata only, unless the whole shows its end. */
  object: KubeObject;
  /** Whether an earlier start of the run had created it. */
  adopted: boolean;
}

/**
 * How long a create may take to end once the run is to end, milliseconds: with the GET after it less than the 2.5 s
 * after which the run gives its runner up, and knows of no object.
 */
const CREATE_AFTER_SIGNAL_MS = 1_250;
/** How long the GET after that may take, milliseconds. */
const LAST_GET_MS = 1_000;

/** A name that is taken when it is written and free when it is read is tried again for a while. */
const CREATE_RULES = { ...BEFORE_CREATE, exists: { forMs: 10_000, then: "NameTaken" as const } };

/**
 * Creates an object, or adopts the object that an earlier start of the same run created.
 *
 * When the reply to a create is lost, the name is read before the create is repeated.
 *
 * @throws {RunError} `NameTaken` if another object has the name; else as `BEFORE_CREATE` says
 *
 * @example
 * ```ts ignore
 * const { object } = await createOrAdopt(kube, pod, { owner: context, signal });
 * ```
 */
export async function createOrAdopt(
  kube: KubeClient,
  object: KubeObject,
  options: CreateOptions,
): Promise<OwnObject> {
  const existing = await findOwn(kube, object, options);
  return existing ? { object: existing, adopted: true } : await createNew(kube, object, options);
}

/** As {@linkcode createOrAdopt}, for a name that was just seen to be free. */
export async function createNew(
  kube: KubeClient,
  object: KubeObject,
  options: CreateOptions,
): Promise<OwnObject> {
  const wanted = await withMarks(object, options.owner, options.hashed);
  return await new Creation(kube, wanted, options).run();
}

type State =
  | { at: "create" }
  | { at: "find"; failure: ApiError }
  | { at: "pause"; ms: number }
  | { at: "done"; own: OwnObject };

/** The create of one object; one method per state. The name stays the same, so there is never a second object. */
class Creation {
  readonly #kube: KubeClient;
  readonly #wanted: KubeObject;
  readonly #options: CreateOptions;
  readonly #clock: Clock;
  readonly #outage: Outage;
  #isPosted = false;
  /** A create was sent and has not come to an end. */
  #isInFlight = false;
  /** A reply left open whether the object was created. */
  #isInDoubt = false;

  constructor(kube: KubeClient, wanted: KubeObject, options: CreateOptions) {
    this.#kube = kube;
    this.#wanted = wanted;
    this.#options = options;
    this.#clock = clockOf(kube, options);
    this.#outage = new Outage({ ...retryOptions(kube, options), rules: CREATE_RULES });
  }

  async run(): Promise<OwnObject> {
    try {
      let state: State = { at: "create" };
      while (state.at !== "done") state = await this.#step(state);
      return state.own;
    } catch (error) {
      if (!this.#options.signal.aborted || !this.#isPosted) throw error;
      return await this.#afterSignal(error);
    }
  }

  #step(state: Exclude<State, { at: "done" }>): Promise<State> {
    switch (state.at) {
      case "create":
        return this.#create();
      case "find":
        return this.#find(state.failure);
      case "pause":
        return this.#pause(state.ms);
    }
  }

  /**
   * One POST. Next: `done`; `find` after a fault that may pass, and after every fault once the object may have been
   * created. Any other refusal ends the run.
   */
  async #create(): Promise<State> {
    const { signal } = this.#options;
    signal.throwIfAborted();
    this.#isPosted = true;
    this.#isInFlight = true;
    const grace = followLater(signal, { ms: CREATE_AFTER_SIGNAL_MS, clock: this.#clock });
    try {
      const object = await this.#kube.create(this.#wanted, { signal: grace.signal });
      return { at: "done", own: { object, adopted: false } };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#isInFlight = false;
      this.#isInDoubt ||= isFault(error, "broken", "server");
      const rule = CREATE_RULES[error.fault];
      // In doubt, a refusal says nothing of an earlier create that may have succeeded since the last GET.
      if (rule.forMs > 0 || this.#isInDoubt) return { at: "find", failure: error };
      throw new RunError(rule.then, error.message, { cause: error });
    } finally {
      grace.stop();
    }
  }

  /**
   * GET of the name after a create that failed. Next: `done` when the object is there; `pause` when the name is free.
   */
  async #find(failure: ApiError): Promise<State> {
    try {
      const options = this.#isInDoubt ? withAdoption(this.#options) : this.#options;
      const object = await findMarked(this.#kube, this.#wanted, options);
      if (object) return { at: "done", own: { object, adopted: !this.#isInDoubt } };
      return { at: "pause", ms: this.#outage.pauseMs(failure) };
    } catch (error) {
      throw this.#isInDoubt ? this.#withDoubt(error) : error;
    }
  }

  /** Next: `create`. */
  async #pause(ms: number): Promise<State> {
    await this.#clock.sleep(ms, this.#options.signal);
    return { at: "create" };
  }

  /** As long as the object may have been created, no refusal may be reported as if nothing had been created. */
  #withDoubt(error: unknown): unknown {
    if (this.#options.signal.aborted || reasonOf(error) === "NameTaken") return error;
    return new RunError("ApiUnreachable", `${messageOf(error)}; whether it was created is not known`, {
      cause: error,
      left: "unknown",
    });
  }

  /** The run is to end, and a create was sent: a last GET shows what is left in the cluster. */
  async #afterSignal(error: unknown): Promise<OwnObject> {
    const object = await this.#lastGet();
    if (object) return { object, adopted: false };
    if (!this.#isInFlight) throw error;
    // The request was abandoned in flight: the API server may still process it.
    throw new RunError(reasonOf(error), messageOf(error), { cause: error, left: "unknown" });
  }

  async #lastGet(): Promise<KubeObject | undefined> {
    const late = () => new Error("the last GET got no answer");
    const wanted = this.#wanted;
    try {
      return await withDeadline(LAST_GET_MS, { clock: this.#clock, reason: late }, async (signal) => {
        const existing = await getNamed(this.#kube, wanted, { ...this.#options, signal });
        const isOwn = existing && differenceOfMarks(existing.metadata, wanted.metadata) === undefined;
        return isOwn ? existing : undefined;
      });
    } catch {
      const { reason } = this.#options.signal;
      throw reason instanceof RunError
        ? new RunError(reason.reason, reason.message, { left: "unknown" })
        : reason;
    }
  }
}

/** An object made by our own unanswered create is always ours, even with `onExisting` = `refuse`. */
function withAdoption(options: CreateOptions): CreateOptions {
  return { ...options, owner: { ...options.owner, onExisting: "adopt" } };
}
