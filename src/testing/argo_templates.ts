/**
 * Carrying a simulated workflow's templates on by one step: each pod that runs moves one phase on, and what waited
 * for it starts. Not simulated: retries, loops (`withItems`), conditions (`when`), `depends` beyond task names, hooks
 * other than `onExit`, deadlines; a workflow that has them goes on as if they were not there.
 *
 * @module
 */
import { arrayAt, type JsonObject, objectAt, textAt, valueAt } from "../text/json.ts";
import { hasFailed, isFulfilled, type NodeTree, type WorkflowNode } from "./argo_nodes.ts";
import { type ContainerOutcome, outputParameters } from "./argo_outcome.ts";

/** What carrying on needs to know. */
export interface Execution {
  /** The templates by name. */
  templates: ReadonlyMap<string, JsonObject>;
  /** The nodes so far; changed in place. */
  tree: NodeTree;
  /** `Stop`, `Terminate`, or empty. */
  shutdown: string;
  /** How a template's container ends. */
  outcome: (template: JsonObject) => ContainerOutcome;
}

/** Which node is carried on. */
export interface Place {
  /** The node's full name. */
  name: string;
  /** Its last part. */
  displayName: string;
  /** The template's name. */
  template: string;
  /** Identity of the Steps or DAG node around it. */
  boundaryID?: string;
  /** Whether it belongs to the exit handler, which `Stop` lets run. */
  onExit: boolean;
}

/** Carries the node on, or starts it. */
export function carryOn(execution: Execution, place: Place): WorkflowNode {
  const template = execution.templates.get(place.template) ?? {};
  const node = execution.tree.find(place.name) ?? start(execution, place, template);
  if (isFulfilled(node)) return node;
  if (template.steps !== undefined) return carrySteps(execution, place, { node, template });
  if (template.dag !== undefined) return carryTasks(execution, place, { node, template });
  return node;
}

type Started = { node: WorkflowNode; template: JsonObject };

function start(execution: Execution, place: Place, template: JsonObject): WorkflowNode {
  const { name, displayName, boundaryID } = place;
  const type = typeOf(template);
  const node = execution.tree.add({
    ...{ name, displayName, type, templateName: place.template },
    phase: type === "Pod" ? "Pending" : "Running",
    ...(boundaryID !== undefined && { boundaryID }),
  });
  const stopped = type === "Pod" && isShutDown(execution, place);
  return stopped
    ? execution.tree.finish(node, "Failed", `workflow shutdown with strategy: ${execution.shutdown}`)
    : node;
}

function typeOf(template: JsonObject): WorkflowNode["type"] {
  if (template.steps !== undefined) return "Steps";
  if (template.dag !== undefined) return "DAG";
  return template.suspend === undefined ? "Pod" : "Suspend";
}

function isShutDown({ shutdown }: Execution, { onExit }: Pick<Place, "onExit">): boolean {
  return shutdown === "Terminate" || (shutdown === "Stop" && !onExit);
}

/**
 * Moves each pod that was there before one phase on; `onExit` tells whether a node belongs to the exit handler. True
 * if a shutdown has just stopped a pod: then its end is seen in the next round only.
 */
export function advancePods(execution: Execution, onExit: (node: WorkflowNode) => boolean): boolean {
  let stoppedPods = false;
  for (const node of Object.values(execution.tree.all())) {
    const stopped = isShutDown(execution, { onExit: onExit(node) });
    // What the kubelet tells in the end: the container got SIGTERM.
    if (node.message === stopMessage(execution)) node.message = "main: Error (exit code 143)";
    if (isFulfilled(node)) continue;
    if (node.type === "Pod") advancePod(execution, node, stopped);
    if (node.type === "Pod") stoppedPods ||= stopped;
    if (node.type === "Suspend" && stopped) {
      execution.tree.finish(node, "Failed", `Stopped with strategy '${execution.shutdown}'`);
    }
  }
  return stoppedPods;
}

/** Two spaces: Argo's own text for a pod that runs, as against one that would start. */
function stopMessage({ shutdown }: Execution): string {
  return `workflow shutdown with strategy:  ${shutdown}`;
}

function advancePod(execution: Execution, node: WorkflowNode, stopped: boolean): void {
  const { tree } = execution;
  if (stopped) return void tree.finish(node, "Failed", stopMessage(execution));
  if (node.phase === "Pending") return void (node.phase = "Running");
  const template = execution.templates.get(node.templateName ?? "") ?? {};
  const { exitCode, files = {} } = execution.outcome(template);
  if (exitCode === undefined) return;
  const parameters = outputParameters(template, files);
  node.outputs = { ...(parameters.length > 0 && { parameters }), exitCode: String(exitCode) };
  if (exitCode === 0) tree.finish(node, "Succeeded");
  else tree.finish(node, "Failed", `main: Error (exit code ${exitCode})`);
}

function carrySteps(execution: Execution, place: Place, { node, template }: Started): WorkflowNode {
  const { tree } = execution;
  let before = [node];
  for (const [index, steps] of arrayAt(template, "steps").entries()) {
    const isNew = tree.find(`${place.name}[${index}]`) === undefined;
    const group = carryGroup(execution, place, { node, index, steps: Array.isArray(steps) ? steps : [] });
    if (isNew) { for (const parent of before) tree.link(parent, group); }
    if (!isFulfilled(group)) return node;
    before = tree.outbound(group);
    if (hasFailed(group)) {
      return finishAround(tree, node, { phase: "Failed", message: group.message, ends: before });
    }
  }
  return finishAround(tree, node, { phase: "Succeeded", ends: before });
}

