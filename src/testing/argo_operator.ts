/**
 * One round of the simulated controller: from a Workflow to what its status and labels are next.
 *
 * @module
 */
import { arrayAt, type JsonObject, objectAt, textAt } from "../text/json.ts";
import type { StoredObject } from "./api/objects/api_object.ts";
import { hasFailed, isFulfilled, NodeTree, type WorkflowNode } from "./argo_nodes.ts";
import type { ContainerOutcome } from "./argo_outcome.ts";
import { resolveSpec, specFault } from "./argo_spec.ts";
import { advancePods, carryOn, type Execution } from "./argo_templates.ts";

/** Where a round gets what it needs. */
export interface OperatorInput {
  /** The time that changes get, as the API writes it. */
  now: string;
  /** The WorkflowTemplate of a name, or undefined. */
  findTemplate: (name: string) => StoredObject | undefined;
  /** How a template's container ends. */
  outcome: (template: JsonObject) => ContainerOutcome;
}

const COMPLETED_LABEL = "workflows.argoproj.io/completed";
const PHASE_LABEL = "workflows.argoproj.io/phase";

/** The Workflow after one round; the same one where nothing is left to do but to wait. */
export function operate(workflow: StoredObject, input: OperatorInput): StoredObject {
  if (workflow.metadata.labels?.[COMPLETED_LABEL] === "true") return workflow;
  const resolved = resolveSpec(workflow, input.findTemplate);
  if ("error" in resolved) return withPhase(workflow, input, { phase: "Error", message: resolved.error });
  const { spec } = resolved;
  const isNew = workflow.status?.phase === undefined;
  const fault = isNew ? specFault(workflow.metadata.name, spec) : undefined;
  if (fault !== undefined) {
    return withPhase(workflow, input, { phase: "Failed", message: `invalid spec: ${fault}` });
  }
  const artifacts = {
    artifactRepositoryRef: { artifactRepository: {}, default: true },
    artifactGCStatus: { notSpecified: true },
  };
  const running = withPhase(workflow, input, { phase: "Running", status: artifacts });
  return spec.suspend === true ? running : round(running, spec, input);
}

function round(workflow: StoredObject, spec: JsonObject, input: OperatorInput): StoredObject {
  const { name } = workflow.metadata;
  const exitName = `${name}.onExit`;
  const execution = executionOf(workflow, spec, input);
  const isOnExit = (node: WorkflowNode) =>
    node.name === exitName || node.name.startsWith(`${exitName}[`) || node.name.startsWith(`${exitName}.`);
  if (advancePods(execution, isOnExit)) {
    return withPhase(workflow, input, { phase: "Running", status: nodesStatus(execution) });
  }
  const entry = carryOn(execution, {
    name,
    displayName: name,
    template: textAt(spec, "entrypoint"),
    onExit: false,
  });
  const exit = isFulfilled(entry) ? exitHandler(execution, exitName, textAt(spec, "onExit")) : undefined;
  const status = nodesStatus(execution);
  if (!isFulfilled(entry) || (exit && !isFulfilled(exit))) {
    return withPhase(workflow, input, { phase: "Running", status });
  }
  return withPhase(workflow, input, { ...verdict(entry, exit, execution.shutdown), status });
}

function executionOf(workflow: StoredObject, spec: JsonObject, input: OperatorInput): Execution {
  const nodes = objectAt(workflow.status, "nodes") as Record<string, WorkflowNode>;
  return {
    templates: new Map(arrayAt(spec, "templates").map((each) => [textAt(each, "name"), objectAt(each)])),
    tree: new NodeTree(workflow.metadata.name, nodes, input.now),
    shutdown: textAt(spec, "shutdown"),
    outcome: input.outcome,
  };
}

function exitHandler(execution: Execution, name: string, template: string): WorkflowNode | undefined {
  const started = execution.tree.find(name) !== undefined;
  if (template === "" || (execution.shutdown === "Terminate" && !started)) return undefined;
  return carryOn(execution, { name, displayName: name, template, onExit: true });
}

function nodesStatus({ tree }: Execution): JsonObject {
  const progress = tree.sumProgress();
  const nodes = tree.all();
  const pods = Object.values(nodes).filter((node) => node.type === "Pod");
  const hasRun = pods.some((pod) => pod.phase !== "Pending");
  const global = pods.flatMap((pod) => arrayAt(pod.outputs, "parameters").map((each) => objectAt(each)))
    .filter((parameter) => parameter.globalName !== undefined)
    .map(({ globalName, value }) => ({ name: globalName, value }));
  return {
    ...{ nodes, progress },
    ...(hasRun && { conditions: [{ type: "PodRunning", status: pods.some(isRunning) ? "True" : "False" }] }),
    ...(global.length > 0 && { outputs: { parameters: global } }),
  };
}

function isRunning(node: WorkflowNode): boolean {
  return node.phase === "Running";
}

type Verdict = { phase: string; message?: string; status?: JsonObject };

function verdict(entry: WorkflowNode, exit: WorkflowNode | undefined, shutdown: string): Verdict {
  const decides = hasFailed(entry) || !exit || !hasFailed(exit) ? entry : exit;
  if (!hasFailed(decides)) return { phase: "Succeeded" };
  const message = shutdown !== "" && decides === entry
    ? `Stopped with strategy '${shutdown}'`
    : decides.message;
  return { phase: decides.phase, ...(message && { message }) };
}

function withPhase(
  workflow: StoredObject,
  { now }: OperatorInput,
  { phase, message, status }: Verdict,
): StoredObject {
  const isOver = phase !== "Running";
  const previous = workflow.status ?? {};
  const conditions = [
    ...arrayAt(status, "conditions"),
    ...(isOver ? [{ type: "Completed", status: "True" }] : []),
  ];
  const next: JsonObject = {
    ...{ progress: "0/0", ...previous, ...status, phase, startedAt: previous.startedAt ?? now },
    finishedAt: isOver ? now : null,
    ...(message !== undefined && { message }),
    ...(conditions.length > 0 && { conditions }),
    ...(isOver && conditions.length > 1 && { resourcesDuration: { cpu: 0, memory: 0 } }),
  };
  const annotations = { ...workflow.metadata.annotations, "workflows.argoproj.io/pod-name-format": "v2" };
  const labels = { ...workflow.metadata.labels, [PHASE_LABEL]: phase, [COMPLETED_LABEL]: String(isOver) };
  return {
    ...workflow,
    metadata: { ...workflow.metadata, labels, ...(next.nodes !== undefined && { annotations }) },
    status: next,
  };
}
