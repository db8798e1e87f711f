/**
 * Finding out why a pod failed or does not start, with few requests. Whatever cannot be read is left out and said.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { objectAt } from "../json.ts";
import { cutText } from "../utf8.ts";
import { isFault } from "./api_error.ts";
import type { KubeClient, KubeObject } from "./client.ts";
import { defaultContainer, hasRun, podProblem } from "./pod_problem.ts";

/** What was found out about a pod. */
export interface PodFindings {
  /** The pod's name. */
  pod: string;
  /** The container that failed or does not start. */
  container?: string;
  /** Its exit code. */
  exitCode?: number;
  /** One word, the API's own where it has one: `Error`, `OOMKilled`, `Evicted`, `ImagePullBackOff`, `Unschedulable` … */
  reason?: string;
  /** What is said of it, in a sentence. */
  message?: string;
  /** Warning events, the newest last: `FailedScheduling: 0/1 nodes are available …`. */
  events?: string[];
  /** The last lines of the container's log. */
  logTail?: string[];
  /** What could not be read, and why; one short sentence each. */
  notRead?: string[];
}

/** Options of {@linkcode explainPod}. */
export interface ExplainPodOptions {
  /** Ends what is under way; what was read until then is still returned. */
  signal: AbortSignal;
  /** How many lines of the log are wanted; 0: no log is read. 20 by default. */
  logTailLines?: number | undefined;
  /** The container that matters most; that of `kubectl logs` by default. */
  mainContainer?: string;
  /** Containers of an executor, whose logs say nothing of the work. By default there are none. */
  noLogOf?: string[];
  /** Whether it is the pod that is meant, and not a later one of the same name. By default every pod is. */
  isOwn?: (pod: KubeObject) => boolean;
  /** Lines of the log that say nothing, such as an executor's own. By default there are none. */
  isNoise?: (line: string) => boolean;
}

/** What a read gave, or why it gave nothing. */
interface Attempt<T> {
  value?: T;
  notRead: string[];
  /** It is not there any more. */
  isGone?: boolean;
}

/** Longest time for one request, milliseconds: a node that does not answer must leave time for the rest. */
const REQUEST_MS = 3_000;
/** Most events that are told: the newest. */
const MAX_EVENTS = 5;
/** Most bytes of an event's text. */
const MAX_EVENT_BYTES = 400;
/** Most bytes of a line of the log. */
const MAX_LINE_BYTES = 1_000;
/** How many lines are read beyond those wanted, for noise among them. */
const NOISE_LINES = 10;
/** What a kubelet answers, with status 200, for a log that is deleted already. */
const LOG_IS_GONE = "unable to retrieve container logs for ";

/**
 * Reads a pod, its warning events, and the end of the log of the container that failed; where that has none to tell,
 * of the main container. At most four requests. It throws nothing: what is forbidden (403), gone (404) or out of order
 * is in `notRead`.
 *
 * @example
 * ```ts ignore
 * const findings = await explainPod(kube, { name: "hello-x7k2p", namespace: "team" }, { signal });
 * ```
 */
export async function explainPod(
  kube: KubeClient,
  ref: { name: string; namespace: string },
  options: ExplainPodOptions,
): Promise<PodFindings> {
  const { noLogOf = [] } = options;
  const found = await readPod(kube, ref, options);
  const pod = found.value;
  const mainContainer = options.mainContainer ?? (pod && defaultContainer(pod));
  const problem = pod && podProblem(pod, mainContainer);
  const containers = found.isGone ? [] : [...new Set([problem?.container ?? mainContainer, mainContainer])]
    .filter((name) => name !== undefined)
    .filter((name) => !noLogOf.includes(name) && (!pod || hasRun(pod, name)));
  const [events, log] = await Promise.all([
    warningEvents(kube, { kind: "Pod", ...ref, uid: pod?.metadata.uid }, options),
    logTail(kube, ref, containers, options),
  ]);
  return {
    pod: ref.name,
    ...problem,
    ...filled("events", events.value),
    ...filled("logTail", log.value),
    ...filled("notRead", [...found.notRead, ...events.notRead, ...log.notRead]),
  };
}

