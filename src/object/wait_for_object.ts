/**
 * Waiting for the verdict on one object.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/signals.ts";
import { RunError } from "../errors.ts";
import { type Log, silentLog } from "../io/log.ts";
import { isFault } from "../kube/api_error.ts";
import { TokenBucket } from "./backoff.ts";
import {
  clockOf,
  type KubeClient,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  titleOf,
} from "../kube/client.ts";
import { WHILE_WAITING } from "./fault_rules.ts";
import { lastState } from "./last_state.ts";
import { retry } from "./retry.ts";
import { type Sighting, watchObject } from "./watch_object.ts";

/** The object that the run waits for. */
export interface WaitTarget extends ObjectRef {
  /** Only the object with this uid gives a verdict. */
  uid: string;
  /** The resourceVersion of the reply to our own create, if there was one. */
  createdVersion?: string | undefined;
  /**
   * The object as this run has read it before: whole, or its metadata alone when that shows no end. If it shows a
   * verdict, that is returned without a request, since the object may be gone by now.
   */
  seen?: KubeObject | undefined;
}

/** Options of {@linkcode waitForObject}. */
export interface WaitOptions<V> {
  /** The verdict that the whole object gives, or `undefined` while the object has not ended. */
  outcome: (object: KubeObject) => V | undefined;
  /**
   * The verdict that the metadata alone claims, for kinds whose labels tell the end: then the run receives only
   * metadata while the object runs. Without it every change brings the whole object, and `outcome` is called instead.
   *
   * Anybody may write labels, so after a claim the run reads the whole object. The claim itself is the verdict when the
   * object is gone and its last state cannot be read, if this run has seen the object without the claim before and no
   * whole object has ever refuted the claim.
   */
  outcomeOfMetadata?: (metadata: ObjectMeta) => V | undefined;
  /** The object's state, in a word; each change of it is logged. */
  state?: ((seen: KubeObject) => string) | undefined;
  /** Called with each sighting of the object. */
  seen?: ((object: KubeObject) => void) | undefined;
  /** Ends the wait: its reason is thrown after one last GET. */
  signal: AbortSignal;
  /** The client's by default. */
  clock?: Clock | undefined;
  /** Gets states and trouble; by default nothing does. */
  log?: Log | undefined;
}

/**
 * When the API server does not know the kind, the GET is not repeated: the watch shows whether the object is deleted.
 */
const WHILE_ASKING: typeof WHILE_WAITING = {
  ...WHILE_WAITING,
  kindMissing: { forMs: 0, then: "ApiUnreachable" },
};
/** How often at least the whole object is read, whatever the metadata shows, milliseconds. */
const WHOLE_OBJECT_MS = 5 * 60_000;
/** How long the last GET may take when the time is up, milliseconds. */
const LAST_GET_MS = 5_000;
/** How long it may take after a signal, milliseconds: then 5 s are all that is left, also for the report. */
const LAST_GET_AFTER_SIGNAL_MS = 2_000;

/**
 * Waits until `outcome` gives a verdict on the object with the target's uid.
 *
 * @throws {RunError} `ObjectGone` or `ObjectReplaced` if it vanished without a verdict; `ApiUnreachable` or
 * `AccessLost` if it could not be read for too long
 * @throws The signal's reason, if one last GET after it shows no verdict either
 */
export async function waitForObject<V>(
  kube: KubeClient,
  target: WaitTarget,
  options: WaitOptions<V>,
): Promise<V> {
  const wait = new ObjectWait(kube, target, options);
  try {
    return await wait.verdict();
  } catch (error) {
    if (options.signal.aborted && error === options.signal.reason) return await wait.lastVerdict(error);
    throw error;
  }
}

