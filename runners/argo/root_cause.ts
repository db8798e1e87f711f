/**
 * Finds the node that caused a Workflow's failure, or the node that a running Workflow waits for. This module does no
 * I/O.
 *
 * @module
 */
import { type ArgoNode, childrenOf, hasFailed, isUnderWay } from "./nodes.ts";

type Nodes = Map<string, ArgoNode>;

/** Types of nodes that do the work themselves: they contain no other node that could be the cause. */
const LEAF_TYPES = ["Pod", "Suspend", "HTTP", "Plugin", "Skipped"];
/** The controller's message on nodes that it ends for another reason than their own failure. */
const ENDED_FROM_OUTSIDE = /shutdown with strategy|Stopped with strategy|exceeded its deadline/i;

/** The rank of a failure: the failure with the lowest rank is the cause. */
const RANK = {
  own: 0,
  /** The Workflow went on after the failure: `continueOn`, or a task that depends on the failure. */
  tolerated: 1,
  /** The controller ended the node because of another failure, a shutdown or the Workflow's deadline. */
  ended: 2,
  /** An exit handler failed, and the work itself failed too. */
  exitHandler: 3,
};

/** The cause of a failure. */
export interface RootCause {
  /** The node that the failure began with. */
  node: ArgoNode;
  /** How many further steps failed in the same way: on their own, if this node failed on its own. */
  others: number;
}

/**
 * The node that a failure began with: a leaf (for a retry, the last attempt), or a group that failed before any of its
 * parts. Of several such nodes, the first that ended on its own. `undefined` if no node failed.
 */
export function rootCause(nodes: Nodes, workflowName: string): RootCause | undefined {
  const failed = [...nodes.values()].filter(hasFailed);
  const owners = ownersOf(nodes);
  const withFailedParts = new Set(failed.map(({ id }) => owners.get(id)));
  const mainFailed = hasFailedAt(nodes, workflowName);
  const causes = failed
    .filter((node) => LEAF_TYPES.includes(node.type) || !withFailedParts.has(node))
    .filter((node) => node.type !== "Container" && hasMattered(nodes, node, owners))
    .map((node) => ({ node, rank: rankOf(nodes, node, mainFailed) }))
    .sort((a, b) => a.rank - b.rank || compareTimes(a.node, b.node));
  const [first] = causes;
  if (!first) return undefined;
  return { node: first.node, others: causes.filter(({ rank }) => rank === first.rank).length - 1 };
}

function hasFailedAt(nodes: Nodes, id: string): boolean {
  const node = nodes.get(id);
  return node !== undefined && hasFailed(node);
}

/**
 * Maps each node to its owner, which fails when the node fails: the retry of an attempt, the group of an item or step,
 * else the `Steps` or `DAG` node around it. A node does not own children that merely run next.
 */
function ownersOf(nodes: Nodes): Map<string, ArgoNode> {
  const owners = new Map<string, ArgoNode>();
  for (const node of nodes.values()) {
    const boundary = node.boundaryID === undefined ? undefined : nodes.get(node.boundaryID);
    if (boundary && !owners.has(node.id)) owners.set(node.id, boundary);
    if (!["Retry", "StepGroup", "TaskGroup"].includes(node.type)) continue;
    for (const child of childrenOf(nodes, node)) {
      if (isPartOf(child, node)) owners.set(child.id, node);
    }
  }
  return owners;
}

/** A part's name begins with its group's name: `a(0)` in `a`, `x[0].b` in `x[0]`. Nodes that run next do not. */
function isPartOf(child: ArgoNode, group: ArgoNode): boolean {
  return child.name.startsWith(group.name + (group.type === "StepGroup" ? "." : "("));
}

/** Whether every owner of a failed node has failed too, and the node is in the last attempt of each retry. */
function hasMattered(nodes: Nodes, node: ArgoNode, owners: Map<string, ArgoNode>): boolean {
  for (let inner = node, owner = owners.get(node.id); owner; inner = owner, owner = owners.get(owner.id)) {
    if (!hasFailed(owner)) return false;
    if (owner.type === "Retry" && lastAttempt(nodes, owner) !== inner) return false;
  }
  return true;
}

function lastAttempt(nodes: Nodes, retry: ArgoNode): ArgoNode | undefined {
  return childrenOf(nodes, retry).filter((child) => isPartOf(child, retry)).at(-1);
}

function rankOf(nodes: Nodes, node: ArgoNode, mainFailed: boolean): number {
  if (mainFailed && isExitHandler(node)) return RANK.exitHandler;
  if (ENDED_FROM_OUTSIDE.test(node.message ?? "")) return RANK.ended;
  const wasTolerated = LEAF_TYPES.includes(node.type) && childrenOf(nodes, node).some(hasRunAfter);
  return wasTolerated ? RANK.tolerated : RANK.own;
}

function hasRunAfter(next: ArgoNode): boolean {
  const hasRun = next.phase !== "Omitted" && next.phase !== "Skipped";
  return hasRun && next.type !== "Container" && !isExitHandler(next);
}

/** https://argo-workflows.readthedocs.io/en/latest/lifecyclehook/ */
function isExitHandler({ name }: ArgoNode): boolean {
  return name.includes(".onExit") || name.includes(".hooks.");
}

function compareTimes(a: ArgoNode, b: ArgoNode): number {
  return a.finishedAt.localeCompare(b.finishedAt) || a.startedAt.localeCompare(b.startedAt) ||
    a.name.localeCompare(b.name);
}

/** The node that a running Workflow waits for if no node is held up: a node that has not started, else the oldest. */
export function waitedFor(nodes: Nodes): ArgoNode | undefined {
  const rank = ({ phase }: ArgoNode) => phase === "Pending" ? 0 : 1;
  return [...nodes.values()]
    .filter((node) => isUnderWay(node) && LEAF_TYPES.includes(node.type))
    .sort((a, b) => rank(a) - rank(b) || a.startedAt.localeCompare(b.startedAt))[0];
}

/** The path to a node, in the names that the Workflow's author gave: `outer/inner/deep(1)`. */
export function stepName(nodes: Nodes, node: ArgoNode): string {
  const names = [node.displayName];
  for (let outer = boundaryOf(nodes, node); outer; outer = boundaryOf(nodes, outer)) {
    // The outermost node is the Workflow itself.
    if (outer.boundaryID !== undefined) names.unshift(outer.displayName);
  }
  return names.join("/");
}

function boundaryOf(nodes: Nodes, { boundaryID }: ArgoNode): ArgoNode | undefined {
  return boundaryID === undefined ? undefined : nodes.get(boundaryID);
}
