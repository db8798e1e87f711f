/**
 * At most one object for a run, whatever happens to requests and replies.
 *
 * @module
 */
import { type Clock, followLater, systemClock, withDeadline } from "../clock.ts";
import { messageOf, reasonOf, RunError } from "../errors.ts";
import type { JsonValue } from "../json.ts";
import { type Log, silentLog } from "../log.ts";
import { ApiError, isFault } from "./api_error.ts";
import { describe, type KubeClient, type KubeObject, refOf } from "./client.ts";
import { BEFORE_CREATE } from "./fault_rules.ts";
import { CREATED_BY_LABEL, differenceOfMarks, firstDifference, type Owner, withMarks } from "./ownership.ts";
import { Outage, retry, type RetryOptions } from "./retry.ts";

/** Options of {@linkcode createOrAdopt}, {@linkcode findOwn} and {@linkcode preflightCreate}. */
export interface CreateOptions {
  /** Whose object it is; an `ExecutionContext` is one. */
  owner: Owner;
  /** Gives up. A create that is under way is first brought to a known end. */
  signal: AbortSignal;
  /** What the proof of ownership is taken of; by default the object without its owner references. */
  hashed?: JsonValue;
  /** The real clock by default. */
  clock?: Clock;
  /** Where trouble is told; nowhere by default. */
  log?: Log;
}

/** What {@linkcode createOrAdopt} returns. */
export interface Created {
  /** The object as the API server has it; of an adopted one the metadata only. */
  object: KubeObject;
  /** Whether it was there before. */
  adopted: boolean;
}

/** How long an object of the same name may take to be deleted, milliseconds. */
const DELETION_MS = 60_000;
/** Time between two looks at an object that is being deleted, milliseconds. */
const DELETION_POLL_MS = 1_000;
/** How long a create may take to end once the run is to end, milliseconds. */
const CREATE_AFTER_SIGNAL_MS = 1_500;
/** How long the look after that may take, milliseconds. */
const LAST_LOOK_MS = 1_000;

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
): Promise<Created> {
  const existing = await findOwn(kube, object, options);
  return existing ? { object: existing, adopted: true } : await createNew(kube, object, options);
}

/**
 * Looks for the object of an earlier start of the same run. Returns its metadata, or `undefined` if the name is free.
 *
 * @throws {RunError} `NameTaken` if another object has the name, or one that is not deleted within 60 s
 */
export async function findOwn(
  kube: KubeClient,
  object: KubeObject,
  options: CreateOptions,
): Promise<KubeObject | undefined> {
  return await findMarked(kube, await withMarks(object, options.owner, options.hashed), options);
}

async function findMarked(
  kube: KubeClient,
  wanted: KubeObject,
  options: CreateOptions,
): Promise<KubeObject | undefined> {
  const clock = options.clock ?? systemClock;
  const until = clock.now() + DELETION_MS;
  while (true) {
    const existing = await retry(() => getMetadata(kube, wanted, options.signal), retryOptions(options));
    if (!existing) return undefined;
    if (existing.metadata.deletionTimestamp === undefined) {
      await checkIsOwn(kube, existing, wanted, options);
      return existing;
    }
    if (clock.now() >= until) throw nameTaken(existing, "it is being deleted, and something holds that up");
    await clock.sleep(DELETION_POLL_MS, options.signal);
  }
}

/** As {@linkcode createOrAdopt}, for a name that was just seen to be free. */
export async function createNew(
  kube: KubeClient,
  object: KubeObject,
  options: CreateOptions,
): Promise<Created> {
  const wanted = await withMarks(object, options.owner, options.hashed);
  const progress: Progress = { posted: false, inFlight: false, inDoubt: false };
  try {
    return await createUntilKnown(kube, wanted, options, progress);
  } catch (error) {
    if (!options.signal.aborted || !progress.posted) throw error;
    const created = await lastLook(kube, wanted, options);
    if (created) return { object: created, adopted: false };
    if (!progress.inFlight) throw error;
    // Given up on its way: it may still arrive.
    throw new RunError(reasonOf(error), messageOf(error), { cause: error, left: "unknown" });
  }
}

