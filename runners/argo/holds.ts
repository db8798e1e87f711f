/**
 * Finds what holds a Workflow up, by its own status. This module does no I/O.
 *
 * @module
 */
import { aHold, deletionHold, type Hold, type NamedObject } from "../../src/pods/mod.ts";
import { type KubeObject, objectAt, objectsAt, textAt, valueAt } from "../../src/kube/mod.ts";
import { type ArgoNode, isUnderWay } from "./nodes.ts";
import { stepName } from "./root_cause.ts";
import { ignoredNote, isSuspended, workflowOutcome } from "./workflow.ts";

type Nodes = Map<string, ArgoNode>;

/** A node that does not go on. */
export interface HeldNode {
  node: ArgoNode;
  hold: Hold;
}

/** Matches `ImagePullBackOff: more`, the message of a pod that has not started. */
const PENDING_MESSAGE = /^([A-Z]\w+)(?:: ([^]*))?$/;
/** https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/controller/operator.go `processNodeRetries` */
const BACKOFF_MESSAGE = /^Backoff for /;
/** Nodes without a pod: Argo's agent or an external service does them. */
const AGENT_TYPES = ["HTTP", "Plugin"];

/** Why the whole Workflow is held up; `undefined` if only its nodes can tell. */
export function workflowHold(workflow: KubeObject, nowMs: number): Hold | undefined {
  if (workflowOutcome(workflow)) return undefined;
  const phase = textAt(workflow, "status", "phase");
  const message = textAt(workflow, "status", "message");
  const of = (reason: string, text: string, object?: NamedObject) =>
    aHold({
      reason,
      message: text,
      held: { kind: workflow.kind, name: workflow.metadata.name ?? "" },
      object,
    });
  const deletion = deletionHold(workflow, nowMs);
  if (deletion) return deletion;
  const ignored = ignoredNote(workflow);
  if (ignored) return of(phase || "Pending", ignored);
  if (phase === "") return of("Pending", message || "Argo's controller has not taken it up");
  if (isSuspended(workflow)) {
    return of("Suspended", "waits to be resumed: spec.suspend is true");
  }
  if (phase === "Pending") {
    const [lock] = locksOf(workflow);
    if (lock) return of("Synchronization", lockText(lock), lock.lock);
    return of("Pending", message || "Argo's controller has not begun with it");
  }
  // In a template, Argo takes a parallelism of 0 as no limit.
  const isZero = valueAt(specOf(workflow), "parallelism") === 0;
  return isZero ? of("Parallelism", "spec.parallelism is 0: no pod is made") : undefined;
}

/** The effective spec: the template's spec if there is a `workflowTemplateRef`. */
function specOf(workflow: KubeObject): unknown {
  return valueAt(workflow, "status", "storedWorkflowTemplateSpec") ?? workflow.spec;
}

/** The held nodes: first the nodes that Kubernetes or Argo holds up, then the nodes that wait for people. */
export function heldNodes(workflow: KubeObject, nodes: Nodes): HeldNode[] {
  const rank = ({ node }: HeldNode) => node.type === "Suspend" ? 1 : 0;
  return [...nodes.values()]
    .filter(isUnderWay)
    .map((node) => {
      const hold = nodeHold(workflow, nodes, node);
      return hold && { node, hold };
    })
    .filter((held) => held !== undefined)
    .sort((a, b) => rank(a) - rank(b) || a.node.startedAt.localeCompare(b.node.startedAt));
}

function nodeHold(workflow: KubeObject, nodes: Nodes, node: ArgoNode): Hold | undefined {
  const { type, phase, message = "", lock } = node;
  const of = (reason: string, text: string, object?: NamedObject) =>
    aHold({ reason, message: text, held: { kind: "Step", name: stepName(nodes, node) }, object });
  if (lock !== undefined) {
    const found = locksOf(workflow).find(({ key }) => key === lock) ?? { ...lockOf(lock), holders: [] };
    return of("Synchronization", lockText(found), found.lock);
  }
  if (type === "Suspend") return of("Suspended", suspensionText(workflow, node));
  if (type === "Retry" && BACKOFF_MESSAGE.test(message)) return of("Backoff", message);
  if (phase !== "Pending") return undefined;
  if (message === "") return AGENT_TYPES.includes(type) ? of("Pending", "waits for Argo's agent") : undefined;
  const [, reason, more] = PENDING_MESSAGE.exec(message) ?? [];
  return reason === undefined ? of("Pending", message) : of(reason, more ?? "");
}

/** https://argo-workflows.readthedocs.io/en/latest/walk-through/suspending/ */
function suspensionText(workflow: KubeObject, node: ArgoNode): string {
  const { duration } = objectAt(templateOf(workflow, node), "suspend");
  if (duration === undefined) return `waits since ${node.startedAt} to be resumed`;
  const isNumber = /^\d+$/.test(String(duration));
  return `waits since ${node.startedAt}, for ${duration}${isNumber ? " s" : ""} or to be resumed`;
}

/** The template of a node; an empty template if it cannot be found. */
function templateOf(workflow: KubeObject, { templateName }: ArgoNode) {
  const stored = Object.values(objectAt(workflow, "status", "storedTemplates"));
  const all = [
    ...objectsAt(workflow, "spec", "templates"),
    ...objectsAt(specOf(workflow), "templates"),
    ...stored,
  ];
  return objectAt(all.find((template) => textAt(template, "name") === templateName));
}

/** A lock that the Workflow, or a step of it, waits for. */
interface Lock {
  /** Argo's name of the lock: `team/Mutex/build`, `team/ConfigMap/limits/build`. */
  key: string;
  lock: NamedObject;
  /** The Workflows or nodes that hold the lock: `team/other`. */
  holders: string[];
}

/** https://github.com/argoproj/argo-workflows/blob/v3.7.4/pkg/apis/workflow/v1alpha1/workflow_types.go `SynchronizationStatus` */
function locksOf(workflow: KubeObject): Lock[] {
  const waiting = (kind: string) => objectsAt(workflow, "status", "synchronization", kind, "waiting");
  return [
    ...waiting("mutex").map((each) => ({
      ...lockOf(textAt(each, "mutex")),
      holders: [textAt(each, "holder")],
    })),
    ...waiting("semaphore").map((each) => ({
      ...lockOf(textAt(each, "semaphore")),
      holders: Array.isArray(each.holders) ? each.holders.map(String) : [],
    })),
  ];
}

/** The kind and name of `team/Mutex/build`; the name of a semaphore's ConfigMap includes its key. */
function lockOf(key: string): Omit<Lock, "holders"> {
  const [, kind, ...name] = key.split("/");
  return { key, lock: { kind: kind ?? "Lock", name: name.join("/") || key } };
}

function lockText({ lock, holders }: Lock): string {
  const known = holders.filter((holder) => holder !== "");
  const by = known.length === 0 ? "" : `, held by ${known.join(", ")}`;
  return `waits for the lock ${lock.kind} ${JSON.stringify(lock.name)}${by}`;
}
