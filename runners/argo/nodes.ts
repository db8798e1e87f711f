/**
 * Reads the nodes of a Workflow in each of the three forms in which Argo stores them.
 *
 * @module
 */
import {
  isJsonObject,
  type JsonValue,
  type KubeObject,
  objectAt,
  textAt,
  unpackJson,
  valueAt,
} from "../../src/kube/mod.ts";
import { type JsonObject, messageOf } from "../../src/mod.ts";
import type { PodSelector } from "../../src/pods/mod.ts";

/** https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/common/common.go */
const WORKFLOW_LABEL = "workflows.argoproj.io/workflow";

/**
 * The used fields of a node: one step, attempt, group or pod of a Workflow.
 *
 * https://github.com/argoproj/argo-workflows/blob/v3.7.4/pkg/apis/workflow/v1alpha1/workflow_types.go `NodeStatus`
 */
export interface ArgoNode {
  /** `<workflow>-<hash of the name>`, or the Workflow's name for its first node. */
  id: string;
  /** The unique name, with the path from the root: `hello[0].each(1:b)`. */
  name: string;
  /** The name without the path: `each(1:b)`. */
  displayName: string;
  /** `Pod`, `Container`, `Steps`, `StepGroup`, `DAG`, `TaskGroup`, `Retry`, `Skipped`, `Suspend`, `HTTP`, `Plugin`. */
  type: string;
  /** `Pending`, `Running`, `Succeeded`, `Skipped`, `Failed`, `Error`, `Omitted`. */
  phase: string;
  /** The controller's message. */
  message: string | undefined;
  /** The lock that it waits for: `team/Mutex/build`. */
  lock: string | undefined;
  /** The template's name, which is a part of the pod's name; absent for an inline template. */
  templateName: string | undefined;
  /** The `Steps` or `DAG` node that contains this node. */
  boundaryID: string | undefined;
  /** Parts of a group or attempts of a retry, but also the nodes that run next. */
  children: string[];
  /** RFC 3339; empty before its start. */
  startedAt: string;
  /** RFC 3339; empty while it runs. */
  finishedAt: string;
  /** The exit code of a pod's main container. */
  exitCode: number | undefined;
}

/** The nodes of a Workflow. */
export interface WorkflowNodes {
  /** The nodes by id. */
  nodes: Map<string, ArgoNode>;
  /** Why the nodes could not be read. */
  notRead: string[];
}

const POD_NAME_FORMAT_ANNOTATION = "workflows.argoproj.io/pod-name-format";
/** Argo cuts the name to 253 characters, minus 10 for a hash, minus 1. */
const MAX_POD_PREFIX = 242;

/** Reads all nodes of a whole Workflow, plain or compressed. Nodes that Argo stores in a database cannot be read. */
export async function readNodes(workflow: KubeObject): Promise<WorkflowNodes> {
  const compressed = textAt(workflow, "status", "compressedNodes");
  if (compressed) return await decompress(compressed);
  const nodes = valueAt(workflow, "status", "nodes");
  if (isJsonObject(nodes)) return { nodes: toNodes(nodes), notRead: [] };
  const isOffloaded = textAt(workflow, "status", "offloadNodeStatusVersion") !== "";
  return { nodes: new Map(), notRead: isOffloaded ? ["the nodes are in Argo's database (offloaded)"] : [] };
}

/** https://argo-workflows.readthedocs.io/en/latest/offloading-large-workflows/: base64 of gzip of JSON. */
async function decompress(base64: string): Promise<WorkflowNodes> {
  try {
    return { nodes: toNodes(objectAt(await unpackJson(base64))), notRead: [] };
  } catch (error) {
    return { nodes: new Map(), notRead: [`the compressed nodes: ${messageOf(error)}`] };
  }
}

function toNodes(nodes: JsonObject): Map<string, ArgoNode> {
  const found = Object.entries(nodes).filter((entry): entry is [string, JsonObject] =>
    isJsonObject(entry[1])
  );
  return new Map(found.map(([id, node]) => [id, toNode(id, node)]));
}

function toNode(id: string, node: JsonObject): ArgoNode {
  const reference = isJsonObject(node.templateRef) ? node.templateRef : undefined;
  const { exitCode } = objectAt(node, "outputs");
  const name = text(node.name) ?? id;
  return {
    id,
    name,
    displayName: text(node.displayName) ?? name,
    type: text(node.type) ?? "",
    phase: text(node.phase) ?? "",
    message: text(node.message),
    lock: text(objectAt(node, "synchronizationStatus").waiting),
    templateName: text(reference ? reference.template : node.templateName),
    boundaryID: text(node.boundaryID),
    children: Array.isArray(node.children) ? node.children.map(String) : [],
    startedAt: text(node.startedAt) ?? "",
    finishedAt: text(node.finishedAt) ?? "",
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
  };
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

/** Whether a node has failed: Argo has two phases for this. */
export function hasFailed({ phase }: ArgoNode): boolean {
  return phase === "Failed" || phase === "Error";
}

/** Whether a node has not ended. */
export function isUnderWay({ phase }: ArgoNode): boolean {
  return phase === "Pending" || phase === "Running" || phase === "";
}

/** The existing children of a node. */
export function childrenOf(nodes: Map<string, ArgoNode>, { children }: ArgoNode): ArgoNode[] {
  return children.map((id) => nodes.get(id)).filter((node) => node !== undefined);
}

/**
 * The name of a node's pod.
 *
 * https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/util/pod_name.go; a node's id ends in the same hash
 * of its name.
 */
export function podNameOf({ metadata }: KubeObject, { id, name, templateName }: ArgoNode): string {
  const workflow = metadata.name ?? "";
  if (metadata.annotations?.[POD_NAME_FORMAT_ANNOTATION] === "v1") return id;
  if (name === workflow) return workflow;
  const prefix = templateName === undefined ? workflow : `${workflow}-${templateName}`;
  return `${prefix.slice(0, MAX_POD_PREFIX)}-${id.slice(workflow.length + 1)}`;
}

/** The pods of a Workflow. */
export function podsOf({ name, namespace }: { name: string; namespace: string }): PodSelector {
  return { namespace, labelSelector: `${WORKFLOW_LABEL}=${name}` };
}
