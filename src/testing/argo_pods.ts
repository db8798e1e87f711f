/**
 * The pods of a simulated workflow, as far as somebody who explains a failure looks at them.
 *
 * @module
 */
import { type JsonObject, objectAt, textAt } from "../text/json.ts";
import type { ApiMetadata, ApiObject, StoredObject } from "./api/objects/api_object.ts";
import { isFulfilled, podNameOf, type WorkflowNode } from "./argo_nodes.ts";
import type { ContainerOutcome } from "./argo_outcome.ts";

/** The pod of a node, in the node's present phase. */
export function podOf(
  workflow: StoredObject,
  node: WorkflowNode,
  template: JsonObject,
  outcome: ContainerOutcome,
): ApiObject {
  const main = { name: "main", ...objectAt(template, template.script ? "script" : "container") };
  const serviceAccountName = textAt(workflow.spec, "serviceAccountName") || "default";
  const containers = [{ name: "wait", image: "argoexec" }, main];
  const containerStatuses = ["main", "wait"].map((each) => containerStatus(each, node, outcome));
  return {
    metadata: podMetadata(workflow, node),
    spec: { containers, restartPolicy: "Never", serviceAccountName },
    status: { phase: node.phase, startTime: node.startedAt, containerStatuses },
  };
}

function podMetadata({ apiVersion, kind, metadata }: StoredObject, node: WorkflowNode): ApiMetadata {
  const { name, namespace = "", uid } = metadata;
  const label = (key: string) => `workflows.argoproj.io/${key}`;
  return {
    name: podNameOf(name, node),
    namespace,
    labels: { [label("workflow")]: name, [label("completed")]: String(isFulfilled(node)) },
    annotations: { [label("node-id")]: node.id, [label("node-name")]: node.name },
    ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
  };
}

function containerStatus(name: string, node: WorkflowNode, outcome: ContainerOutcome): JsonObject {
  const stopped = node.outputs === undefined;
  const exitCode = name === "wait" ? 0 : stopped ? 143 : outcome.exitCode ?? 0;
  const reason = exitCode === 0 ? "Completed" : "Error";
  const terminated = { exitCode, reason, startedAt: node.startedAt, finishedAt: node.finishedAt };
  const state = isFulfilled(node)
    ? { terminated }
    : node.phase === "Running"
    ? { running: { startedAt: node.startedAt } }
    : { waiting: { reason: "ContainerCreating" } };
  return { name, ready: node.phase === "Running", restartCount: 0, started: node.phase === "Running", state };
}
