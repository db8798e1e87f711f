/**
 * Argo Workflows: makes the object from a manifest, and reads the verdict from an object. This module does no I/O.
 *
 * @module
 */
import {
  droppedResults,
  overruledAccount,
  type ParsedWork,
  parseWork,
  shortTtl,
  stopNote,
  without,
  type WorkKind,
} from "../../src/work/mod.ts";
import type { ExecutionContext, JsonObject, WaitForCompletionOutput } from "../../src/mod.ts";
import {
  isJsonObject,
  isNoText,
  type KubeObject,
  objectAt,
  type ObjectMeta,
  objectsAt,
  textAt,
  valueAt,
} from "../../src/kube/mod.ts";
import { checkSpec } from "./check_spec.ts";

/** https://argo-workflows.readthedocs.io/en/latest/fields/#workflowphase */
const PHASE_LABEL = "workflows.argoproj.io/phase";
const COMPLETED_LABEL = "workflows.argoproj.io/completed";
/**
 * Labels that the controller sets at the end. It ignores a new Workflow that already has the label `completed`.
 * https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/common/common.go
 */
const RESULT_LABELS = [COMPLETED_LABEL, PHASE_LABEL, "workflows.argoproj.io/workflow-archiving-status"];

/** The kind of object. */
export const WORKFLOW: WorkKind = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  key: "workflow",
  // The controller fails a Workflow with a longer name: it becomes the value of a label.
  maxNameLength: 63,
  resultLabels: RESULT_LABELS,
};
const FINAL_PHASES = ["Succeeded", "Failed", "Error"];

/**
 * Makes the Workflow of a run from a manifest in any of its three forms: a bare WorkflowSpec, `{workflow: spec}`, or
 * a whole `kind: Workflow`.
 *
 * @throws {InvalidInputError} If the manifest has none of these forms, names another object, or could never run
 */
export function parseWorkflow(manifest: JsonObject, context: ExecutionContext): ParsedWork {
  const { object, warnings } = parseWork(manifest, context, WORKFLOW);
  const unknown = checkSpec(object.spec);
  const { spec, dropped } = withoutResultLabels(object.spec);
  const { serviceAccountName } = context.platform;
  return {
    object: { ...object, spec: { ...spec, serviceAccountName } },
    warnings: [
      ...warnings,
      ...unknown,
      ...dropped,
      ...overruledAccount(spec.serviceAccountName, context),
      ...templateAccounts(spec),
      ...ttlWarnings(spec),
    ],
  };
}

/** The verdict of a whole Workflow: `undefined` while it runs. Success is phase `Succeeded` and nothing else. */
export function workflowOutcome(workflow: KubeObject): WaitForCompletionOutput | undefined {
  const phase = textAt(workflow, "status", "phase");
  if (!FINAL_PHASES.includes(phase)) return undefined;
  const finishedAt = textAt(workflow, "status", "finishedAt");
  const outputs = globalOutputs(workflow);
  const said = [textAt(workflow, "status", "message"), stopNote(workflow.metadata)];
  return {
    ...verdict(phase, said.filter(Boolean).join("; ")),
    ...(finishedAt ? { finishedAt } : {}),
    ...(outputs ? { outputs } : {}),
  };
}

/**
 * The verdict that a Workflow's labels claim. The controller writes them in one update with the phase, but any other
 * client may write them too: only the whole Workflow proves the verdict.
 */
export function outcomeOfLabels({ labels }: ObjectMeta): WaitForCompletionOutput | undefined {
  const phase = labels?.[PHASE_LABEL];
  if (labels?.[COMPLETED_LABEL] !== "true" || phase === undefined || !FINAL_PHASES.includes(phase)) {
    return undefined;
  }
  return verdict(phase, undefined);
}

/** Whether the Workflow itself is suspended, not just a step: the controller ignores it until it is resumed. */
export function isSuspended(workflow: KubeObject): boolean {
  return valueAt(workflow, "spec", "suspend") === true && workflowOutcome(workflow) === undefined;
}

/** Why the controller ignores a Workflow that has not ended; empty if no reason is known. */
export function ignoredNote(workflow: KubeObject): string {
  const isIgnored = workflow.metadata.labels?.[COMPLETED_LABEL] === "true";
  return isIgnored && workflowOutcome(workflow) === undefined
    ? `Argo's controller leaves it alone: its label ${COMPLETED_LABEL} says that it has ended`
    : "";
}

/** What keeps the controller from ending a Workflow that is told to end; `undefined` if nothing does. */
export function holdNote(workflow: KubeObject): string | undefined {
  if (isSuspended(workflow)) return "it is suspended (spec.suspend), and ends when it is resumed";
  return ignoredNote(workflow) || undefined;
}

/** The phase in a Workflow's labels; without this label the controller has not seen the Workflow yet. */
export function phaseOfLabels({ labels }: ObjectMeta): string {
  return labels?.[PHASE_LABEL] ?? "Pending";
}

function verdict(phase: string, message: string | undefined): WaitForCompletionOutput {
  const said = message ? `: ${message}` : "";
  return { finishedSuccessfully: phase === "Succeeded", message: `Workflow ended in phase ${phase}${said}` };
}

/** https://argo-workflows.readthedocs.io/en/latest/variables/#global: outputs with a `globalName`. */
function globalOutputs(workflow: KubeObject): JsonObject | undefined {
  const parameters = objectsAt(workflow, "status", "outputs", "parameters");
  if (parameters.length === 0) return undefined;
  return {
    parameters: Object.fromEntries(parameters.map(({ name, value }) => [String(name), value ?? null])),
  };
}

/** Removes the result labels from `workflowMetadata`: the controller would copy them to the Workflow. */
function withoutResultLabels(spec: JsonObject): { spec: JsonObject; dropped: string[] } {
  const { workflowMetadata } = spec;
  if (!isJsonObject(workflowMetadata)) return { spec, dropped: [] };
  const given = { ...workflowMetadata };
  const dropped = ["labels", "labelsFrom"].flatMap((key) => {
    const found = without(objectAt(given, key), RESULT_LABELS);
    if (found.dropped.length > 0) given[key] = found.kept;
    return droppedResults(`workflowMetadata.${key}`, found.dropped);
  });
  return { spec: { ...spec, workflowMetadata: given }, dropped };
}

function ttlWarnings(spec: JsonObject): string[] {
  return Object.entries(objectAt(spec, "ttlStrategy")).flatMap(([name, seconds]) =>
    shortTtl(`ttlStrategy.${name}`, seconds)
  );
}

/** Warns of templates that run under another account than the context's. */
function templateAccounts(spec: JsonObject): string[] {
  return objectsAt(spec, "templates")
    .filter(({ serviceAccountName }) => !isNoText(serviceAccountName))
    .map(({ name, serviceAccountName }) =>
      `template ${JSON.stringify(name)} runs under its own serviceAccountName ` +
      JSON.stringify(serviceAccountName)
    );
}
