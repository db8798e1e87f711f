/**
 * The last state of an object that is gone.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/signals.ts";
import type { KubeClient, KubeObject, ObjectRef, WatchEvent } from "../kube/client.ts";
import { oneObject } from "./event_stream.ts";

/** Options of {@linkcode lastState}. */
export interface LastStateOptions {
  /** A resourceVersion from before the object's deletion: the API server tells what has happened since. */
  from: string;
  /** Gives it up. */
  signal: AbortSignal;
  /** Time and chance. */
  clock: Clock;
}

/** How long the API server may take to tell an event that it keeps already, milliseconds. */
const LAST_STATE_MS = 3_000;

/**
 * Reads the whole object as it was when it was deleted, from the events that the API server keeps for some minutes.
 * Returns `undefined` where it does not keep that event any more, or does not answer in time. One request.
 */
export async function lastState(
  kube: KubeClient,
  target: ObjectRef & { uid: string },
  { from, signal, clock }: LastStateOptions,
): Promise<KubeObject | undefined> {
  const reason = () => new Error("the API server does not tell of the deletion");
  const read = (inner: AbortSignal) => {
    const events = kube.watch(target, {
      ...oneObject(target, true),
      resourceVersion: from,
      timeoutSeconds: LAST_STATE_MS / 1_000,
      deadlineMs: LAST_STATE_MS,
      signal: inner,
    });
    return deletionIn(events, target.uid);
  };
  try {
    return await withDeadline(LAST_STATE_MS, { clock, signal, reason }, read);
  } catch {
    // Whatever is wrong, the event cannot be had.
    return undefined;
  }
}

async function deletionIn(events: AsyncIterable<WatchEvent>, uid: string): Promise<KubeObject | undefined> {
  for await (const { type, object } of events) {
    if (type === "DELETED" && object.metadata.uid === uid) return object;
  }
}
