/**
 * Makes references of objects in the cluster.
 *
 * @module
 */
import { RunError } from "../errors.ts";
import { ApiError, isFault } from "../kube/api_error.ts";
import type { KubeClient, KubeObject, ObjectRef } from "../kube/client.ts";
import type { OwnObject } from "../object/create_or_adopt.ts";
import type { WorkRef } from "../runner.ts";

/**
 * The reference of a created or adopted object, for `StartOutput.object`.
 *
 * @param finished whether the object already shows its verdict; `false` by default
 */
export function workRef(kube: KubeClient, { object, adopted }: OwnObject, finished = false): WorkRef {
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
    createdAt: creationTimestamp,
    ageMs: creationTimestamp === undefined ? undefined : kube.serverNow() - Date.parse(creationTimestamp),
  };
}

/**
 * Reads the work's object, which may be missing.
 *
 * @throws {RunError} `TargetMissing` if there is no such object, `NotAllowed` or `ApiUnreachable` if it cannot be read
 */
export async function readWork(
  kube: KubeClient,
  ref: ObjectRef,
  { signal }: { signal: AbortSignal },
): Promise<KubeObject> {
  try {
    return await kube.get(ref, { signal });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const reason = isFault(error, "notFound", "kindMissing")
      ? "TargetMissing"
      : isFault(error, "forbidden", "unauthorized")
      ? "NotAllowed"
      : "ApiUnreachable";
    throw new RunError(reason, error.message, { cause: error });
  }
}
