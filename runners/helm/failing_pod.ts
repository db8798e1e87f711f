/**
 * Finds the pod that a release waits for, or that made it fail.
 *
 * @module
 */
import { type ExecutionContext, parseManifest } from "../../src/mod.ts";
import { explainPod, type PodFindings, podProblem } from "../../src/pods/mod.ts";
import {
  type KubeClient,
  type KubeObject,
  newestFirst,
  objectAt,
  objectsAt,
  textAt,
} from "../../src/kube/mod.ts";
import { RELEASE_LABEL } from "./helm_job.ts";
import { readRelease, readRevisions, type ReleaseRef } from "./release.ts";

/** https://helm.sh/docs/chart_best_practices/labels/ */
const INSTANCE_LABEL = "app.kubernetes.io/instance";
/** Label with the hash in a Deployment's pods' names: https://kubernetes.io/docs/reference/labels-annotations-taints/#pod-template-hash */
const TEMPLATE_LABEL = "pod-template-hash";
/** Maximum number of listed pods. */
const MAX_PODS = 500;

/**
 * Explains a pod of the release that is not ready. Pods that cannot start or have failed come first, the newest before
 * older pods. `undefined` if every pod is ready. It sends at most six requests.
 *
 * @throws {ApiError} If the namespace's pods cannot be read
 */
export async function failingPod(
  kube: KubeClient,
  release: ReleaseRef,
  { signal, context }: { signal: AbortSignal; context: ExecutionContext },
): Promise<PodFindings | undefined> {
  const workloads = await workloadsOf(kube, release, signal);
  const { items } = await kube.list({ apiVersion: "v1", kind: "Pod" }, {
    namespace: release.namespace,
    fieldSelector: "status.phase!=Succeeded",
    limit: MAX_PODS,
    signal,
  });
  const [pod] = items
    .filter((pod) => isOfRelease(pod, release.name, workloads))
    .filter((pod) => !isReady(pod) && pod.metadata.deletionTimestamp === undefined)
    .sort((a, b) => rankOf(a) - rankOf(b) || newestFirst(a, b));
  if (!pod) return undefined;
  const found = await explainPod(kube, { name: pod.metadata.name ?? "", namespace: release.namespace }, {
    signal,
    logTailLines: context.logTailLines,
    pod,
  });
  return found.reason === undefined ? { ...found, reason: "NotReady" } : found;
}

/** Names of the release's objects that may create pods; empty if helm has left nothing of the release. */
async function workloadsOf(kube: KubeClient, release: ReleaseRef, signal: AbortSignal): Promise<string[]> {
  try {
    const [newest] = await readRevisions(kube, release, { signal });
    const { manifests } = await readRelease(kube, { ...release, revision: newest?.revision ?? 0 }, {
      signal,
    });
    return manifests.map(nameOf).filter((name) => name !== undefined);
  } catch {
    return [];
  }
}

function nameOf(manifest: string): string | undefined {
  try {
    const object = parseManifest(new TextEncoder().encode(manifest));
    const spec = objectAt(object, "spec");
    const makesPods = "template" in spec || "containers" in spec;
    return makesPods && textAt(object, "metadata", "name") || undefined;
  } catch {
    return undefined;
  }
}

function isOfRelease({ metadata }: KubeObject, release: string, workloads: string[]): boolean {
  const { generateName, labels = {}, name = "" } = metadata;
  // These are helm's own pods.
  if (RELEASE_LABEL in labels) return false;
  if (labels[INSTANCE_LABEL] === release) return true;
  return workloads.some((workload) =>
    name === workload || generateName === `${workload}-` ||
    generateName === `${workload}-${labels[TEMPLATE_LABEL]}-`
  );
}

function rankOf(pod: KubeObject): number {
  return podProblem(pod) ? 0 : 1;
}

function isReady(pod: KubeObject): boolean {
  return objectsAt(pod, "status", "conditions").some(({ type, status }) =>
    type === "Ready" && status === "True"
  );
}
