/**
 * Finds an existing object of the name and decides whether it belongs to this run.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { RunError } from "../errors.ts";
import type { JsonValue } from "../text/json.ts";
import { type Log, silentLog } from "../io/log.ts";
import { isFault } from "../kube/api_error.ts";
import {
  clockOf,
  type KubeClient,
  type KubeObject,
  type ObjectMeta,
  refOf,
  titleOf,
} from "../kube/client.ts";
import { BEFORE_CREATE } from "./fault_rules.ts";
import { CREATED_BY_LABEL, differenceOfMarks, firstDifference, type Owner, withMarks } from "./ownership.ts";
import { retry, type RetryOptions } from "./retry.ts";

/** Options of {@linkcode findOwn} and of what creates. */
export interface CreateOptions {
  /** Who the object belongs to, such as an `ExecutionContext`. */
  owner: Owner;
  /** Ends the call. A create that is under way is first brought to a known end. */
  signal: AbortSignal;
  /** What is hashed as the proof of ownership; by default the object without its owner references. */
  hashed?: JsonValue | undefined;
  /**
   * Whether a whole object shows its verdict. When this run's own object does, the run goes on with it even while it is
   * being deleted: its work is done, and must not be done again. Without `hasEnded` the run waits until an object that
   * is being deleted is gone.
   */
  hasEnded?: ((object: KubeObject) => boolean) | undefined;
  /**
   * Whether metadata claims an end, for kinds whose labels tell it: only then the whole object is read. Without it, and
   * with `hasEnded`, each GET is of the whole object.
   */
  mayHaveEnded?: ((metadata: ObjectMeta) => boolean) | undefined;
  /** The client's by default. */
  clock?: Clock | undefined;
  /** Gets warnings; by default nothing does. */
  log?: Log | undefined;
}

/** How long an object of the same name may take to be deleted, milliseconds. */
export const DELETION_MS = 60_000;
/**
 * Time between two GETs of an object that is being deleted, milliseconds: with all else at most 30 requests a minute.
 */
export const DELETION_POLL_MS = 2_500;

/**
 * Finds the object that an earlier start of the same run created. Returns it as {@linkcode getNamed} does, or
 * `undefined` if the name is free.
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

/** As {@linkcode findOwn}, for an object that carries its marks already. */
export async function findMarked(
  kube: KubeClient,
  wanted: KubeObject,
  options: CreateOptions,
): Promise<KubeObject | undefined> {
  const clock = clockOf(kube, options);
  const until = clock.now() + DELETION_MS;
  while (true) {
    const existing = await retry(() => getNamed(kube, wanted, options), retryOptions(kube, options));
    if (!existing) return undefined;
    const isBeingDeleted = existing.metadata.deletionTimestamp !== undefined;
    if (!isBeingDeleted || isDone(existing, wanted, options)) {
      await checkIsOwn(kube, existing, wanted, options);
      return existing;
    }
    if (clock.now() >= until) throw nameTaken(existing, "it is being deleted, and something holds that up");
    await clock.sleep(DELETION_POLL_MS, options.signal);
  }
}

/** Whether an object is this run's own and shows its verdict. */
function isDone(existing: KubeObject, wanted: KubeObject, { hasEnded, owner }: CreateOptions): boolean {
  const isOwn = differenceOfMarks(existing.metadata, wanted.metadata) === undefined;
  return isOwn && owner.onExisting === "adopt" && hasEnded?.(existing) === true;
}

/** Reads the object that has the name, whole where only that shows an end; `undefined` if the name is free. */
export async function getNamed(
  kube: KubeClient,
  wanted: KubeObject,
  { hasEnded, mayHaveEnded, signal }: Pick<CreateOptions, "hasEnded" | "mayHaveEnded" | "signal">,
): Promise<KubeObject | undefined> {
  const metadataOnly = !hasEnded || mayHaveEnded !== undefined;
  try {
    const found = await kube.get(refOf(wanted), { metadataOnly, signal });
    return mayHaveEnded?.(found.metadata) ? await kube.get(refOf(wanted), { signal }) : found;
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

/** Adds the first field that differs, if the whole object can be read. */
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
    `Cannot create ${titleOf(refOf(existing))}: the name is taken by an object created ${creationTimestamp}` +
      `${creator ? ` by ${creator}` : ""}: ${why}; use another name or delete that object`,
  );
}

/**
 * Reads something, and tries again as `BEFORE_CREATE` says: a Role may not be in effect yet, a connection may break.
 *
 * @throws {RunError} When the fault lasts
 */
export async function readWithRetry<T>(
  kube: KubeClient,
  read: () => Promise<T>,
  options: RetryInput,
): Promise<T> {
  return await retry(read, retryOptions(kube, options));
}

/** Options of {@linkcode readWithRetry}. */
export type RetryInput = Pick<CreateOptions, "clock" | "log" | "signal">;

/** How a request of {@linkcode CreateOptions} is tried again. */
export function retryOptions(kube: KubeClient, options: RetryInput): RetryOptions {
  const { log = silentLog, signal } = options;
  return { clock: clockOf(kube, options), log, signal, rules: BEFORE_CREATE };
}
