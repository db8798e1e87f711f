/**
 * Manifests, and the objects that an engine makes around a run.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { eventually, type Space } from "./cluster.ts";
import { type AnyObject, create, find, read } from "./objects.ts";

/** The image of every container: one that is on the node, since nothing may be pulled. */
export const BUSYBOX = Deno.env.get("E2E_BUSYBOX_IMAGE") ?? "localhost/busybox:1";

/** How long the controller may take to begin or end something, milliseconds. */
const CONTROLLER_MS = 90_000;

/** A template that runs a shell script. */
export function scriptTemplate(name: string, script: string, more: object = {}): AnyObject {
  return {
    name,
    ...more,
    container: { image: BUSYBOX, imagePullPolicy: "IfNotPresent", command: ["sh", "-c", script] },
  };
}

/** A spec of one container. */
export function scriptSpec(script: string, more: object = {}): AnyObject {
  return { entrypoint: "main", templates: [scriptTemplate("main", script)], ...more };
}

/** A spec of containers that run one after another: a DAG of tasks named `step-1`, `step-2` and so on. */
export function chainSpec(...scripts: string[]): AnyObject {
  const tasks = scripts.map((_script, index) => ({
    name: `step-${index + 1}`,
    template: `script-${index + 1}`,
    ...(index > 0 ? { dependencies: [`step-${index}`] } : {}),
  }));
  const templates = scripts.map((script, index) => scriptTemplate(`script-${index + 1}`, script));
  return { entrypoint: "main", templates: [{ name: "main", dag: { tasks } }, ...templates] };
}

/** A spec that needs no pod and succeeds after some seconds; without a number it runs until it is stopped. */
export function pauseSpec(seconds?: number): AnyObject {
  const suspend = seconds === undefined ? {} : { duration: `${seconds}s` };
  return { entrypoint: "main", templates: [{ name: "main", suspend }] };
}

/** A whole Workflow. */
export function aWorkflow(space: Space, spec: AnyObject, metadata: object = {}): AnyObject {
  return { ...workflowRef(space), metadata: { name: "work", namespace: space.namespace, ...metadata }, spec };
}

export function workflowRef({ namespace }: Space): AnyObject {
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata: { name: "work", namespace } };
}

export function statusRef({ namespace }: Space, kind: "ConfigMap" | "Secret" = "ConfigMap"): AnyObject {
  return { apiVersion: "v1", kind, metadata: { name: "work", namespace } };
}

/** Makes the status object as an engine does, with a key of its own in it. */
export async function createStatusObject(
  space: Space,
  kind: "ConfigMap" | "Secret" = "ConfigMap",
): Promise<AnyObject> {
  return await create({ ...statusRef(space, kind), data: { engine: btoa("kept") } });
}

/** The status in the ConfigMap, or `undefined` while there is none. */
export async function findStatus(space: Space): Promise<AnyObject | undefined> {
  const text = (await read(statusRef(space))).data?.status;
  return text === undefined ? undefined : JSON.parse(text);
}

/** The status in the ConfigMap, which must be there. */
export async function readStatus(space: Space): Promise<AnyObject> {
  const status = await findStatus(space);
  if (!status) throw new Error("the ConfigMap has no status");
  return status;
}

/** Waits until the runner has reported that its Workflow is started. Returns the Workflow's uid. */
export async function startedWorkflow(space: Space): Promise<string> {
  await eventually("the runner reports its start", CONTROLLER_MS, () => findStatus(space));
  return uidOf(await read(workflowRef(space)));
}

/** Waits until the Workflow is in a phase. */
export async function workflowInPhase(space: Space, phase: string): Promise<AnyObject> {
  return await eventually(`the Workflow is in phase ${phase}`, CONTROLLER_MS, async () => {
    const workflow = await find(workflowRef(space));
    return workflow?.status?.phase === phase ? workflow : undefined;
  });
}

export function uidOf(object: AnyObject | undefined): string {
  return object?.metadata?.uid ?? "";
}

/** Asserts that the run has created no Workflow. */
export async function assertNothingCreated(space: Space): Promise<void> {
  assertEquals(await find(workflowRef(space)), undefined);
}