class ObjectWait<V> {
  readonly #kube: KubeClient;
  readonly #target: WaitTarget;
  readonly #options: WaitOptions<V>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #bucket: TokenBucket;
  /** Our own object as it was last seen. */
  #last: KubeObject | undefined;
  /** The newest version of our object that was seen before its deletion. */
  #version: string | undefined;
  #wholeObjectAt: number;
  #state: string | undefined;
  /** Whether this run has seen the object unfinished: then its metadata has not claimed an end from the first. */
  #sawUnfinished = false;
  /** Whether a whole object has refuted what its metadata claims. */
  #isClaimRefuted = false;

  constructor(kube: KubeClient, target: WaitTarget, options: WaitOptions<V>) {
    this.#kube = kube;
    this.#target = target;
    this.#options = options;
    this.#clock = clockOf(kube, options);
    this.#log = options.log ?? silentLog;
    this.#bucket = new TokenBucket(this.#clock);
    this.#wholeObjectAt = this.#clock.now();
    this.#version = target.createdVersion;
  }

  async verdict(): Promise<V> {
    const { signal } = this.#options;
    const known = this.#verdictOfSeen();
    if (known !== undefined) return known;
    const sightings = watchObject(this.#kube, this.#target, {
      clock: this.#clock,
      log: this.#log,
      bucket: this.#bucket,
      signal,
      createdVersion: this.#target.createdVersion,
      whole: !this.#options.outcomeOfMetadata,
    });
    for await (const sighting of sightings) {
      const verdict = await this.#judge(sighting);
      if (verdict !== undefined) return verdict;
    }
    throw signal.reason;
  }

  /** One GET after the wait was given up: a verdict that the object shows already counts, whatever the clock says. */
  async lastVerdict(reason: unknown): Promise<V> {
    const isTimeUp = reason instanceof RunError && reason.reason === "TimedOut";
    const ms = isTimeUp ? LAST_GET_MS : LAST_GET_AFTER_SIGNAL_MS;
    const late = () => new Error("the last GET got no answer");
    let verdict;
    try {
      verdict = await withDeadline(
        ms,
        { clock: this.#clock, reason: late },
        (signal) => this.#readOnce(signal),
      );
    } catch (error) {
      if (error instanceof RunError) throw error;
    }
    if (verdict === undefined) throw reason;
    return verdict;
  }

  async #readOnce(signal: AbortSignal): Promise<V | undefined> {
    try {
      const object = await this.#kube.get(this.#target, { signal, freshConnection: true });
      return await this.#judgeWhole(object, signal);
    } catch (error) {
      if (isFault(error, "notFound")) return await this.#judgeAbsence(signal);
      throw error;
    }
  }

  #verdictOfSeen(): V | undefined {
    const { seen, uid } = this.#target;
    if (!seen || seen.metadata.uid !== uid) return undefined;
    if (!this.#claimsEnd(seen)) {
      this.#sawUnfinished = true;
      return undefined;
    }
    const verdict = this.#options.outcome(seen);
    if (verdict !== undefined) this.#tell(seen);
    return verdict;
  }

  async #judge(sighting: Sighting): Promise<V | undefined> {
    const { signal } = this.#options;
    if (sighting.is === "absent") return await this.#judgeAbsence(signal);
    // The kind may come back, and then the run can see whether the object was replaced.
    if (sighting.is === "gone with its kind") return await this.#verdictOfGone(signal);
    // An old event may be about an earlier object of the name: only a fresh GET proves that ours was replaced.
    const { object } = sighting;
    if (object.metadata.uid !== this.#target.uid) return await this.#askForWholeObject();
    this.#last = object;
    const isClaim = this.#claimsEnd(object);
    if (!isClaim) this.#seeUnfinished(object);
    if (sighting.is === "deleted") {
      // A stale server may have sent the event: metadata of a deleted object gives no verdict, the next LIST does.
      return this.#options.outcomeOfMetadata ? undefined : this.#options.outcome(object);
    }
    this.#version = object.metadata.resourceVersion;
    if (!isClaim && this.#clock.now() - this.#wholeObjectAt < WHOLE_OBJECT_MS) return undefined;
    const verdict = await this.#askForWholeObject();
    if (verdict !== undefined) this.#tell(object);
    return verdict;
  }

  /** Whether an object, as the watch delivers it, says that it has ended. */
  #claimsEnd(object: KubeObject): boolean {
    const { outcome, outcomeOfMetadata } = this.#options;
    return (outcomeOfMetadata ? outcomeOfMetadata(object.metadata) : outcome(object)) !== undefined;
  }

  #seeUnfinished(object: KubeObject): void {
    this.#sawUnfinished = true;
    this.#tell(object);
  }

  #tell(object: KubeObject): void {
    const state = this.#options.state?.(object);
    if (state !== undefined && state !== this.#state) this.#log.info(`${titleOf(this.#target)} is ${state}`);
    this.#state = state;
    this.#options.seen?.(object);
  }

  async #askForWholeObject(): Promise<V | undefined> {
    const { signal } = this.#options;
    const rules = { clock: this.#clock, log: this.#log, rules: WHILE_ASKING, signal };
    try {
      const object = await retry(async () => {
        await this.#bucket.take(signal);
        return await this.#kube.get(this.#target, { signal });
      }, rules);
      this.#wholeObjectAt = this.#clock.now();
      return await this.#judgeWhole(object, signal);
    } catch (error) {
      if (error instanceof RunError && isFault(error.cause, "notFound")) {
        return await this.#judgeAbsence(signal);
      }
      if (error instanceof RunError && isFault(error.cause, "kindMissing")) return undefined;
      throw error;
    }
  }

  async #judgeWhole(object: KubeObject, signal: AbortSignal): Promise<V | undefined> {
    const { metadata } = object;
    if (metadata.uid !== this.#target.uid) return await this.#judgeReplacement(metadata, signal);
    this.#version = metadata.resourceVersion;
    const verdict = this.#options.outcome(object);
    if (verdict === undefined && this.#claimsEnd(object)) this.#refuteClaim();
    return verdict;
  }

  #refuteClaim(): void {
    if (!this.#isClaimRefuted) {
      this.#log.warn(
        `${titleOf(this.#target)} has labels of an object that has ended, and has not: waiting on`,
      );
    }
    this.#isClaimRefuted = true;
  }

  /** The object is gone. Its last state gives the verdict, if that shows an end. */
  async #judgeAbsence(signal: AbortSignal): Promise<V> {
    const verdict = await this.#verdictOfGone(signal);
    if (verdict !== undefined) return verdict;
    throw new RunError(
      "ObjectGone",
      `${titleOf(this.#target)} was deleted before its end was seen: whether it succeeded is not known`,
      { left: "unknown" },
    );
  }

  /** Another object has the name. The last state of ours gives the verdict, if that shows an end. */
  async #judgeReplacement({ uid }: ObjectMeta, signal: AbortSignal): Promise<V> {
    const verdict = await this.#verdictOfGone(signal);
    if (verdict !== undefined) return verdict;
    throw new RunError(
      "ObjectReplaced",
      `${
        titleOf(this.#target)
      } was replaced by another of the same name: uid ${uid}, expected ${this.#target.uid}`,
    );
  }

  /** The verdict by the object's last state, if its last sighting claims an end. */
  async #verdictOfGone(signal: AbortSignal): Promise<V | undefined> {
    const { outcome, outcomeOfMetadata } = this.#options;
    if (!this.#last || !this.#claimsEnd(this.#last)) return undefined;
    if (!outcomeOfMetadata) return outcome(this.#last);
    const from = this.#version;
    const whole = from === undefined
      ? undefined
      : await lastState(this.#kube, this.#target, { from, signal, clock: this.#clock });
    if (whole) return outcome(whole);
    const isBelieved = this.#sawUnfinished && !this.#isClaimRefuted;
    return isBelieved ? outcomeOfMetadata(this.#last.metadata) : undefined;
  }
}
