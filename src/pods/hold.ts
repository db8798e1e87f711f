/**
 * What keeps work from going on, as data. Nothing here touches a cluster.
 *
 * @module
 */
import { oneLine } from "../text/one_line.ts";
import { cutText } from "../text/utf8.ts";
import type { KubeObject } from "../kube/client.ts";

/** The kind and name of an object, as people know it. */
export interface NamedObject {
  /** For example `Pod`, `ServiceAccount`, `Step`. */
  kind: string;
  /** Its name. */
  name: string;
}

/** What keeps work, or a part of it, from going on. */
export interface Hold {
  /** One word, the API's own where it has one: `FailedCreate`, `Unschedulable`, `FailedMount`, `Suspended` … */
  reason: string;
  /** The message of the API server or a controller about it. */
  message?: string;
  /** What is held up: a pod, a step, or the work itself. */
  held: NamedObject;
  /** The container of the pod, if it is about one container. */
  container?: string;
  /** What holds it up, such as `ServiceAccount "nobody"`; if no message names that, what is held up. */
  object: NamedObject;
}

/** What {@linkcode aHold} makes a hold of; by default it reads `object` from the message. */
export type HoldOptions = Omit<Hold, "object" | "message" | "container"> & {
  object?: NamedObject | undefined;
  message?: string | undefined;
  container?: string | undefined;
};

/** Most bytes of a message: a scheduler may list each node, a policy each rule. */
const MAX_MESSAGE_BYTES = 1_000;

/** How long a deletion may be overdue before it is reported, milliseconds. */
const DELETION_GRACE_MS = 30_000;

/** Makes a hold. */
export function aHold({ reason, held, message = "", container, object }: HoldOptions): Hold {
  const text = cutText(oneLine(message), MAX_MESSAGE_BYTES);
  return {
    reason,
    ...(text === "" ? {} : { message: text }),
    held,
    ...(container === undefined ? {} : { container }),
    object: object ?? objectNamedIn(text) ?? held,
  };
}

/** One line: `Pod "x" is held up: ImagePullBackOff (container "main"): Back-off pulling image …`. */
export function holdText({ reason, message, held, container, object }: Hold): string {
  const where = container === undefined ? "" : ` (container ${JSON.stringify(container)})`;
  const isTold = object.name === held.name || message?.includes(object.name);
  const by = isTold ? "" : ` by ${titleOfNamed(object)}`;
  const said = message === undefined ? "" : `: ${message}`;
  return `${titleOfNamed(held)} is held up${by}: ${reason}${where}${said}`;
}

/** A key that stays the same for a hold, however a registry or scheduler changes the message. */
export function holdKey({ reason, held, container = "", object }: Hold): string {
  return [held.kind, held.name, reason, container, object.kind, object.name].join("\n");
}

function titleOfNamed({ kind, name }: NamedObject): string {
  return `${kind} ${JSON.stringify(name)}`;
}

/** How the API server and its controllers name what holds something up, each with its kind. */
const NAMING: [RegExp, kind: string | undefined][] = [
  [/\b(?:exceeded|failed) quota: ([^\s:,]+)/, "ResourceQuota"],
  [/\bviolates PodSecurity "([^"]+)"/, "PodSecurity"],
  [/\bwebhook "([^"]+)"/, "Webhook"],
  [/\b(ValidatingAdmissionPolicy) '([^']+)'/, undefined],
  [/\bno (PriorityClass) with name (\S+) was found/, undefined],
  [/\bRuntimeClass "([^"]+)" not found/i, "RuntimeClass"],
  [
    /\b(?:couldn't find key \S+ in|references non-existent secret key: \S+ of) (ConfigMap|Secret) (\S+)/,
    undefined,
  ],
  [/\b([a-z]+)(?:\.[a-z0-9.-]+)? "([^"]+)" (?:is )?not found/i, undefined],
  [/\bfor volume "([^"]+)"/, "Volume"],
];

/** Kinds as the API spells them; messages have them in lower case, or as the resource's plural. */
const KINDS = [
  "ServiceAccount",
  "ConfigMap",
  "Secret",
  "PersistentVolumeClaim",
  "PersistentVolume",
  "StorageClass",
  "PriorityClass",
  "RuntimeClass",
  "ResourceClaim",
  "ResourceClaimTemplate",
  "Namespace",
  "Node",
  "ValidatingAdmissionPolicy",
];

/** The object that a message names as missing or as refusing; `undefined` if it names no object. */
export function objectNamedIn(message: string): NamedObject | undefined {
  for (const [pattern, kind] of NAMING) {
    const found = pattern.exec(message);
    if (!found) continue;
    const [, first = "", second = ""] = found;
    return kind === undefined ? { kind: spelled(first), name: basename(second) } : { kind, name: first };
  }
  return undefined;
}

function spelled(kind: string): string {
  const lower = kind.toLowerCase();
  return KINDS.find((each) => [lower, lower.replace(/s$/, "")].includes(each.toLowerCase())) ?? kind;
}

/** The name in `team/settings`. */
function basename(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

/** The hold of an object whose deletion is overdue; `undefined` for every other object. */
export function deletionHold(object: KubeObject, nowMs: number): Hold | undefined {
  const { deletionTimestamp, finalizers, name = "" } = object.metadata;
  if (deletionTimestamp === undefined || nowMs - Date.parse(deletionTimestamp) < DELETION_GRACE_MS) {
    return undefined;
  }
  const names = Array.isArray(finalizers) && finalizers.length > 0
    ? `, held by the finalizers ${finalizers.join(", ")}`
    : "";
  return aHold({
    reason: "Terminating",
    message: `is being deleted since ${deletionTimestamp}${names}`,
    held: { kind: object.kind, name },
    object: { kind: object.kind, name },
  });
}

/** A hold as the report's `failure` holds it. */
export function saidOfHold(
  { reason, message, held, container }: Hold,
): { reason: string; message?: string; pod?: string; container?: string } {
  return {
    ...(held.kind === "Pod" ? { pod: held.name } : {}),
    ...(container === undefined ? {} : { container }),
    reason,
    ...(message === undefined ? {} : { message }),
  };
}