/** Asks the API server to validate the create of an object, with nothing stored. */
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
      // Made since the name was seen free, perhaps by another start of this run: the create will look whose it is.
      if (!isFault(error, "exists")) throw error;
    }
  };
  await retry(create, retryOptions(options));
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
): Promise<Created> {
  const clock = options.clock ?? systemClock;
  const outage = new Outage({ ...retryOptions(options), rules: CREATE_RULES });
  while (true) {
    options.signal.throwIfAborted();
    const failure = await tryCreate(kube, wanted, options, progress);
    if (!(failure instanceof ApiError)) return { object: failure, adopted: false };
    const existing = await unlessInDoubt(options, progress, () => findMarked(kube, wanted, options));
    if (existing) return { object: existing, adopted: !progress.inDoubt };
    const pauseMs = await unlessInDoubt(options, progress, () => Promise.resolve(outage.pauseMs(failure)));
    await clock.sleep(pauseMs, options.signal);
  }
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
  const { signal, clock = systemClock } = options;
  const grace = followLater(signal, { ms: CREATE_AFTER_SIGNAL_MS, clock });
  try {
    return await kube.create(wanted, { signal: grace.signal });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    progress.inFlight = false;
    progress.inDoubt ||= isFault(error, "broken", "server");
    const rule = CREATE_RULES[error.fault];
    if (rule.forMs > 0) return error;
    throw new RunError(rule.then, error.message, { cause: error });
  } finally {
    grace.stop();
  }
}

/** While nobody knows whether the object is there, no refusal may be reported as if nothing had been created. */
async function unlessInDoubt<T>(
  options: CreateOptions,
  progress: Progress,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isKnown = !progress.inDoubt || options.signal.aborted || reasonOf(error) === "NameTaken";
    if (isKnown) throw error;
    throw new RunError("ApiUnreachable", `${messageOf(error)}; whether it was created is not known`, {
      cause: error,
      left: "unknown",
    });
  }
}

async function lastLook(
  kube: KubeClient,
  wanted: KubeObject,
  options: CreateOptions,
): Promise<KubeObject | undefined> {
  const clock = options.clock ?? systemClock;
  const reason = () => new Error("no last look");
  try {
    return await withDeadline(LAST_LOOK_MS, { clock, reason }, async (signal) => {
      const existing = await getMetadata(kube, wanted, signal);
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

async function getMetadata(
  kube: KubeClient,
  wanted: KubeObject,
  signal: AbortSignal,
): Promise<KubeObject | undefined> {
  try {
    return await kube.get(refOf(wanted), { metadataOnly: true, signal });
  } catch (error) {
    if (isFault(error, "notFound")) return undefined;
    throw error;
  }
}

async function checkIsOwn(
  kube: KubeClient,
  existing: KubeObject,
  wanted: KubeObject,
  options: CreateOptions,
): Promise<void> {
  const difference = differenceOfMarks(existing.metadata, wanted.metadata);
  if (difference) throw nameTaken(existing, await withFirstField(kube, difference, wanted, options.signal));
  if (options.owner.onExisting === "refuse") {
    throw nameTaken(existing, "it is this run's, which may not be adopted");
  }
}

/** Names the field that differs, where the whole object can be read. */
async function withFirstField(
  kube: KubeClient,
  difference: string,
  wanted: KubeObject,
  signal: AbortSignal,
): Promise<string> {
  try {
    const existing = await kube.get(refOf(wanted), { signal });
    const field = firstDifference(existing.spec, wanted.spec ?? null, "spec");
    return field ? `${difference}; the first field that differs is ${field}` : difference;
  } catch {
    return difference;
  }
}

function nameTaken(existing: KubeObject, why: string): RunError {
  const { creationTimestamp, labels } = existing.metadata;
  const creator = labels?.[CREATED_BY_LABEL];
  return new RunError(
    "NameTaken",
    `Cannot create ${
      describe(refOf(existing))
    }: the name is taken by an object created ${creationTimestamp}` +
      `${creator ? ` by ${creator}` : ""}: ${why}; use another name or delete that object`,
  );
}

function retryOptions(options: CreateOptions): RetryOptions {
  const { clock = systemClock, log = silentLog, signal } = options;
  return { clock, log, signal, rules: BEFORE_CREATE };
}
