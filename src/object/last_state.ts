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
  /** A resourceVersion from before the object's deletion: the watch delivers the events since. */
  from: string;
  signal: AbortSignal;
  clock: Clock;
}

/** How long the API server may take to deliver an event that it keeps, milliseconds. */
const LAST_STATE_MS = 3_000;

/**
 * Reads the whole object as it was when it was deleted, from the events that the API server keeps for some minutes.
 * Returns `undefined` if it keeps that event no longer, or does not answer in time. One request.
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
    // Whatever went wrong: the event is not available.
    return undefined;
  }
}

async function deletionIn(events: AsyncIterable<WatchEvent>, uid: string): Promise<KubeObject | undefined> {
  for await (const { type, object } of events) {
    if (type === "DELETED" && object.metadata.uid === uid) return object;
  }
}
