/**
 * Argo Workflows: from a manifest to an object, and from an object to its verdict. Nothing here touches a cluster.
 *
 * @module
 */
import {
  type ExecutionContext,
  InvalidInputError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type KubeObject,
  nameProblem,
  type ObjectMeta,
  STOPPED_BY_ANNOTATION,
  type WaitForCompletionOutput,
} from "../../src/mod.ts";
import { checkSpec } from "./check_spec.ts";

/** What is made of a manifest. */
export interface ParsedWorkflow {
  /** The Workflow as it is to be created. */
  workflow: KubeObject;
  /** What in the manifest is overruled or dropped, one line each. */
  warnings: string[];
}

const API_VERSION = "argoproj.io/v1alpha1";
const KIND = "Workflow";
/** The controller fails a Workflow with a longer name: it becomes the value of a label. */
const MAX_NAME_LENGTH = 63;
/** https://argo-workflows.readthedocs.io/en/latest/fields/#workflowphase */
const PHASE_LABEL = "workflows.argoproj.io/phase";
const COMPLETED_LABEL = "workflows.argoproj.io/completed";
/** A Workflow that is deleted sooner after its end can be gone before a run looks at it again. */
const SAFE_TTL_SECONDS = 60;
const FINAL_PHASES = ["Succeeded", "Failed", "Error"];
/** Fields of metadata that are the API server's or the context's, not the manifest's. */
const FOREIGN_METADATA = [
  "uid",
  "resourceVersion",
  "ownerReferences",
  "finalizers",
  "creationTimestamp",
  "generation",
];

/**
 * Makes the Workflow of a run from a manifest in any of its three forms: a bare WorkflowSpec, `{workflow: spec}`, or
 * a whole `kind: Workflow`.
 *
 * @throws {InvalidInputError} If the manifest is none of them, names another object, or could never run
 */
export function parseWorkflow(manifest: JsonObject, context: ExecutionContext): ParsedWorkflow {
  const problem = nameProblem(context.name, MAX_NAME_LENGTH);
  if (problem) throw new InvalidInputError(`the name of a Workflow: ${problem}`);
  const warnings: string[] = [];
  const { metadata, spec } = partsOf(manifest, context, warnings);
  checkSpec(spec);
  const { serviceAccountName } = context.platform;
  warnings.push(...accountWarnings(spec, serviceAccountName), ...ttlWarnings(spec));
  const workflow: KubeObject = {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { ...metadata, name: context.name, namespace: context.platform.namespace },
    spec: { ...spec, serviceAccountName },
  };
  return { workflow, warnings };
}

/** The verdict of a whole Workflow: `undefined` while it runs. Success is phase `Succeeded` and nothing else. */
export function workflowOutcome(workflow: KubeObject): WaitForCompletionOutput | undefined {
  const status = isJsonObject(workflow.status) ? workflow.status : {};
  const { phase, message, finishedAt } = status;
  if (typeof phase !== "string" || !FINAL_PHASES.includes(phase)) return undefined;
  const outputs = globalOutputs(status);
  const stoppedBy = workflow.metadata.annotations?.[STOPPED_BY_ANNOTATION];
  const said = [
    typeof message === "string" ? message : "",
    stoppedBy ? `stopped by the runner (${stoppedBy})` : "",
  ];
  return {
    ...verdict(phase, said.filter((part) => part !== "").join("; ")),
    ...(typeof finishedAt === "string" ? { finishedAt } : {}),
    ...(outputs ? { outputs } : {}),
  };
}

/** The verdict that a Workflow's labels show. The controller writes them in one update with the phase. */
export function outcomeOfLabels({ labels }: ObjectMeta): WaitForCompletionOutput | undefined {
  const phase = labels?.[PHASE_LABEL];
  if (labels?.[COMPLETED_LABEL] !== "true" || phase === undefined || !FINAL_PHASES.includes(phase)) {
    return undefined;
  }
  return verdict(phase, undefined);
}

/** The phase that a Workflow's labels show; the controller has not seen it yet where there is none. */
export function phaseOfLabels({ labels }: ObjectMeta): string {
  return labels?.[PHASE_LABEL] ?? "Pending";
}

function verdict(phase: string, message: string | undefined): WaitForCompletionOutput {
  const said = message ? `: ${message}` : "";
  return { finishedSuccessfully: phase === "Succeeded", message: `Workflow ended in phase ${phase}${said}` };
}

