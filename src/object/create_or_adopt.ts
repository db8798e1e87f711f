/**
 * At most one object for a run, whatever happens to requests and replies.
 *
 * @module
 */
import { followLater, withDeadline } from "../time/signals.ts";
import { DryRunRefusedError, messageOf, reasonOf, RunError } from "../errors.ts";
import { ApiError, isFault } from "../kube/api_error.ts";
import { clockOf, type KubeClient, type KubeObject } from "../kube/client.ts";
import { BEFORE_CREATE } from "./fault_rules.ts";
import { type CreateOptions, findMarked, findOwn, getNamed, retryOptions } from "./find_own.ts";
import { differenceOfMarks, withMarks } from "./ownership.ts";
import { Outage, retry } from "./retry.ts";

/** What {@linkcode createOrAdopt} returns. */
export interface OwnObject {
  /** The object as the API server has it; of an adopted one the metadata only, unless the whole tells its end. */
  object: KubeObject;
  /** Whether it was there before. */
  adopted: boolean;
}

/**
 * How long a create may take to end once the run is to end, milliseconds: with the look after it less than the 2.5 s
 * after which the run gives its runner up, and knows of no object.
 */
const CREATE_AFTER_SIGNAL_MS = 1_250;
/** How long the look after that may take, milliseconds. */
const LAST_GET_MS = 1_000;

/**
 * Creates an object, or adopts that of an earlier start of the same run.
 *
 * A create whose reply is lost is never repeated before a look at the name.
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
  const progress: Progress = { posted: false, inFlight: false, inDoubt: false };
  try {
    return await createUntilKnown(kube, wanted, options, progress);
  } catch (error) {
    if (!options.signal.aborted || !progress.posted) throw error;
    const created = await lastGet(kube, wanted, options);
    if (created) return { object: created, adopted: false };
    if (!progress.inFlight) throw error;
    // Given up on its way: it may still arrive.
    throw new RunError(reasonOf(error), messageOf(error), { cause: error, left: "unknown" });
  }
}

/**
 * Asks the API server to validate the create of an object, with nothing stored.
 *
 * @throws {DryRunRefusedError} If a policy or webhook said no: it may refuse dry runs alone
 * @throws {RunError} As `BEFORE_CREATE` says
 */
export async function preflightCreate(
  kube: KubeClient,
  object: KubeObject,
  options: CreateOptions,
): Promise<void> {
  const wanted = await withMarks(object, options.owner, options.hashed);
  const create = async () => {
    try {
      await kube.create(wanted, { dryRun: true, signal: options.signal });
    } catch (error) {
      if (isFault(error, "denied", "noDryRun")) throw new DryRunRefusedError(error.message, { cause: error });
      // Made since the name was seen free, perhaps by another start of this run: the create will look whose it is.
      const isMade = isFault(error, "exists") ||
        // Under a full quota the API server says so of a name that is taken as well.
        isFault(error, "quota") && await getNamed(kube, wanted, options) !== undefined;
      if (!isMade) throw error;
    }
  };
  await retry(create, retryOptions(kube, options));
}

/** What has been sent so far. */
interface Progress {
  posted: boolean;
  /** A create was sent and has not come to an end. */
  inFlight: boolean;
  /** A reply left in doubt whether the create was done. */
  inDoubt: boolean;
}

/** A name that is taken when it is written and free when it is read is tried again for a while. */
const CREATE_RULES = { ...BEFORE_CREATE, exists: { forMs: 10_000, then: "NameTaken" as const } };

/** Creates until it is done or found to be done. The name is the same each time, so there is never a second object. */
async function createUntilKnown(
  kube: KubeClient,
  wanted: KubeObject,
  options: CreateOptions,
  progress: Progress,
): Promise<OwnObject> {
  const clock = clockOf(kube, options);
  const outage = new Outage({ ...retryOptions(kube, options), rules: CREATE_RULES });
  while (true) {
    options.signal.throwIfAborted();
    const failure = await tryCreate(kube, wanted, options, progress);
    if (!(failure instanceof ApiError)) return { object: failure, adopted: false };
    const own = progress.inDoubt ? withAdoption(options) : options;
    const existing = await unlessInDoubt(options, progress, () => findMarked(kube, wanted, own));
    if (existing) return { object: existing, adopted: !progress.inDoubt };
    const pauseMs = await unlessInDoubt(options, progress, () => Promise.resolve(outage.pauseMs(failure)));
    await clock.sleep(pauseMs, options.signal);
  }
}

/** What our own lost create has made is no object of an earlier start, whatever is to be done about those. */
function withAdoption(options: CreateOptions): CreateOptions {
  return { ...options, owner: { ...options.owner, onExisting: "adopt" } };
}

/** One POST. Returns the object, or the error if a look at the name must follow; throws a refusal. */
async function tryCreate(
  kube: KubeClient,
  wanted: KubeObject,
  options: CreateOptions,
  progress: Progress,
): Promise<KubeObject | ApiError> {
  progress.posted = true;
  progress.inFlight = true;
  const { signal } = options;
  const grace = followLater(signal, { ms: CREATE_AFTER_SIGNAL_MS, clock: clockOf(kube, options) });
  try {
    return await kube.create(wanted, { signal: grace.signal });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    progress.inFlight = false;
    progress.inDoubt ||= isFault(error, "broken", "server");
    const rule = CREATE_RULES[error.fault];
    // A refusal tells nothing of an earlier create that may have been done since the last look.
    if (rule.forMs > 0 || progress.inDoubt) return error;
    throw new RunError(rule.then, error.message, { cause: error });
  } finally {
    grace.stop();
  }
}

/** While nobody knows whether the object is there, no refusal may be reported as if nothing had been created. */
async function unlessInDoubt<T>(
  options: CreateOptions,
  progress: Progress,
  action: () => Promise<T>,
): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const isKnown = !progress.inDoubt || options.signal.aborted || reasonOf(error) === "NameTaken";
    if (isKnown) throw error;
    throw new RunError("ApiUnreachable", `${messageOf(error)}; whether it was created is not known`, {
      cause: error,
      left: "unknown",
    });
  }
}

async function lastGet(
  kube: KubeClient,
  wanted: KubeObject,
  options: CreateOptions,
): Promise<KubeObject | undefined> {
  const clock = clockOf(kube, options);
  const reason = () => new Error("no last look");
  try {
    return await withDeadline(LAST_GET_MS, { clock, reason }, async (signal) => {
      const existing = await getNamed(kube, wanted, { ...options, signal });
      return existing && differenceOfMarks(existing.metadata, wanted.metadata) === undefined
        ? existing
        : undefined;
    });
  } catch {
    const { reason } = options.signal;
    throw reason instanceof RunError
      ? new RunError(reason.reason, reason.message, { left: "unknown" })
      : reason;
  }
}
