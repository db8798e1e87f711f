/**
 * Ends a Job early.
 *
 * @module
 */
import type { KubeClient, KubeObject } from "../../src/kube/mod.ts";
import { stopByPatch } from "../../src/work/mod.ts";
import type { StopInput } from "../../src/mod.ts";
import { isSuspended, otherController } from "./job.ts";
import { podsOf } from "./pods.ts";

/** Finalizers that the garbage collector and the Job controller remove by themselves. */
const OWN_FINALIZERS = ["foregroundDeletion", "orphan", "batch.kubernetes.io/job-tracking"];

/** Ends a Job by its deadline, or by deletion. Returns what may delay the Job's end, if the runner can see that. */
export async function stopJob(kube: KubeClient, input: StopInput): Promise<string | undefined> {
  const { started, signal } = input;
  if (input.mode === "stop") {
    return deadlineNote(await stopByPatch(kube, input, { activeDeadlineSeconds: 1 }));
  }
  const job = await stopByPatch(kube, input, {});
  const { uid } = started.object!;
  await kube.delete(started.object!, { uid, propagationPolicy: "Foreground", signal });
  return [job, ...await podsWith(kube, input)].map(heldNote).find((note) => note !== undefined);
}

/** What delays a deadline: another controller may ignore it, and it does not count while the Job is suspended. */
function deadlineNote(job: KubeObject): string | undefined {
  const controller = otherController(job);
  if (controller !== undefined) return `it is the controller ${JSON.stringify(controller)} that can end it`;
  return isSuspended(job) ? "it is suspended, and ends when it is resumed" : undefined;
}

function heldNote({ kind, metadata: { finalizers, name } }: KubeObject): string | undefined {
  const held = (Array.isArray(finalizers) ? finalizers : []).filter((each) =>
    !OWN_FINALIZERS.includes(String(each))
  );
  return held.length > 0 ? `${kind} "${name}" is held by its finalizer ${held.join(", ")}` : undefined;
}

/** The Job's pods, which are deleted before the Job; empty if the runner may not list them. */
async function podsWith(kube: KubeClient, { started, signal }: StopInput): Promise<KubeObject[]> {
  const options = { ...podsOf(started.object!), metadataOnly: true, signal };
  return await kube.list({ apiVersion: "v1", kind: "Pod" }, options).then(({ items }) => items, () => []);
}
