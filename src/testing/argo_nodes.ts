/**
 * The nodes of a simulated workflow: names, identities, and the tree that they make.
 *
 * @module
 */
import type { JsonObject } from "../text/json.ts";

/** One node, as in `status.nodes` of a Workflow. */
export interface WorkflowNode extends JsonObject {
  id: string;
  name: string;
  displayName: string;
  type: "Pod" | "Steps" | "StepGroup" | "DAG" | "Suspend" | "Skipped";
  phase: "Pending" | "Running" | "Succeeded" | "Failed" | "Error" | "Omitted";
  templateName?: string;
  templateScope: string;
  boundaryID?: string;
  message?: string;
  startedAt: string;
  finishedAt: string | null;
  progress?: string;
  nodeFlag?: Record<string, never>;
  taskResultSynced?: boolean;
  outboundNodes?: string[];
  children?: string[];
  outputs?: JsonObject;
}

/** Whether nothing more happens to the node. */
export function isFulfilled(node: WorkflowNode): boolean {
  return node.phase !== "Pending" && node.phase !== "Running";
}

/** Whether the node has failed. */
export function hasFailed(node: WorkflowNode): boolean {
  return node.phase === "Failed" || node.phase === "Error";
}

/** FNV-1a hash, 32 bits, as Argo's names have it. */
export function fnv32a(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return bytes.reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5);
}

/** The name of a node's pod. {@link https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/util/pod_name.go} */
export function podNameOf(workflow: string, node: WorkflowNode): string {
  if (workflow === node.name) return workflow;
  const prefix = [workflow, node.templateName].filter(Boolean).join("-").slice(0, 241);
  return `${prefix}-${fnv32a(node.name)}`;
}

/** The nodes of one workflow. */
export class NodeTree {
  readonly #workflow: string;
  readonly #now: string;
  readonly #nodes: Map<string, WorkflowNode>;

  /** @param now the time that changes get, as the API writes it. */
  constructor(workflow: string, nodes: Record<string, WorkflowNode>, now: string) {
    this.#workflow = workflow;
    this.#now = now;
    this.#nodes = new Map(Object.entries(structuredClone(nodes)));
  }

  /** All nodes by identity. */
  all(): Record<string, WorkflowNode> {
    return Object.fromEntries(this.#nodes);
  }

  /** The node of that name, or undefined. */
  find(name: string): WorkflowNode | undefined {
    return this.#nodes.get(this.id(name));
  }

  /** The identity that a node of that name has. */
  id(name: string): string {
    return name === this.#workflow ? name : `${this.#workflow}-${fnv32a(name)}`;
  }

  /** Adds a node that starts now. */
  add(
    node: Pick<WorkflowNode, "name" | "displayName" | "type" | "phase"> & Partial<WorkflowNode>,
  ): WorkflowNode {
    const added: WorkflowNode = {
      id: this.id(node.name),
      templateScope: `local/${this.#workflow}`,
      startedAt: this.#now,
      finishedAt: null,
      ...node,
      ...((node.type === "StepGroup" || node.type === "Skipped") && { nodeFlag: {} }),
    };
    if (node.type !== "Skipped") added.progress = isCounted(added) ? "0/1" : "0/0";
    this.#nodes.set(added.id, added);
    return added;
  }

  /** Ends the node now. */
  finish(node: WorkflowNode, phase: WorkflowNode["phase"], message = ""): WorkflowNode {
    Object.assign(node, { phase, finishedAt: this.#now }, message && { message });
    if (isCounted(node) && phase === "Succeeded") node.progress = "1/1";
    if (node.type === "Pod") node.taskResultSynced = true;
    return node;
  }

  /** Makes the one a child of the other. */
  link(parent: WorkflowNode, child: WorkflowNode): void {
    const children = parent.children ?? [];
    if (!children.includes(child.id)) parent.children = [...children, child.id];
  }

  /** The nodes that what comes after this one is linked to. */
  outbound(node: WorkflowNode): WorkflowNode[] {
    const ids = node.type === "StepGroup" ? node.children : node.outboundNodes;
    const nodes = (ids ?? []).map((id) => this.#nodes.get(id)).filter((each) => each !== undefined);
    if (node.type === "StepGroup") {
      return nodes.length > 0 ? nodes.flatMap((each) => this.outbound(each)) : [node];
    }
    return nodes.length > 0 ? nodes : [node];
  }

  /** Sums up the progress of what is below each node that is no pod itself, and returns that of the whole. */
  sumProgress(): string {
    for (const node of this.#nodes.values()) {
      if (!isCounted(node) && node.type !== "Skipped") node.progress = progressOf(this.#below(node));
    }
    return progressOf([...this.#nodes.values()]);
  }

  // Each step group is a child of the one before it, so that the first one's progress is that of all, as in Argo.
  #below(node: WorkflowNode): WorkflowNode[] {
    const found = new Set<WorkflowNode>();
    const visit = (id: string) => {
      const each = this.#nodes.get(id);
      if (!each || found.has(each)) return;
      found.add(each);
      each.children?.forEach(visit);
    };
    node.children?.forEach(visit);
    return [...found];
  }
}

function isCounted(node: WorkflowNode): boolean {
  return node.type === "Pod" || node.type === "Suspend";
}

function progressOf(nodes: readonly WorkflowNode[]): string {
  const counted = nodes.filter(isCounted);
  return `${counted.filter((node) => node.phase === "Succeeded").length}/${counted.length}`;
}
