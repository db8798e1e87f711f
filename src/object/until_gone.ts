/**
 * Waiting until an object that is to be deleted is gone.
 *
 * @module
 */
import { RunError } from "../errors.ts";
import { isFault } from "../kube/api_error.ts";
import { clockOf, type KubeClient, type ObjectRef, titleOf } from "../kube/client.ts";
import { DELETION_MS, DELETION_POLL_MS, readWithRetry, type RetryInput } from "./find_own.ts";

/**
 * Waits until the object with this uid is gone, or another object has its name.
 *
 * @throws {RunError} `NameTaken` if something holds its deletion up for more than 60 s
 */
export async function untilGone(
  kube: KubeClient,
  target: ObjectRef & { uid: string },
  options: RetryInput,
): Promise<void> {
  const clock = clockOf(kube, options);
  const until = clock.now() + DELETION_MS;
  while (await readWithRetry(kube, () => isThere(kube, target, options.signal), options)) {
    if (clock.now() >= until) {
      throw new RunError("NameTaken", `${titleOf(target)} is being deleted, and something holds that up`);
    }
    await clock.sleep(DELETION_POLL_MS, options.signal);
  }
}

async function isThere(
  kube: KubeClient,
  target: ObjectRef & { uid: string },
  signal: AbortSignal,
): Promise<boolean> {
  try {
    return (await kube.get(target, { metadataOnly: true, signal })).metadata.uid === target.uid;
  } catch (error) {
    if (isFault(error, "notFound")) return false;
    throw error;
  }
}
