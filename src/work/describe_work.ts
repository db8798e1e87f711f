/**
 * Describes work that is one object.
 *
 * @module
 */
import { Mask, secretsIn } from "../io/secrets.ts";
import type { KubeClient, KubeObject, ResourceType } from "../kube/client.ts";
import type { Description, DiagnoseInput, Diagnosis, StepInput, WaitForCompletionOutput } from "../runner.ts";
import { readWork, workRef } from "./work_ref.ts";

/** The functions for one kind of object. */
export interface DescribeWorkOptions {
  /** The kind. */
  type: ResourceType;
  /** The verdict that a whole object shows; `undefined` while the work runs. */
  outcome: (object: KubeObject) => WaitForCompletionOutput | undefined;
  /** The object's own state and message. */
  view: (object: KubeObject) => WorkView | Promise<WorkView>;
  /** Finds out why the work failed, or what it waits for. */
  diagnose: (input: DiagnoseInput) => Promise<Diagnosis | undefined>;
  /** As in `ObjectRunnerOptions`. */
  podSelectorOf?: ((object: KubeObject) => string | undefined) | undefined;
}

/** The object's own state, message and steps. */
export type WorkView = Pick<Description, "state" | "message" | "nodes">;

/**
 * Describes the object of the context's name: its steps, and why it failed or what it waits for. It hides the secrets
 * in the object's spec.
 *
 * @throws {RunError} `TargetMissing` if there is no such object, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function describeWork(
  kube: KubeClient,
  input: StepInput,
  { type, outcome, view, diagnose, podSelectorOf }: DescribeWorkOptions,
): Promise<Description> {
  const { name, platform: { namespace } } = input.context;
  const { apiVersion, kind } = type;
  const object = await readWork(kube, { apiVersion, kind, name, namespace }, input);
  const completed = outcome(object);
  const ref = { ...workRef(kube, { object, adopted: true }), podSelector: podSelectorOf?.(object) };
  const failure = completed?.finishedSuccessfully
    ? undefined
    : await diagnose({ ...input, started: { status: {}, object: ref }, completed });
  const { state, message, nodes } = await view(object);
  const mask = new Mask();
  mask.hide(secretsIn(object.spec));
  return {
    kind,
    name,
    namespace,
    state,
    ended: completed !== undefined,
    message: message && mask.apply(message),
    // A step's name may contain the item that it works on, which may be secret.
    nodes: nodes.map((node) => ({ ...node, name: mask.apply(node.name) })),
    failure: failure && mask.applyToFailure(failure),
  };
}
