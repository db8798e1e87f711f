/**
 * The pods of a simulated workflow, as far as somebody who explains a failure looks at them.
 *
 * @module
 */

import { isFulfilled, podNameOf, type WorkflowNode } from "./argo_nodes.ts";
import type { ContainerOutcome } from "./argo_outcome.ts";
import { type ApiObject, type JsonObject, objectAt, type StoredObject, textAt } from "./json.ts";

/** The pod of a node, in the node's present phase. */
export function podOf(
  workflow: StoredObject,
  node: WorkflowNode,
  template: JsonObject,
  outcome: ContainerOutcome,
): ApiObject {
  const { name, namespace = "", uid } = workflow.metadata;
  const owner = { apiVersion: workflow.apiVersion, kind: workflow.kind, name, uid, controller: true };
  const labels = {
    "workflows.argoproj.io/workflow": name,
    "workflows.argoproj.io/completed": String(isFulfilled(node)),
  };
  const annotations = {
    "workflows.argoproj.io/node-id": node.id,
    "workflows.argoproj.io/node-name": node.name,
  };
  const main = { name: "main", ...objectAt(template, template.script ? "script" : "container") };
  return {
    metadata: { name: podNameOf(name, node), namespace, labels, annotations, ownerReferences: [owner] },
    spec: {
      containers: [{ name: "wait", image: "argoexec" }, main],
      restartPolicy: "Never",
      serviceAccountName: textAt(workflow.spec, "serviceAccountName") || "default",
    },
    status: {
      phase: node.phase,
      startTime: node.startedAt,
      containerStatuses: ["main", "wait"].map((each) => containerStatus(each, node, outcome)),
    },
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
