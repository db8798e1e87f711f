/**
 * Jobs as manifests, and what became of them.
 *
 * @module
 */
import { eventually, type Space } from "./cluster.ts";
import { type AnyObject, find, read } from "./objects.ts";
import { BUSYBOX, findStatus, uidOf } from "./workflows.ts";

/** How long the controller may take to begin or end something, milliseconds. */
const CONTROLLER_MS = 90_000;

/** A container that runs a shell script. */
export function scriptContainer(name: string, script: string, more: object = {}): AnyObject {
  return { name, image: BUSYBOX, imagePullPolicy: "IfNotPresent", command: ["sh", "-c", script], ...more };
}

/** A JobSpec of these containers, whose pods are tried once. */
export function jobSpec(containers: AnyObject[], more: object = {}): AnyObject {
  const spec = { restartPolicy: "Never", terminationGracePeriodSeconds: 1, containers };
  return { backoffLimit: 0, template: { spec }, ...more };
}

/** A JobSpec of one container, which runs a shell script. */
export function scriptJob(script: string, more: object = {}): AnyObject {
  return jobSpec([scriptContainer("main", script)], more);
}

export function jobRef({ namespace }: Space, name = "work"): AnyObject {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace } };
}

/** Waits until the runner has reported that its Job is started. Returns the Job's uid. */
export async function startedJob(space: Space): Promise<string> {
  await eventually("the runner reports its start", CONTROLLER_MS, () => findStatus(space));
  return uidOf(await read(jobRef(space)));
}

/** Waits until a condition of the Job is true. */
export async function jobWithCondition(space: Space, type: string): Promise<AnyObject> {
  return await eventually(`the Job is ${type}`, CONTROLLER_MS, async () => {
    const job = await find(jobRef(space));
    const conditions: { type: string; status: string }[] = job?.status?.conditions ?? [];
    return conditions.some((each) => each.type === type && each.status === "True") ? job : undefined;
  });
}