type Around = { phase: "Succeeded" | "Failed"; message?: string | undefined; ends: readonly WorkflowNode[] };

function finishAround(tree: NodeTree, node: WorkflowNode, { phase, message, ends }: Around): WorkflowNode {
  node.outboundNodes = ends.map(({ id }) => id);
  return tree.finish(node, phase, message);
}

type Group = { node: WorkflowNode; index: number; steps: unknown[] };

function carryGroup(execution: Execution, place: Place, { node, index, steps }: Group): WorkflowNode {
  const { tree } = execution;
  const name = `${place.name}[${index}]`;
  const group = tree.find(name) ??
    tree.add({ name, displayName: `[${index}]`, type: "StepGroup", phase: "Running", boundaryID: node.id });
  if (isFulfilled(group)) return group;
  const children = steps.map((step) => {
    const displayName = textAt(step, "name");
    const inside = { name: `${name}.${displayName}`, displayName, template: textAt(step, "template") };
    const child = carryOn(execution, { ...inside, boundaryID: node.id, onExit: place.onExit });
    tree.link(group, child);
    return { child, step };
  });
  if (!children.every(({ child }) => isFulfilled(child))) return group;
  const failed = children.find(({ child, step }) => hasFailed(child) && !continuesOn(step, child));
  return failed
    ? tree.finish(group, "Failed", `child '${failed.child.id}' failed`)
    : tree.finish(group, "Succeeded");
}

function continuesOn(step: unknown, node: WorkflowNode): boolean {
  return valueAt(step, "continueOn", node.phase === "Error" ? "error" : "failed") === true;
}

function carryTasks(execution: Execution, place: Place, { node, template }: Started): WorkflowNode {
  const tasks = arrayAt(template, "dag", "tasks").map((task) => objectAt(task));
  for (const task of inOrder(tasks)) carryTask(execution, place, { node, task, tasks });
  const nodes = tasks.map((task) => execution.tree.find(`${place.name}.${textAt(task, "name")}`));
  if (!nodes.every((each) => each !== undefined && isFulfilled(each))) return node;
  const failed = tasks.some((task, index) => {
    const each = nodes[index];
    return each !== undefined && hasFailed(each) && !continuesOn(task, each);
  });
  const needed = tasks.flatMap(dependenciesOf);
  const last = nodes.filter((each) => each !== undefined && !needed.includes(each.displayName));
  const ends = last.flatMap((each) => each ? execution.tree.outbound(each) : []);
  return finishAround(execution.tree, node, { phase: failed ? "Failed" : "Succeeded", ends });
}

type Task = { node: WorkflowNode; task: JsonObject; tasks: readonly JsonObject[] };

function carryTask(execution: Execution, place: Place, { node, task, tasks }: Task): void {
  const { tree } = execution;
  const displayName = textAt(task, "name");
  const inside = { name: `${place.name}.${displayName}`, displayName, boundaryID: node.id };
  const needed = dependenciesOf(task).map((name) => tree.find(`${place.name}.${name}`));
  if (!needed.every((each) => each !== undefined && isFulfilled(each))) return;
  const before = needed.filter((each) => each !== undefined);
  const isNew = tree.find(inside.name) === undefined;
  const met = before.every((each) => {
    const of = tasks.find((other) => textAt(other, "name") === each.displayName);
    return each.phase === "Succeeded" || (hasFailed(each) && continuesOn(of, each));
  });
  const child = met
    ? carryOn(execution, { ...inside, template: textAt(task, "template"), onExit: place.onExit })
    : tree.find(inside.name) ?? omit(tree, { ...inside, templateName: textAt(task, "template") });
  if (!isNew) return;
  const parents = before.length > 0 ? before.flatMap((each) => tree.outbound(each)) : [node];
  for (const parent of parents) tree.link(parent, child);
}

function omit(
  tree: NodeTree,
  inside: Pick<WorkflowNode, "name" | "displayName" | "templateName" | "boundaryID">,
): WorkflowNode {
  const node = tree.add({ ...inside, type: "Skipped", phase: "Omitted" });
  return tree.finish(node, "Omitted", "omitted: depends condition not met");
}

/** `dependencies`, or the task names in `depends`, each taken as "has succeeded". */
function dependenciesOf(task: JsonObject): string[] {
  const listed = arrayAt(task, "dependencies").map(String);
  const named = textAt(task, "depends").match(/[A-Za-z0-9_-]+(\.[A-Za-z]+)?/g) ?? [];
  return [...listed, ...named.map((name) => name.split(".")[0] ?? "")];
}

function inOrder(tasks: readonly JsonObject[]): JsonObject[] {
  const ordered: JsonObject[] = [];
  const visit = (task: JsonObject, path: readonly JsonObject[]) => {
    if (ordered.includes(task) || path.includes(task)) return;
    for (const name of dependenciesOf(task)) {
      const before = tasks.find((other) => textAt(other, "name") === name);
      if (before) visit(before, [...path, task]);
    }
    ordered.push(task);
  };
  for (const task of tasks) visit(task, []);
  return ordered;
}