async function readPod(
  kube: KubeClient,
  ref: { name: string; namespace: string },
  { signal, isOwn = () => true }: ExplainPodOptions,
): Promise<Attempt<KubeObject>> {
  const what = `pod "${ref.name}"`;
  const found = await attempt(
    what,
    () => kube.get({ apiVersion: "v1", kind: "Pod", ...ref }, { signal, deadlineMs: REQUEST_MS }),
  );
  if (found.value && !isOwn(found.value)) return gone(what);
  return found;
}

/** An object whose events are asked for. */
export interface EventsOf {
  /** For example `Pod`. */
  kind: string;
  /** The object's name. */
  name: string;
  /** Its namespace. */
  namespace: string;
  /** Leaves out the events of other objects of the name. */
  uid?: string | undefined;
}

/**
 * The warning events of an object as `Reason: message`, the newest last: the last five. One request; what is
 * forbidden or out of order is in `notRead`.
 */
export async function warningEvents(
  kube: KubeClient,
  { kind, name, namespace, uid }: EventsOf,
  { signal }: { signal: AbortSignal },
): Promise<{ value?: string[]; notRead: string[] }> {
  const fields = {
    "involvedObject.kind": kind,
    "involvedObject.name": name,
    ...(uid === undefined ? {} : { "involvedObject.uid": uid }),
    type: "Warning",
  };
  const fieldSelector = Object.entries(fields).map((pair) => pair.join("=")).join(",");
  const found = await attempt(
    `events of ${kind.toLowerCase()} "${name}"`,
    () =>
      kube.list({ apiVersion: "v1", kind: "Event" }, {
        namespace,
        fieldSelector,
        signal,
        deadlineMs: REQUEST_MS,
      }),
  );
  const { value, notRead } = found;
  return { ...(value ? { value: eventTexts(value.items) } : {}), notRead };
}

function eventTexts(events: KubeObject[]): string[] {
  const texts = events
    .sort((a, b) => eventTime(a).localeCompare(eventTime(b)))
    .map(({ reason, message }) => cutText(`${reason}: ${oneLine(String(message ?? ""))}`, MAX_EVENT_BYTES));
  return [...new Set(texts)].slice(-MAX_EVENTS);
}

/** When it was last seen, as RFC 3339. */
function eventTime(event: KubeObject): string {
  const { lastObservedTime } = objectAt(event, "series");
  const { creationTimestamp } = event.metadata;
  return String(lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? creationTimestamp ?? "");
}

/** The end of the first log that has something to tell. */
async function logTail(
  kube: KubeClient,
  ref: { name: string; namespace: string },
  containers: string[],
  options: ExplainPodOptions,
): Promise<Attempt<string[]>> {
  const notRead: string[] = [];
  if (options.logTailLines === 0) return { notRead };
  for (const container of containers) {
    const found = await readTail(kube, ref, container, options);
    if (found.value && found.value.length > 0) return found;
    notRead.push(...found.notRead);
  }
  return { notRead };
}

async function readTail(
  kube: KubeClient,
  ref: { name: string; namespace: string },
  container: string,
  { signal, logTailLines = 20, isNoise = () => false }: ExplainPodOptions,
): Promise<Attempt<string[]>> {
  const what = `log of container "${container}"`;
  const tailLines = logTailLines + NOISE_LINES;
  const found = await attempt(
    what,
    () => kube.readLog(ref, { container, tailLines, signal, deadlineMs: REQUEST_MS }),
  );
  if (found.value === undefined) return { notRead: found.notRead };
  if (found.value.startsWith(LOG_IS_GONE)) return gone(what);
  const lines = found.value.split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !isNoise(line));
  return { value: lines.slice(-logTailLines).map((line) => cutText(line, MAX_LINE_BYTES)), notRead: [] };
}

/** Reads something, or says in a sentence why it could not be read. */
async function attempt<T>(what: string, read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read(), notRead: [] };
  } catch (error) {
    if (isFault(error, "forbidden")) return { notRead: [`the runner may not read the ${what}`] };
    if (isFault(error, "notFound")) return gone(what);
    return { notRead: [`${what}: ${oneLine(messageOf(error))}`] };
  }
}

function gone(what: string): Attempt<never> {
  return { notRead: [`there is no ${what}`], isGone: true };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function filled<K extends string>(key: K, list: string[] | undefined): { [key in K]?: string[] } {
  return list && list.length > 0 ? { [key]: list } as { [key in K]: string[] } : {};
}
