/**
 * Diagnoses why a Workflow failed, or what it waits for.
 *
 * @module
 */
import type { DiagnoseInput, Diagnosis } from "../../src/mod.ts";
import { explainPod, type PodFindings, saidOfHold } from "../../src/pods/mod.ts";
import { type KubeClient, type KubeObject, textAt } from "../../src/kube/mod.ts";
import { executorLines } from "./executor_lines.ts";
import { heldNodes, workflowHold } from "./holds.ts";
import { type ArgoNode, podNameOf, readNodes } from "./nodes.ts";
import { EXECUTORS, MAIN, workersOf } from "./pods.ts";
import { rootCause, stepName, waitedFor } from "./root_cause.ts";
import { workflowOutcome } from "./workflow.ts";

/** What the Workflow itself says about the cause, without its pod. */
type Said = Pick<Diagnosis, "container" | "exitCode" | "reason" | "message">;

/** `main: Error (exit code 3): more`: https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/controller/operator.go `inferFailedReason` */
const CONTAINER_MESSAGE = /^(\S+): (\w+) \(exit code (\d+)\)(?:: ?([^]*))?$/;

/**
 * Why a Workflow failed, or what it waits for if it has not ended. It sends at most five requests: for the Workflow, the
 * pod of the node that is the cause, its events, and one or two logs. Only the first is required; without permission for
 * another request the diagnosis has less detail.
 *
 * @throws {ApiError} If the Workflow cannot be read
 */
export async function diagnoseWorkflow(
  kube: KubeClient,
  { started, context, signal }: DiagnoseInput,
): Promise<Diagnosis> {
  const { kind, name, namespace, uid } = started.object!;
  const workflow = await kube.get(started.object!, { signal });
  if (workflow.metadata.uid !== uid) throw new Error(`another ${kind} has taken the name "${name}"`);
  const { nodes, notRead } = await readNodes(workflow);
  const isEnded = workflowOutcome(workflow) !== undefined;
  const cause = isEnded ? undefined : whatIsWaitedFor(workflow, nodes);
  const own = workflowHold(workflow, kube.serverNow());
  // In a suspended Workflow, existing pods go on.
  const podGoesOn = cause?.node.type === "Pod" && own?.reason === "Suspended";
  if (own && !podGoesOn) return withNotRead(saidOfHold(own), notRead);
  const failed = cause ? undefined : rootCause(nodes, name);
  const node = cause?.node ?? failed?.node;
  if (!node) return withNotRead(saidOfWorkflow(workflow), notRead);
  const pod = node.type === "Pod"
    ? await explainPod(kube, { name: podNameOf(workflow, node), namespace }, {
      signal,
      logTailLines: context.logTailLines,
      isOwn: (pod) => isOwnedBy(pod, uid),
      mainContainer: MAIN,
      executors: EXECUTORS,
      workers: workersOf,
      noise: executorLines,
      waits: !isEnded,
    })
    : undefined;
  const failure = merged(cause?.said ?? saidOfNode(node), pod, failed?.others ?? 0);
  return withNotRead({ node: stepName(nodes, node), ...failure }, notRead);
}

/** The node that a running Workflow waits for, and why. */
function whatIsWaitedFor(
  workflow: KubeObject,
  nodes: Map<string, ArgoNode>,
): { node: ArgoNode; said: Said } | undefined {
  const [held] = heldNodes(workflow, nodes);
  if (held) return { node: held.node, said: saidOfHold(held.hold) };
  const node = waitedFor(nodes);
  return node && { node, said: saidOfWait(node) };
}

function isOwnedBy({ metadata: { ownerReferences = [] } }: KubeObject, uid: string): boolean {
  return ownerReferences.some((owner) => owner.uid === uid);
}

/** The Workflow's own message, for a Workflow that the controller refused: no node says more. */
function saidOfWorkflow(workflow: KubeObject): Said {
  const message = textAt(workflow, "status", "message");
  return { reason: textAt(workflow, "status", "phase"), ...(message ? { message } : {}) };
}

function saidOfNode(node: ArgoNode): Said {
  const { message = "", phase, exitCode } = node;
  const [, container, reason, code, more] = CONTAINER_MESSAGE.exec(message) ?? [];
  if (container !== undefined && reason !== undefined) {
    return { container, reason, exitCode: Number(code), ...(more ? { message: more } : {}) };
  }
  return {
    reason: phase,
    ...(exitCode ? { exitCode } : {}),
    ...(message ? { message } : {}),
  };
}

/** What the diagnosis says about a node that nothing holds up. */
function saidOfWait({ phase, startedAt }: ArgoNode): Said {
  return phase === "Pending" ? { reason: phase } : { reason: "Running", message: `runs since ${startedAt}` };
}

/** The pod's own status says more than the controller's summary of it. */
function merged(said: Said, pod: PodFindings | undefined, others: number): Diagnosis {
  const texts = [said.message, pod?.message, othersText(others)]
    .filter((text) => text !== undefined);
  const message = texts.filter((text, index) => !isRepeated(text, texts, index)).join("; ");
  const { message: _said, ...ofNode } = said;
  const { message: _found, ...ofPod } = pod ?? {};
  // Container, code and reason must come from the same source.
  return { ...(pod?.reason ? {} : ofNode), ...ofPod, ...(message === "" ? {} : { message }) };
}

function othersText(others: number): string | undefined {
  if (others === 0) return undefined;
  return others === 1 ? "1 other step failed as well" : `${others} other steps failed as well`;
}

function isRepeated(text: string, texts: string[], index: number): boolean {
  return texts.some((other, at) => at !== index && other.includes(text) && (other !== text || at < index));
}

function withNotRead(failure: Diagnosis, notRead: string[]): Diagnosis {
  const all = [...notRead, ...failure.notRead ?? []];
  return all.length > 0 ? { ...failure, notRead: all } : failure;
}
