/**
 * Finding out why a pod failed or does not start, with few requests. The result names whatever could not be read.
 *
 * @module
 */
import { cutText } from "../text/utf8.ts";
import { type Attempt, attempt, gone, REQUEST_MS } from "./attempt.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { warningEvents } from "./events.ts";
import { type Hold, saidOfHold } from "./hold.ts";
import { podHold, type PodHoldOptions } from "./pod_hold.ts";
import { containersOf, defaultContainer, hasRun, type PodProblem, podProblem } from "./pod_problem.ts";

/** Why a pod failed or does not start. */
export interface PodFindings {
  /** The pod's name. */
  pod: string;
  /** The container that failed or does not start. */
  container?: string;
  /** Its exit code. */
  exitCode?: number;
  /**
   * One word, the API's own where it has one: `Error`, `OOMKilled`, `Evicted`, `ImagePullBackOff`, `Unschedulable` …
   */
  reason?: string;
  /** The API server's or kubelet's message about it. */
  message?: string;
  /** Warning events, the newest last: `FailedScheduling: 0/1 nodes are available …`. */
  events?: string[];
  /** The last lines of the container's log. */
  logTail?: string[];
  /** What could not be read, and why; one short sentence each. */
  notRead?: string[];
}

/** Options of {@linkcode explainPod}. */
export interface ExplainPodOptions extends Pick<PodHoldOptions, "executors" | "workers"> {
  /** Ends the requests under way; the result holds what was read until then. */
  signal: AbortSignal;
  /** How many lines of the log are wanted; 0: no log is read. */
  logTailLines: number;
  /** The container that matters most, if the pod has it; that of `kubectl logs` by default. */
  mainContainer?: string | undefined;
  /** Whether a pod is the work's, and not a later pod of the same name. By default every pod is. */
  isOwn?: ((pod: KubeObject) => boolean) | undefined;
  /**
   * Makes a filter for one log that leaves out lines which are not the work's, such as an executor's. By default every
   * line is kept.
   */
  noise?: NoiseFilter | undefined;
  /** The pod, if it was just read: it is not read again. */
  pod?: KubeObject | undefined;
  /** Whether the work has not ended: then what holds the pod up comes before a container that has failed. */
  waits?: boolean | undefined;
}

/** Makes a function that says of each line of one log, in order, whether to leave it out. */
export type NoiseFilter = () => (line: string) => boolean;

/** Most bytes of a line of the log. */
const MAX_LINE_BYTES = 1_000;
/** How many more lines are read, since some may be left out. */
const NOISE_LINES = 10;
/** How a kubelet's answer begins, with status 200, when the log is deleted already. */
const LOG_IS_GONE = "unable to retrieve container logs for ";

/**
 * Reads a pod, its warning events, and the end of the log of the container that failed or, if that is empty, of the
 * main container. At most four requests. It throws nothing: `notRead` names what is forbidden (403), gone (404) or
 * broken.
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
  const { executors = [] } = options;
  const found = options.pod ? { value: options.pod, notRead: [] } : await readPod(kube, ref, options);
  const pod = found.value;
  const mainContainer = mainContainerOf(pod, options);
  const cause = causeIn(kube, pod, { ...options, mainContainer });
  const containers = found.isGone ? [] : [...new Set([cause()?.container ?? mainContainer, mainContainer])]
    .filter((name) => name !== undefined)
    .filter((name) => !executors.includes(name) && (!pod || hasRun(pod, name)));
  const [events, log] = await Promise.all([
    warningEvents(kube, { kind: "Pod", ...ref, uid: pod?.metadata.uid }, options),
    logTail(kube, ref, containers, options),
  ]);
  return {
    pod: ref.name,
    ...cause(events.items),
    ...filled("events", events.value),
    ...filled("logTail", log.value),
    ...filled("notRead", [...found.notRead, ...events.notRead, ...log.notRead]),
  };
}

function mainContainerOf(
  pod: KubeObject | undefined,
  { mainContainer }: ExplainPodOptions,
): string | undefined {
  if (!pod || (mainContainer !== undefined && containersOf(pod).includes(mainContainer))) {
    return mainContainer;
  }
  return defaultContainer(pod);
}

/** Returns a function that finds what made the pod fail or, with its events, what holds it up. */
function causeIn(
  kube: KubeClient,
  pod: KubeObject | undefined,
  options: ExplainPodOptions,
): (events?: KubeObject[]) => PodProblem | undefined {
  if (!pod) return () => undefined;
  const problem = podProblem(pod, options.mainContainer);
  if (problem?.exitCode !== undefined && !options.waits) return () => problem;
  const { executors, workers } = options;
  return (events = []) => {
    const hold = podHold(pod, { executors, workers, graceMs: 0, nowMs: kube.serverNow(), events });
    return hold ? withExitCode(hold, problem) : problem;
  };
}

/** When the pod's status has the same reason as the hold, the container's exit code belongs to the hold. */
function withExitCode(hold: Hold, problem: PodProblem | undefined): PodProblem {
  const exitCode = problem?.reason === hold.reason ? problem.exitCode : undefined;
  return { ...saidOfHold(hold), ...(exitCode === undefined ? {} : { exitCode }) };
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

/** The end of the first log that is not empty. */
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
  { signal, logTailLines, noise = () => () => false }: ExplainPodOptions,
): Promise<Attempt<string[]>> {
  const what = `log of container "${container}"`;
  const tailLines = logTailLines + NOISE_LINES;
  const found = await attempt(
    what,
    () => kube.readLog(ref, { container, tailLines, signal, deadlineMs: REQUEST_MS }),
  );
  if (found.value === undefined) return { notRead: found.notRead };
  if (found.value.startsWith(LOG_IS_GONE)) return gone(what);
  const isNoise = noise();
  const lines = found.value.split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "" && !isNoise(line));
  return { value: lines.slice(-logTailLines).map((line) => cutText(line, MAX_LINE_BYTES)), notRead: [] };
}

function filled<K extends string>(key: K, list: string[] | undefined): { [key in K]?: string[] } {
  return list && list.length > 0 ? { [key]: list } as { [key in K]: string[] } : {};
}
