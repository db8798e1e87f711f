/**
 * The warning events of an object.
 *
 * @module
 */
import { objectAt } from "../text/json.ts";
import { cutText } from "../text/utf8.ts";
import { oneLine } from "../text/one_line.ts";
import { attempt, REQUEST_MS } from "./attempt.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";

/** An object whose events are read. */
export interface EventSubject {
  /** For example `Pod`. */
  kind: string;
  /** The object's name. */
  name: string;
  /** Its namespace. */
  namespace: string;
  /** Leaves out the events of other objects of the same name. */
  uid?: string | undefined;
}

/** The events of an object, as far as they could be read. */
export interface WarningEvents {
  /** The last five as `Reason: message`, the newest last. Absent if they could not be read. */
  value?: string[] | undefined;
  /** The events themselves, in no order. */
  items: KubeObject[];
  /** Why they could not be read. */
  notRead: string[];
}

/** Most events in the result: the newest. */
const MAX_EVENTS = 5;
/** Most bytes of an event's text. */
const MAX_EVENT_BYTES = 400;

/** The warning events of an object. One request; `notRead` says what is forbidden or broken. */
export async function warningEvents(
  kube: KubeClient,
  of: EventSubject,
  { signal }: { signal: AbortSignal },
): Promise<WarningEvents> {
  const what = `events of ${of.kind.toLowerCase()} "${of.name}"`;
  const { value: items, notRead } = await attempt(what, () => readWarnings(kube, of, signal));
  return { value: items && eventTexts(items), items: items ?? [], notRead };
}

/**
 * Reads the warning events of an object. One request.
 *
 * @throws {ApiError} If they cannot be read
 */
export async function readWarnings(
  kube: KubeClient,
  { kind, name, namespace, uid }: EventSubject,
  signal: AbortSignal,
): Promise<KubeObject[]> {
  const fields = {
    "involvedObject.kind": kind,
    "involvedObject.name": name,
    ...(uid === undefined ? {} : { "involvedObject.uid": uid }),
    type: "Warning",
  };
  const fieldSelector = Object.entries(fields).map((pair) => pair.join("=")).join(",");
  const options = { namespace, fieldSelector, signal, deadlineMs: REQUEST_MS };
  return (await kube.list({ apiVersion: "v1", kind: "Event" }, options)).items;
}

function eventTexts(events: KubeObject[]): string[] {
  const texts = events
    .toSorted(byTime)
    .map(({ reason, message }) => cutText(`${reason}: ${oneLine(String(message ?? ""))}`, MAX_EVENT_BYTES));
  return [...new Set(texts)].slice(-MAX_EVENTS);
}

/** The newest event of the object with this uid that has a wanted reason. */
export function newestEvent(
  events: KubeObject[],
  uid: string | undefined,
  isWanted: (reason: string) => boolean,
): KubeObject | undefined {
  return events
    .filter((event) => objectAt(event, "involvedObject").uid === uid && isWanted(String(event.reason)))
    .sort(byTime)
    .at(-1);
}

function byTime(a: KubeObject, b: KubeObject): number {
  return eventTime(a).localeCompare(eventTime(b));
}

/** When an event was last seen, as RFC 3339. */
export function eventTime(event: KubeObject): string {
  const { lastObservedTime } = objectAt(event, "series");
  const { creationTimestamp } = event.metadata;
  return String(lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? creationTimestamp ?? "");
}