/** https://argo-workflows.readthedocs.io/en/latest/variables/#global: outputs with a `globalName`. */
function globalOutputs(status: JsonObject): JsonObject | undefined {
  const outputs = isJsonObject(status.outputs) ? status.outputs : {};
  const parameters = Array.isArray(outputs.parameters) ? outputs.parameters.filter(isJsonObject) : [];
  if (parameters.length === 0) return undefined;
  return {
    parameters: Object.fromEntries(parameters.map(({ name, value }) => [String(name), value ?? null])),
  };
}

interface Parts {
  metadata: JsonObject;
  spec: JsonObject;
}

function partsOf(manifest: JsonObject, context: ExecutionContext, warnings: string[]): Parts {
  if ("kind" in manifest || "apiVersion" in manifest) return partsOfWhole(manifest, context, warnings);
  if (!("workflow" in manifest)) return { metadata: {}, spec: manifest };
  const others = Object.keys(manifest).filter((key) => key !== "workflow");
  if (others.length > 0) {
    throw new InvalidInputError(`the manifest has beside workflow the unknown ${others.join(", ")}`);
  }
  return { metadata: {}, spec: objectAt(manifest.workflow, "workflow") };
}

function partsOfWhole(manifest: JsonObject, context: ExecutionContext, warnings: string[]): Parts {
  const { apiVersion, kind } = manifest;
  if (kind !== KIND || apiVersion !== API_VERSION) {
    throw new InvalidInputError(
      `the manifest is a ${text(kind)} of ${text(apiVersion)}, expected a ${KIND} of ${API_VERSION}`,
    );
  }
  if ("status" in manifest) warnings.push("the manifest's status is dropped");
  const metadata = objectAt(manifest.metadata ?? {}, "metadata");
  checkSame(metadata.name, context.name, "metadata.name");
  checkSame(metadata.namespace, context.platform.namespace, "metadata.namespace");
  const foreign = FOREIGN_METADATA.filter((key) => key in metadata);
  if (foreign.length > 0) {
    throw new InvalidInputError(`the manifest has metadata.${foreign.join(", metadata.")}, expected none`);
  }
  if ("generateName" in metadata) warnings.push("the manifest's metadata.generateName is dropped");
  return {
    metadata: { ...textsAt(metadata, "labels"), ...textsAt(metadata, "annotations") },
    spec: objectAt(manifest.spec, "spec"),
  };
}

/** Labels or annotations: texts by texts. */
function textsAt(metadata: JsonObject, key: "labels" | "annotations"): JsonObject {
  const texts = metadata[key];
  if (texts === undefined || texts === null) return {};
  if (isJsonObject(texts) && Object.values(texts).every((value) => typeof value === "string")) {
    return { [key]: texts };
  }
  throw new InvalidInputError(`the manifest has metadata.${key} that are not texts by names`);
}

function checkSame(given: JsonValue | undefined, expected: string, path: string): void {
  if (given !== undefined && given !== expected) {
    throw new InvalidInputError(
      `the manifest has ${path} ${text(given)}, expected the context's ${text(expected)} or none`,
    );
  }
}

function objectAt(value: JsonValue | undefined, path: string): JsonObject {
  if (!isJsonObject(value)) {
    throw new InvalidInputError(`the manifest has no object at ${path}, expected a WorkflowSpec`);
  }
  return value;
}

/** Times after the end that are so short that a run may look too late, and never learn the verdict. */
function ttlWarnings(spec: JsonObject): string[] {
  const times = isJsonObject(spec.ttlStrategy) ? Object.entries(spec.ttlStrategy) : [];
  return times
    .filter(([, seconds]) => typeof seconds === "number" && seconds < SAFE_TTL_SECONDS)
    .map(([name, seconds]) =>
      `the manifest's ttlStrategy.${name} is ${seconds}: a run that is cut off for that long learns no verdict, ` +
      `${SAFE_TTL_SECONDS} or more are safer`
    );
}

/** Accounts in the manifest that the work will not or not everywhere run under. */
function accountWarnings(spec: JsonObject, serviceAccountName: string): string[] {
  const warnings: string[] = [];
  const overruled = spec.serviceAccountName;
  if (overruled !== undefined && overruled !== serviceAccountName) {
    warnings.push(
      `the manifest's serviceAccountName ${text(overruled)} is overruled by ${text(serviceAccountName)}`,
    );
  }
  const templates = Array.isArray(spec.templates) ? spec.templates.filter(isJsonObject) : [];
  for (const { name, serviceAccountName: own } of templates) {
    if (own !== undefined) {
      warnings.push(`template ${text(name)} runs under its own serviceAccountName ${text(own)}`);
    }
  }
  return warnings;
}

function text(value: JsonValue | undefined): string {
  return value === undefined ? "unknown kind or version" : JSON.stringify(value);
}
