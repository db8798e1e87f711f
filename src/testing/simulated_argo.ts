/**
 * A simulated Argo controller: it carries the Workflows of an embedded API on, without running anything.
 *
 * @module
 */
import { arrayAt, type JsonObject, objectAt, textAt } from "../text/json.ts";
import type { ApiObject, StoredObject } from "./api/objects/api_object.ts";
import type { WorkflowNode } from "./argo_nodes.ts";
import { operate } from "./argo_operator.ts";
import { type ContainerOutcome, containerOutcome } from "./argo_outcome.ts";
import { podOf } from "./argo_pods.ts";
import { resolveSpec } from "./argo_spec.ts";
import type { EmbeddedApi } from "./api/embedded_api.ts";
import { sameJson } from "./api/objects/merge_patch.ts";
import { apiTime } from "./api/objects/object_writes.ts";
import { realTimer, type Timer } from "./api/timer.ts";

/** How the simulated controller works. */
export interface SimulatedArgoOptions {
  /** Milliseconds from a change of a Workflow to the controller's next step. Default 5; 0 is allowed. */
  stepMs?: number;
  /** How a template's container ends; undefined: by the rules of {@link containerOutcome}. */
  outcome?: (template: JsonObject) => ContainerOutcome | undefined;
  /** Whether to begin with phase Pending, as Argo does where its parallelism is reached. Default false. */
  startPending?: boolean;
  /** Whether to make pods with their logs. Default true. */
  pods?: boolean;
  /** What waits between steps. Default `setTimeout`. */
  timer?: Timer;
}

/** A running simulated controller. */
export interface SimulatedArgo {
  /** Resolves once no Workflow is left that can go on without somebody's help. */
  idle(): Promise<void>;
  /** Stops it; what runs stays as it is. */
  close(): void;
}

/**
 * Starts a simulated controller on the API. A Workflow goes from no phase to Running, each pod from Pending to Running
 * to its end, one phase a step; {@link containerOutcome} says how a container ends. Steps and DAG tasks keep their
 * order; `suspend` waits; `shutdown` stops or terminates; `onExit` runs; a bad spec fails with Argo's words.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { embeddedApi, simulatedArgo } from "@action-runner/core/testing";
 *
 * const api = embeddedApi();
 * const argo = simulatedArgo(api, { stepMs: 0 });
 * const template = { name: "main", container: { image: "busybox", command: ["false"] } };
 * api.create("Workflow", { metadata: { name: "x", namespace: "default" }, spec: { entrypoint: "main", templates: [template] } });
 * await argo.idle();
 * assertEquals(api.find("Workflow", "default", "x")?.status?.phase, "Failed");
 * argo.close();
 * ```
 */
export function simulatedArgo(api: EmbeddedApi, options: SimulatedArgoOptions = {}): SimulatedArgo {
  return new Controller(api, options);
}

class Controller implements SimulatedArgo {
  readonly #api: EmbeddedApi;
  readonly #options: SimulatedArgoOptions;
  readonly #planned = new Map<string, () => void>();
  readonly #waiting: (() => void)[] = [];
  readonly #unsubscribe: () => void;

  constructor(api: EmbeddedApi, options: SimulatedArgoOptions) {
    this.#api = api;
    this.#options = options;
    this.#unsubscribe = api.observe(({ type, object }) => {
      if (object.kind === "Workflow" && type !== "DELETED") this.#plan(object);
    });
    for (const workflow of api.objects("Workflow")) this.#plan(workflow);
  }

  idle(): Promise<void> {
    if (this.#planned.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  close(): void {
    this.#unsubscribe();
    for (const cancel of this.#planned.values()) cancel();
    this.#planned.clear();
    this.#wake();
  }

  #plan({ metadata: { namespace = "", name } }: StoredObject): void {
    const key = `${namespace}/${name}`;
    if (this.#planned.has(key)) return;
    const { timer = realTimer, stepMs = 5 } = this.#options;
    const step = () => {
      this.#planned.delete(key);
      this.#step(namespace, name);
      if (this.#planned.size === 0) this.#wake();
    };
    this.#planned.set(key, timer(step, stepMs));
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #step(namespace: string, name: string): void {
    const workflow = this.#api.find("Workflow", namespace, name);
    if (!workflow) return;
    const next = this.#next(workflow);
    if (sameJson(next, workflow)) return;
    if (this.#options.pods ?? true) this.#writePods(next);
    this.#api.put("Workflow", next);
  }

  #next(workflow: StoredObject): StoredObject {
    if (this.#options.startPending && workflow.status === undefined) return pending(workflow);
    return operate(workflow, {
      now: apiTime(this.#api.now()),
      findTemplate: (name) => this.#findTemplate(workflow, name),
      outcome: (template) => this.#outcome(template),
    });
  }

  #findTemplate(workflow: StoredObject, name: string): StoredObject | undefined {
    return this.#api.find("WorkflowTemplate", workflow.metadata.namespace ?? "", name);
  }

  #outcome(template: JsonObject): ContainerOutcome {
    return this.#options.outcome?.(template) ?? containerOutcome(template);
  }

  #writePods(workflow: StoredObject): void {
    const resolved = resolveSpec(workflow, (name) => this.#findTemplate(workflow, name));
    const templates = "spec" in resolved
      ? arrayAt(resolved.spec, "templates").map((each) => objectAt(each))
      : [];
    const nodes = Object.values(objectAt(workflow.status, "nodes")) as WorkflowNode[];
    for (const node of nodes.filter(({ type }) => type === "Pod")) {
      const template = templates.find((each) => textAt(each, "name") === node.templateName) ?? {};
      const outcome = this.#outcome(template);
      const { namespace, name } = this.#writePod(podOf(workflow, node, template, outcome));
      this.#api.setLog({ namespace, pod: name }, outcome.log ?? "");
    }
  }

  #writePod(pod: ApiObject): { namespace: string; name: string } {
    const { namespace = "", name = "", labels = {} } = pod.metadata ?? {};
    const isThere = this.#api.find("Pod", namespace, name) !== undefined;
    if (isThere) {
      this.#api.patch("Pod", namespace, name, {
        metadata: { labels },
        ...(pod.status && { status: pod.status }),
      });
    } else this.#api.create("Pod", pod);
    return { namespace, name };
  }
}

function pending(workflow: StoredObject): StoredObject {
  const labels = {
    ...workflow.metadata.labels,
    "workflows.argoproj.io/phase": "Pending",
    "workflows.argoproj.io/completed": "false",
  };
  const message = "Workflow processing has been postponed because too many workflows are already running";
  const status = { phase: "Pending", startedAt: null, finishedAt: null, message };
  return { ...workflow, metadata: { ...workflow.metadata, labels }, status };
}
