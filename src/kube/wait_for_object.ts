/**
 * Waiting for the verdict on one object.
 *
 * @module
 */
import { type Clock, withDeadline } from "../clock.ts";
import { RunError } from "../errors.ts";
import { type Log, silentLog } from "../log.ts";
import { isFault } from "./api_error.ts";
import { TokenBucket } from "./backoff.ts";
import {
  clockOf,
  type KubeClient,
  type KubeObject,
  type ObjectMeta,
  type ObjectRef,
  titleOf,
} from "./client.ts";
import { WHILE_WAITING } from "./fault_rules.ts";
import { retry } from "./retry.ts";
import { type Sighting, watchObject } from "./watch_object.ts";

/** The object that is waited for. */
export interface WaitTarget extends ObjectRef {
  /** Only the object with this uid gives a verdict. */
  uid: string;
  /** The resourceVersion of the reply to our own create, if there was one. */
  createdVersion?: string | undefined;
}

/** Options of {@linkcode waitForObject}. */
export interface WaitOptions<V> {
  /** The verdict that the whole object gives, or `undefined` while there is none. */
  outcome: (object: KubeObject) => V | undefined;
  /**
   * The verdict that the metadata alone shows, for kinds whose labels tell the end: with it, only metadata is received
   * while the object runs. Without it every change brings the whole object, and `outcome` is asked in its place.
   *
   * Either way what is seen first makes the object be asked for once more, and stands for it only where that is gone.
   */
  outcomeOfMetadata?: (metadata: ObjectMeta) => V | undefined;
  /** The object's state, in a word; each change of it is logged. */
  state?: (seen: KubeObject) => string;
  /** Called with each sighting of the object. */
  seen?: (object: KubeObject) => void;
  /** Ends the wait: its reason is thrown after one last look. */
  signal: AbortSignal;
  /** The client's by default. */
  clock?: Clock;
  /** Where states and trouble are told; nowhere by default. */
  log?: Log;
}

/** How often at least the whole object is asked for, whatever the metadata shows, milliseconds. */
const WHOLE_OBJECT_MS = 5 * 60_000;
/** How long the last look may take when the time is up, milliseconds. */
const LAST_LOOK_MS = 5_000;
/** How long it may take after a signal, when 5 s are all that is left for the report as well, milliseconds. */
const LAST_LOOK_AFTER_SIGNAL_MS = 2_000;

/**
 * Waits until `outcome` gives a verdict on the object with the target's uid.
 *
 * @throws {RunError} `ObjectGone` or `ObjectReplaced` if it vanished without a verdict; `ApiUnreachable` or
 * `AccessLost` if it could not be looked at for too long
 * @throws The signal's reason, if one last look after it shows no verdict either
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
  #wholeObjectAt: number;
  #state: string | undefined;

  constructor(kube: KubeClient, target: WaitTarget, options: WaitOptions<V>) {
    this.#kube = kube;
    this.#target = target;
    this.#options = options;
    this.#clock = clockOf(kube, options);
    this.#log = options.log ?? silentLog;
    this.#bucket = new TokenBucket(this.#clock);
    this.#wholeObjectAt = this.#clock.now();
  }

  async verdict(): Promise<V> {
    const { signal } = this.#options;
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

  /** One look after the wait was given up: an end that is there already is the truth, whatever the clock says. */
  async lastVerdict(reason: unknown): Promise<V> {
    const isTimeUp = reason instanceof RunError && reason.reason === "TimedOut";
    const ms = isTimeUp ? LAST_LOOK_MS : LAST_LOOK_AFTER_SIGNAL_MS;
    let verdict;
    try {
      verdict = await withDeadline(
        ms,
        { clock: this.#clock, reason: () => new Error("no last look") },
        (signal) =>
          this.#kube.get(this.#target, { signal, freshConnection: true }).then((object) =>
            this.#judgeWhole(object)
          ),
      );
    } catch (error) {
      if (isFault(error, "notFound")) verdict = this.#judgeAbsence();
      if (error instanceof RunError) throw error;
    }
    if (verdict === undefined) throw reason;
    return verdict;
  }

  async #judge(sighting: Sighting): Promise<V | undefined> {
    if (sighting.is === "absent") return this.#judgeAbsence();
    // An old event may tell of an earlier object of the name: only a fresh look proves that ours was replaced.
    const { object } = sighting;
    if (object.metadata.uid !== this.#target.uid) return await this.#askForWholeObject();
    this.#last = object;
    this.#logState(object);
    this.#options.seen?.(object);
    // The look that follows a deletion tells whether another object took the place.
    if (sighting.is === "deleted") return this.#outcomeOfLast();
    return this.#isWorthAsking() ? await this.#askForWholeObject() : undefined;
  }

  #logState(object: KubeObject): void {
    const state = this.#options.state?.(object);
    if (state !== undefined && state !== this.#state) this.#log.info(`${titleOf(this.#target)} is ${state}`);
    this.#state = state;
  }

  #isWorthAsking(): boolean {
    return this.#outcomeOfLast() !== undefined || this.#clock.now() - this.#wholeObjectAt >= WHOLE_OBJECT_MS;
  }

  async #askForWholeObject(): Promise<V | undefined> {
    const { signal } = this.#options;
    const rules = { clock: this.#clock, log: this.#log, rules: WHILE_WAITING, signal };
    try {
      const object = await retry(async () => {
        await this.#bucket.take(signal);
        return await this.#kube.get(this.#target, { signal });
      }, rules);
      this.#wholeObjectAt = this.#clock.now();
      return this.#judgeWhole(object);
    } catch (error) {
      if (error instanceof RunError && isFault(error.cause, "notFound")) return this.#judgeAbsence();
      throw error;
    }
  }

  #judgeWhole(object: KubeObject): V | undefined {
    if (object.metadata.uid !== this.#target.uid) return this.#judgeReplacement(object.metadata);
    return this.#options.outcome(object);
  }

  /** The object is gone. What it last said is the verdict, if it said that it had ended. */
  #judgeAbsence(): V {
    const verdict = this.#outcomeOfLast();
    if (verdict !== undefined) return verdict;
    throw new RunError(
      "ObjectGone",
      `${titleOf(this.#target)} was deleted before its end was seen: whether it succeeded is not known`,
      { left: "unknown" },
    );
  }

  #outcomeOfLast(): V | undefined {
    if (!this.#last) return undefined;
    const { outcome, outcomeOfMetadata } = this.#options;
    return outcomeOfMetadata ? outcomeOfMetadata(this.#last.metadata) : outcome(this.#last);
  }

  /** Another object has the name. What ours last said is the verdict, if it said that it had ended. */
  #judgeReplacement({ uid }: ObjectMeta): V {
    const verdict = this.#outcomeOfLast();
    if (verdict !== undefined) return verdict;
    throw new RunError(
      "ObjectReplaced",
      `${
        titleOf(this.#target)
      } was replaced by another of the same name: uid ${uid}, expected ${this.#target.uid}`,
    );
  }
}
