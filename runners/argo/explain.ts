/**
 * Why a Workflow failed, or what it waits for.
 *
 * @module
 */
import {
  type ExplainInput,
  explainPod,
  type Failure,
  type KubeClient,
  type KubeObject,
  type PodFindings,
  textAt,
} from "../../src/mod.ts";
import { type ArgoNode, hasFailed, podNameOf, readNodes } from "./nodes.ts";
import { rootCause, stepName, waitedFor } from "./root_cause.ts";
import { ignoredNote, isSuspended, workflowOutcome } from "./workflow.ts";

/** What is said without a look at the pod. */
type Said = Pick<Failure, "container" | "exitCode" | "reason" | "message">;

/** `main: Error (exit code 3): more`: https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/controller/operator.go `inferFailedReason` */
const CONTAINER_MESSAGE = /^(\S+): (\w+) \(exit code (\d+)\)(?:: ?([^]*))?$/;
/** `ImagePullBackOff: more`, of a pod that has not started. */
const PENDING_MESSAGE = /^([A-Z]\w+)(?:: ([^]*))?$/;
const MAIN_CONTAINER = "main";
const EXECUTOR_CONTAINERS = ["init", "wait"];
/** Lines that Argo's executor writes into the log of the container that it runs. */
const EXECUTOR_LINE = / argo=true( |$)|^Error: exit status \d+$/;

/**
 * Why a Workflow failed, or what it waits for if it has not ended. At most five requests: the Workflow, the pod of the
 * node that is the cause, its events, and one or two logs. Without the permission for any but the first it says less.
 *
 * @throws {ApiError} If the Workflow cannot be read
 */
export async function explainWorkflow(
  kube: KubeClient,
  { started, context, signal }: ExplainInput,
): Promise<Failure> {
  const { kind, name, namespace, uid } = started.object!;
  const workflow = await kube.get(started.object!, { signal });
  if (workflow.metadata.uid !== uid) throw new Error(`another ${kind} has taken the name "${name}"`);
  const { nodes, notRead } = await readNodes(workflow);
  const cause = workflowOutcome(workflow) ? undefined : heldBy(workflow, nodes);
  const failed = cause ? undefined : rootCause(nodes, name);
  const node = cause ?? failed?.node;
  if (!node) return withNotRead(saidOfWorkflow(workflow), notRead);
  const pod = node.type === "Pod"
    ? await explainPod(kube, { name: podNameOf(workflow, node), namespace }, {
      signal,
      logTailLines: context.logTailLines,
      isOwn: (pod) => isOwnedBy(pod, uid),
      mainContainer: MAIN_CONTAINER,
      noLogOf: EXECUTOR_CONTAINERS,
      isNoise: (line) => EXECUTOR_LINE.test(line),
    })
    : undefined;
  const failure = merged(saidOfNode(node), pod, failed?.others ?? 0);
  return withNotRead({ node: stepName(nodes, node), ...failure }, notRead);
}

/** The node that a Workflow under way waits for; `undefined` where the Workflow itself is what is held up. */
function heldBy(workflow: KubeObject, nodes: Map<string, ArgoNode>): ArgoNode | undefined {
  const node = waitedFor(nodes);
  // Pods that have been made go on in a suspended Workflow, and in one that the controller leaves alone.
  const isHeld = isSuspended(workflow) || ignoredNote(workflow) !== "";
  return isHeld && node?.type !== "Pod" ? undefined : node;
}

function isOwnedBy({ metadata: { ownerReferences = [] } }: KubeObject, uid: string): boolean {
  return ownerReferences.some((owner) => owner.uid === uid);
}

/** Where no node tells more: a Workflow that the controller refused, or has not taken up. */
function saidOfWorkflow(workflow: KubeObject): Said {
  if (isSuspended(workflow)) {
    return { reason: "Suspended", message: "waits to be resumed: spec.suspend is true" };
  }
  const phase = textAt(workflow, "status", "phase");
  const reason = phase || "Pending";
  const message = textAt(workflow, "status", "message") || (phase && ignoredNote(workflow));
  if (message) return { reason, message };
  return reason === "Pending" ? { reason, message: "Argo's controller has not taken it up" } : { reason };
}

function saidOfNode(node: ArgoNode): Said {
  const { message = "", phase, exitCode } = node;
  if (!hasFailed(node)) return saidOfWait(node);
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

function saidOfWait({ type, phase, message = "", startedAt }: ArgoNode): Said {
  if (type === "Suspend") return { reason: "Suspended", message: `waits since ${startedAt} to be resumed` };
  if (phase !== "Pending") return { reason: "Running", message: `runs since ${startedAt}` };
  const [, reason, more] = PENDING_MESSAGE.exec(message) ?? [];
  if (reason !== undefined) return { reason, ...(more ? { message: more } : {}) };
  return { reason: "Pending", ...(message ? { message } : {}) };
}

/** The pod's own status knows more than what the controller made of it. */
function merged(said: Said, pod: PodFindings | undefined, others: number): Failure {
  const texts = [said.message, pod?.message, othersText(others)]
    .filter((text) => text !== undefined);
  const message = texts.filter((text, index) => !isRepeated(text, texts, index)).join("; ");
  const { message: _said, ...ofNode } = said;
  const { message: _found, ...ofPod } = pod ?? {};
  // Container, code and reason belong together.
  return { ...(pod?.reason ? {} : ofNode), ...ofPod, ...(message === "" ? {} : { message }) };
}

function othersText(others: number): string | undefined {
  if (others === 0) return undefined;
  return others === 1 ? "1 other step failed as well" : `${others} other steps failed as well`;
}

function isRepeated(text: string, texts: string[], index: number): boolean {
  return texts.some((other, at) => at !== index && other.includes(text) && (other !== text || at < index));
}

function withNotRead(failure: Failure, notRead: string[]): Failure {
  const all = [...notRead, ...failure.notRead ?? []];
  return all.length > 0 ? { ...failure, notRead: all } : failure;
}
