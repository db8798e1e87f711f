/**
 * From an object in the cluster to what a run says of it.
 *
 * @module
 */
import type { KubeClient } from "./kube/client.ts";
import type { Created } from "./kube/create_or_adopt.ts";
import type { WorkObject } from "./runner.ts";

/**
 * The reference of an object that was created or adopted, for `StartOutput.object`.
 *
 * @param finished whether its verdict can be seen already; `false` by default
 */
export function workObject(kube: KubeClient, { object, adopted }: Created, finished = false): WorkObject {
  const { apiVersion, kind, metadata } = object;
  const { name = "", namespace = "", uid = "", creationTimestamp } = metadata;
  return {
    apiVersion,
    kind,
    name,
    namespace,
    uid,
    adopted,
    finished,
    ...(creationTimestamp === undefined
      ? {}
      : { createdAt: creationTimestamp, ageMs: kube.serverNow() - Date.parse(creationTimestamp) }),
  };
}
