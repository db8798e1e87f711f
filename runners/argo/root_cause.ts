/**
 * Which node of a Workflow is the cause of its failure, or what a Workflow that has not ended waits for. Nothing here
 * touches a cluster.
 *
 * @module
 */
import { type ArgoNode, childrenOf, hasFailed, isUnderWay } from "./nodes.ts";

type Nodes = Map<string, ArgoNode>;

/** Nodes that do the work themselves, with no further nodes inside that could be the cause. */
const LEAF_TYPES = ["Pod", "Suspend", "HTTP", "Plugin", "Skipped"];
/** What the controller writes on nodes that it ends because of something else. */
const ENDED_FROM_OUTSIDE = /shutdown with strategy|Stopped with strategy|exceeded its deadline/i;

/** How a failure compares with others: the lowest is the cause. */
const RANK = {
  own: 0,
  /** The Workflow went on after it: `continueOn`, or a task that depends on the failure. */
  tolerated: 1,
  /** It was ended because of another failure, a shutdown or the Workflow's deadline. */
  ended: 2,
  /** An exit handler, where the work itself has failed too. */
  exitHandler: 3,
};

/** What failed. */
export interface RootCause {
  /** The node that the failure began with. */
  node: ArgoNode;
  /** How many further steps failed in the same way: on their own, where this one did. */
  others: number;
}

/**
 * The node that a failure began with: a leaf (of a retry the last attempt), or a group that failed before any part of
 * it did. Of several the first that ended on its own. `undefined` where no node failed.
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
 * For each node the one whose failure its own would be: the retry of an attempt, the group of an item or a step, and
 * else the `Steps` or `DAG` node around it. Children that are merely what runs next own nothing.
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

/** A part's name begins with its group's: `a(0)` in `a`, `x[0].b` in `x[0]`. What runs next is named otherwise. */
function isPartOf(child: ArgoNode, group: ArgoNode): boolean {
  return child.name.startsWith(group.name + (group.type === "StepGroup" ? "." : "("));
}

/** Whether all around a failed node has failed too, and of a retry it is in the last attempt. */
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

/** The node that a Workflow under way waits for where none is held up: one that has not begun, else the oldest. */
export function waitedFor(nodes: Nodes): ArgoNode | undefined {
  const rank = ({ phase }: ArgoNode) => phase === "Pending" ? 0 : 1;
  return [...nodes.values()]
    .filter((node) => isUnderWay(node) && LEAF_TYPES.includes(node.type))
    .sort((a, b) => rank(a) - rank(b) || a.startedAt.localeCompare(b.startedAt))[0];
}

/** The way to a node in the words of its Workflow's author: `outer/inner/deep(1)`. */
export function stepName(nodes: Nodes, node: ArgoNode): string {
  const names = [node.displayName];
  for (let outer = boundaryOf(nodes, node); outer; outer = boundaryOf(nodes, outer)) {
    // The outermost is the Workflow itself.
    if (outer.boundaryID !== undefined) names.unshift(outer.displayName);
  }
  return names.join("/");
}

function boundaryOf(nodes: Nodes, { boundaryID }: ArgoNode): ArgoNode | undefined {
  return boundaryID === undefined ? undefined : nodes.get(boundaryID);
}
