/**
 * The live view of a Workflow.
 *
 * @module
 */
import {
  type Clock,
  type KubeClient,
  type KubeObject,
  type ObjectRef,
  systemClock,
} from "../../src/kube/mod.ts";
import type { Progress, ProgressNode } from "../../src/mod.ts";
import { type ArgoNode, readNodes } from "./nodes.ts";

/** Options of {@linkcode ProgressView}. */
export interface ProgressViewOptions {
  /** Where the nodes are shown. */
  progress: Progress;
  /** Ends it. */
  signal: AbortSignal;
  /** The real clock by default. */
  clock?: Clock;
}

/** Shortest time between two requests for the whole Workflow, milliseconds. */
const ASK_MS = 2_000;
/** Time between two drawings, milliseconds: durations go on without a change. */
const DRAW_MS = 1_000;
/** Nodes that only hold others together. */
const GROUP_TYPES = ["StepGroup", "TaskGroup"];

/** Shows the nodes of one Workflow while it runs. What cannot be read is not shown, and ends nothing. */
export class ProgressView {
  readonly #kube: KubeClient;
  readonly #ref: ObjectRef;
  readonly #options: ProgressViewOptions;
  #isOutdated = true;

  /** Nothing is asked or drawn before `run()`. */
  constructor(kube: KubeClient, ref: ObjectRef, options: ProgressViewOptions) {
    this.#kube = kube;
    this.#ref = ref;
    this.#options = options;
  }

  /** Something has changed: the Workflow is asked for again, before long. */
  changed(): void {
    this.#isOutdated = true;
  }

  /** Shows a whole Workflow. */
  async show(workflow: KubeObject): Promise<void> {
    const { nodes } = await readNodes(workflow);
    this.#options.progress.show(progressNodes([...nodes.values()]));
  }

  /** Asks and draws until the signal ends it. */
  async run(): Promise<void> {
    const { clock = systemClock, progress, signal } = this.#options;
    let askedAt = -Infinity;
    while (!signal.aborted) {
      try {
        if (this.#isOutdated && clock.now() - askedAt >= ASK_MS) {
          askedAt = clock.now();
          this.#isOutdated = false;
          await this.show(await this.#kube.get(this.#ref, { signal }));
        } else {
          progress.show();
        }
        await clock.sleep(DRAW_MS, signal);
      } catch {
        // The wait tells what is wrong; here the next change is another chance.
        await clock.sleep(DRAW_MS, signal).catch(() => {});
      }
    }
  }
}

/** The nodes in the order of their tree, each group's by their start. */
export function progressNodes(nodes: ArgoNode[]): ProgressNode[] {
  const partsOf = Map.groupBy(nodes.toSorted(byStart), ({ boundaryID }) => boundaryID);
  const below = (id: string | undefined, depth: number): ProgressNode[] =>
    (partsOf.get(id) ?? []).flatMap((node) => [
      ...(GROUP_TYPES.includes(node.type) ? [] : [progressNode(node, depth)]),
      ...below(node.id, depth + 1),
    ]);
  return below(undefined, 0);
}

function byStart(a: ArgoNode, b: ArgoNode): number {
  return a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : a.name < b.name ? -1 : 1;
}

function progressNode({ displayName, phase, startedAt, finishedAt }: ArgoNode, depth: number): ProgressNode {
  return {
    name: displayName,
    depth,
    state: phase || "Pending",
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
  };
}
