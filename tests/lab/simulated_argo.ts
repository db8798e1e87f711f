/**
 * The Argo controller as far as a run sees it. The entrypoint of a Workflow is a container, a `suspend` that only a
 * shutdown ends, or a DAG whose tasks run in the order of the list. Nothing is executed: a pod goes from Pending to
 * Running to its end, one phase per step, and fails if its command contains the word `false` or `exit 1`.
 *
 * @module
 */
import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from "../../src/text/json.ts";
import type { ApiObject, EmbeddedApi, StoredObject } from "../../src/testing/mod.ts";

/** Options of {@linkcode simulatedArgo}. */
export interface SimulatedArgoOptions {
  /** Milliseconds from a change of a Workflow to the controller's next step. Default 1. */
  stepMs?: number;
  /** What each container prints. Default nothing. */
  log?: string;
}

interface PlannedNode extends JsonObject {
  id: string;
  name: string;
  displayName: string;
  type: "Pod" | "Suspend" | "DAG";
  templateName: string;
}

interface WorkflowNode extends PlannedNode {
  phase: "Pending" | "Running" | "Succeeded" | "Failed";
}

interface WorkflowStatus extends JsonObject {
  phase: WorkflowNode["phase"];
  nodes: Record<string, WorkflowNode>;
}

/** Carries the Workflows of an embedded API on until `close()`. */
export function simulatedArgo(api: EmbeddedApi, options: SimulatedArgoOptions = {}): { close(): void } {
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const stopObserving = api.observe(({ type, object: { kind, metadata } }) => {
    const { uid, name, namespace = "" } = metadata;
    if (kind !== "Workflow" || type === "DELETED" || timers.has(uid)) return;
    const step = () => {
      timers.delete(uid);
      const workflow = api.find(kind, namespace, name);
      if (workflow) carryOn(api, workflow, options.log ?? "");
    };
    timers.set(uid, setTimeout(step, options.stepMs ?? 1));
  });
  return {
    close() {
      stopObserving();
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

/** Writes what one step changes. Where it changes nothing, no event follows, and so no further step. */
function carryOn(api: EmbeddedApi, workflow: StoredObject, log: string): void {
  const { name, namespace = "", labels = {} } = workflow.metadata;
  if (labels["workflows.argoproj.io/completed"] === "true") return;
  const status = nextStatus(workflow, `${api.now().toISOString().slice(0, 19)}Z`);
  for (const node of Object.values(status.nodes).filter(({ type }) => type === "Pod")) {
    api.put("Pod", podOf(workflow, node));
    api.setLog({ namespace, pod: node.id }, log);
  }
  const metadata = {
    labels: {
      "workflows.argoproj.io/phase": status.phase,
      "workflows.argoproj.io/completed": String(hasEnded(status)),
    },
    // In this format the pod has the name of its node's id.
    annotations: { "workflows.argoproj.io/pod-name-format": "v1" },
  };
  api.patch("Workflow", namespace, name, { metadata, status });
}

function nextStatus(workflow: StoredObject, now: string): WorkflowStatus {
  const [entry, ...tasks] = plannedNodes(workflow);
  const leaves = nextLeaves(workflow, tasks.length > 0 ? tasks : [entry], now);
  const [first, last] = [leaves[0], leaves.at(-1)] as [WorkflowNode, WorkflowNode];
  const startedAt = textAt(workflow.status, "startedAt") || now;
  const phase = hasEnded(last) ? last.phase : "Running";
  const state = { phase, startedAt, finishedAt: hasEnded(last) ? now : null };
  const nodes = Object.fromEntries(leaves.map((leaf) => [leaf.id, leaf]));
  if (first.id === entry.id) return { ...state, message: last.message, nodes };
  return { ...state, nodes: { [entry.id]: { ...entry, ...state, children: [first.id] }, ...nodes } };
}

/** The nodes that the Workflow has in the end: that of its entrypoint and, of a DAG, those of its tasks. */
function plannedNodes(workflow: StoredObject): [PlannedNode, ...PlannedNode[]] {
  const { name } = workflow.metadata, templateName = textAt(workflow.spec, "entrypoint");
  const { suspend, dag } = templateOf(workflow, templateName);
  const type = dag ? "DAG" : suspend ? "Suspend" : "Pod";
  const entry: PlannedNode = { id: name, name, displayName: name, type, templateName };
  return [entry, ...arrayAt(dag, "tasks").map((task) => plannedTask(name, task))];
}

/** The nodes up to the first that has not succeeded, each after one step. */
function nextLeaves(workflow: StoredObject, planned: PlannedNode[], now: string): WorkflowNode[] {
  const leaves: WorkflowNode[] = [];
  for (const plan of planned) {
    const before = objectAt(workflow.status, "nodes")[plan.id] as WorkflowNode | undefined;
    const phase = plan.type === "Pod" ? "Pending" : "Running";
    const leaf = before ? nextNode(workflow, before, now) : { ...plan, phase, startedAt: now } as const;
    const previous = leaves.at(-1);
    if (previous) previous.children = [leaf.id];
    leaves.push(leaf);
    if (leaf.phase !== "Succeeded") break;
  }
  return leaves;
}

function plannedTask(workflow: string, task: JsonValue): PlannedNode {
  const displayName = textAt(task, "name"), name = `${workflow}.${displayName}`;
  const id = `${workflow}-${fnv32a(name)}`;
  return { id, name, displayName, type: "Pod", templateName: textAt(task, "template"), boundaryID: workflow };
}

function nextNode(workflow: StoredObject, node: WorkflowNode, finishedAt: string): WorkflowNode {
  if (hasEnded(node)) return node;
  if (node.type === "Suspend") {
    const shutdown = textAt(workflow.spec, "shutdown"), message = `Stopped with strategy '${shutdown}'`;
    return shutdown === "" ? node : { ...node, phase: "Failed", finishedAt, message };
  }
  if (node.phase === "Pending") return { ...node, phase: "Running" };
  const { container } = templateOf(workflow, node.templateName);
  return /\bfalse\b|\bexit 1\b/.test(JSON.stringify(container))
    ? {
      ...node,
      phase: "Failed",
      finishedAt,
      outputs: { exitCode: "1" },
      message: "main: Error (exit code 1)",
    }
    : { ...node, phase: "Succeeded", finishedAt, outputs: { exitCode: "0" } };
}

function hasEnded({ phase }: Pick<WorkflowNode, "phase">): boolean {
  return phase === "Succeeded" || phase === "Failed";
}

function templateOf({ spec }: StoredObject, name: string): JsonObject {
  return objectAt(arrayAt(spec, "templates").find((template) => textAt(template, "name") === name));
}

/** The 32-bit FNV-1a hash that ends a node's id. */
function fnv32a(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

function podOf({ metadata, ...workflow }: StoredObject, node: WorkflowNode): ApiObject {
  const { name, namespace = "", uid } = metadata;
  const owner = { apiVersion: workflow.apiVersion, kind: workflow.kind, name, uid, controller: true };
  const labels = { "workflows.argoproj.io/workflow": name };
  const { startedAt, phase, outputs } = node;
  const terminated = {
    exitCode: Number(textAt(outputs, "exitCode")),
    reason: phase === "Failed" ? "Error" : "Completed",
    startedAt,
  };
  const state = hasEnded(node) ? { terminated } : {};
  return {
    metadata: { name: node.id, namespace, labels, ownerReferences: [owner] },
    spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] },
    status: { phase, containerStatuses: [{ name: "main", state }] },
  };
}
