/**
 * What a Workflow looks like, for people.
 *
 * @module
 */
import {
  ApiError,
  type Description,
  type Failure,
  isFault,
  isJsonObject,
  type KubeClient,
  type KubeObject,
  Mask,
  RunError,
  secretsIn,
  type StepInput,
} from "../../src/mod.ts";
import { explainWorkflow } from "./explain.ts";
import { readNodes } from "./nodes.ts";
import { progressNodes } from "./show_progress.ts";
import { phaseOfLabels, workflowOutcome } from "./workflow.ts";

const TYPE = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };

/**
 * The Workflow of the context's name: its nodes, and why it failed or what it waits for.
 *
 * @throws {RunError} `TargetMissing` if there is none, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeWorkflow(kube: KubeClient, input: StepInput): Promise<Description> {
  const { name, platform: { namespace } } = input.context;
  const workflow = await read(kube, { name, namespace }, input.signal);
  const status = isJsonObject(workflow.status) ? workflow.status : {};
  const completed = workflowOutcome(workflow);
  const found = completed?.finishedSuccessfully ? undefined : await why(kube, workflow, input);
  const mask = new Mask();
  mask.hide(secretsIn(workflow.spec));
  const { message, failure } = mask.applyTo({ message: status.message, failure: found });
  const { nodes } = await readNodes(workflow);
  return {
    kind: TYPE.kind,
    name,
    namespace,
    state: typeof status.phase === "string" ? status.phase : phaseOfLabels(workflow.metadata),
    ended: completed !== undefined,
    ...(typeof message === "string" ? { message } : {}),
    nodes: progressNodes([...nodes.values()]),
    ...(failure ? { failure } : {}),
  };
}

async function read(
  kube: KubeClient,
  { name, namespace }: { name: string; namespace: string },
  signal: AbortSignal,
): Promise<KubeObject> {
  try {
    return await kube.get({ ...TYPE, name, namespace }, { signal });
  } catch (error) {
    if (isFault(error, "notFound", "kindMissing")) {
      throw new RunError("TargetMissing", error.message, { cause: error });
    }
    if (isFault(error, "forbidden", "unauthorized")) {
      throw new RunError("NotAllowed", error.message, { cause: error });
    }
    if (error instanceof ApiError) throw new RunError("ApiUnreachable", error.message, { cause: error });
    throw error;
  }
}

async function why(kube: KubeClient, workflow: KubeObject, input: StepInput): Promise<Failure> {
  const { name = "", namespace = "", uid = "" } = workflow.metadata;
  const object = { ...TYPE, name, namespace, uid, adopted: true };
  return await explainWorkflow(kube, { ...input, started: { status: {}, object } });
}
