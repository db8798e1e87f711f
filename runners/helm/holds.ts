/**
 * Finds what keeps a release from getting ready while helm waits for it.
 *
 * @module
 */
import { aHold, type Hold } from "../../src/pods/mod.ts";
import type { ExecutionContext } from "../../src/mod.ts";
import type { KubeClient } from "../../src/kube/mod.ts";
import { failingPod } from "./failing_pod.ts";
import type { ReleaseRef } from "./release.ts";

/** Reasons of a pod that is merely still starting. */
const UNDER_WAY = ["NotReady", "ContainerCreating", "PodInitializing"];

/**
 * Finds the pod of a release that does not get ready, and why. It sends at most six requests.
 *
 * @throws {ApiError} If the namespace's pods cannot be read
 */
export async function findReleaseHolds(
  kube: KubeClient,
  release: ReleaseRef,
  { context, signal }: { context: ExecutionContext; signal: AbortSignal },
): Promise<Hold[]> {
  const found = await failingPod(kube, release, { signal, context: { ...context, logTailLines: 0 } });
  if (found?.reason === undefined || UNDER_WAY.includes(found.reason)) return [];
  const { reason, message, container, pod: name } = found;
  return [aHold({ reason, message, container, held: { kind: "Pod", name } })];
}
