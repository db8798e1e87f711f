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
  /** The view that shows the nodes. */
  progress: Progress;
  /** Ends the view. */
  signal: AbortSignal;
  /** The real clock by default. */
  clock?: Clock;
}

/** Minimum time between two requests for the whole Workflow, milliseconds. */
const ASK_MS = 2_000;
/** Time between two drawings, milliseconds: the shown durations grow even if nothing else changes. */
const DRAW_MS = 1_000;
/** Types of nodes that only group other nodes. */
const GROUP_TYPES = ["StepGroup", "TaskGroup"];

/** Shows the nodes of one Workflow while it runs. If the Workflow cannot be read, the view stays as it is. */
export class ProgressView {
  readonly #kube: KubeClient;
  readonly #ref: ObjectRef;
  readonly #options: ProgressViewOptions;
  #isOutdated = true;

  /** Sends no request and draws nothing before `run()`. */
  constructor(kube: KubeClient, ref: ObjectRef, options: ProgressViewOptions) {
    this.#kube = kube;
    this.#ref = ref;
    this.#options = options;
  }

  /** Notes a change: the view soon reads the Workflow again. */
  changed(): void {
    this.#isOutdated = true;
  }

  /** Shows a whole Workflow. */
  async show(workflow: KubeObject): Promise<void> {
    const { nodes } = await readNodes(workflow);
    this.#options.progress.show(progressNodes([...nodes.values()]));
  }

  /** Reads and draws until the signal is aborted. */
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
        // The wait reports the error; this view reads again after the next change.
        await clock.sleep(DRAW_MS, signal).catch(() => {});
      }
    }
  }
}

/** The nodes in tree order, the nodes of each group by their start. */
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
