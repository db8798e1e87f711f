/**
 * Finds out what holds a Workflow up.
 *
 * @module
 */
import {
  aHold,
  type Hold,
  listPodsUnderWay,
  newestEvent,
  podHolds,
  type PodsUnderWay,
  readWarnings,
  unlessForbidden,
} from "../../src/pods/mod.ts";
import { type KubeClient, type KubeObject, textAt } from "../../src/kube/mod.ts";
import type { WaitTarget } from "../../src/mod.ts";
import { heldNodes, workflowHold } from "./holds.ts";
import { type ArgoNode, podNameOf, podsOf, readNodes } from "./nodes.ts";
import { EXECUTORS, workersOf } from "./pods.ts";
import { workflowOutcome } from "./workflow.ts";

/** The known facts about a running Workflow. */
export interface KnownWorkflow extends PodsUnderWay {
  /** The whole Workflow. */
  workflow: KubeObject;
  /** Its nodes by their ids. */
  nodes: Map<string, ArgoNode>;
  /** The API server's clock, milliseconds since 1970. */
  nowMs: number;
}

/** The node's message while its pod is merely still starting. */
const STARTING = ["PodInitializing", "ContainerCreating"];
/** `find()` reads the whole Workflow, which may be large, at least at every fifth call, even while its pods run. */
const CALLS_PER_READ = 5;

/** Finds what holds one Workflow up, at each call of `find()`. */
export class WorkflowHolds {
  readonly #kube: KubeClient;
  readonly #target: WaitTarget;
  #reads = 0;
  #hadHolds = false;

  /** Sends no request before `find()`. */
  constructor(kube: KubeClient, target: WaitTarget) {
    this.#kube = kube;
    this.#target = target;
  }

  /**
   * Finds what holds the Workflow up. It sends one request for the pods, and one for each pod that starts slowly. It
   * reads the Workflow itself at the first call, now and then, while no pod runs, and after a call that found a hold;
   * and it reads the Workflow's events if nothing else explains the hold.
   */
  async find(signal: AbortSignal): Promise<Hold[]> {
    const known = await listPodsUnderWay(this.#kube, podsOf(this.#target), signal);
    const nowMs = this.#kube.serverNow();
    const isDue = this.#reads % CALLS_PER_READ === 0 || this.#hadHolds || !someRun(known, nowMs);
    this.#reads += 1;
    const holds = isDue ? await this.#findInWorkflow(known, signal) : podsHolds(known, nowMs);
    this.#hadHolds = holds.length > 0;
    return holds;
  }

  async #findInWorkflow(known: PodsUnderWay, signal: AbortSignal): Promise<Hold[]> {
    const workflow = await this.#kube.get(this.#target, { signal });
    const nowMs = this.#kube.serverNow();
    const { nodes } = await readNodes(workflow);
    const holds = workflowHolds({ ...known, workflow, nodes, nowMs });
    if (holds.length > 0 || known.pods.length > 0 || workflowOutcome(workflow)) return holds;
    const events = await unlessForbidden(() => readWarnings(this.#kube, this.#target, signal));
    const event = newestEvent(events ?? [], this.#target.uid, () => true);
    if (!event) return [];
    const { kind, name } = this.#target;
    return [
      aHold({ reason: textAt(event, "reason"), message: textAt(event, "message"), held: { kind, name } }),
    ];
  }
}

function someRun({ pods, events }: PodsUnderWay, nowMs: number): boolean {
  const running = pods.filter((pod) => textAt(pod, "status", "phase") === "Running");
  return podsHolds({ pods: running, events, areKnown: true }, nowMs).length < running.length;
}

function podsHolds(known: PodsUnderWay, nowMs: number): Hold[] {
  return podHolds(known, { nowMs, executors: EXECUTORS, workers: workersOf });
}

/** Everything that holds a Workflow up, by its own state, its nodes and its pods. */
export function workflowHolds(known: KnownWorkflow): Hold[] {
  const { areKnown, nodes, nowMs, pods, workflow } = known;
  if (workflowOutcome(workflow)) return [];
  const own = workflowHold(workflow, nowMs);
  const names = pods.map(({ metadata }) => metadata.name);
  const ofNodes = heldNodes(workflow, nodes)
    .filter(({ node, hold }) => {
      if (node.type !== "Pod") return true;
      // If the pod exists, its own status says more.
      return !STARTING.includes(hold.reason) && !(areKnown && names.includes(podNameOf(workflow, node)));
    })
    .map(({ hold }) => hold);
  return [...own ? [own] : [], ...ofNodes, ...podsHolds(known, nowMs)];
}
