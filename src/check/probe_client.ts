/**
 * A client for `check`, which stores nothing.
 *
 * @module
 */
import { ApiError } from "../kube/api_error.ts";
import type { KubeClient, KubeObject } from "../kube/client.ts";
import { dryRunClient } from "../kube/dry_run_client.ts";

/** How long an answer may take, milliseconds: people wait for the check. */
const ANSWER_MS = 10_000;

/**
 * Wraps a client so that nothing is stored and the first answer counts: requests that a run would repeat for minutes
 * fail at once. `wrote` gets the object that each write would have stored.
 */
export function probeClient(kube: KubeClient, wrote: (object: KubeObject) => void = () => {}): KubeClient {
  const dry = dryRunClient(kube);
  const kept = async (write: Promise<KubeObject>) => {
    const object = await final(write);
    wrote(object);
    return object;
  };
  return {
    ...dry,
    get: (ref, options) => final(dry.get(ref, { deadlineMs: ANSWER_MS, ...options })),
    list: (type, options) => final(dry.list(type, { deadlineMs: ANSWER_MS, ...options })),
    create: (object, options) => kept(dry.create(object, { deadlineMs: ANSWER_MS, ...options })),
    mergePatch: (ref, patch, options) =>
      kept(dry.mergePatch(ref, patch, { deadlineMs: ANSWER_MS, ...options })),
    replace: (object, options) => kept(dry.replace(object, { deadlineMs: ANSWER_MS, ...options })),
    delete: (ref, options) => final(dry.delete(ref, { deadlineMs: ANSWER_MS, ...options })),
    ask: (path, options) => final(dry.ask(path, { deadlineMs: ANSWER_MS, ...options })),
  };
}

async function final<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const { message, fault, status, body, retryAfterMs, cause } = error;
    throw new ApiError(message, { fault, status, body, retryAfterMs, cause, noRetry: true });
  }
}
