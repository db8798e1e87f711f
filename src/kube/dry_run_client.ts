/**
 * A client whose writes change nothing.
 *
 * @module
 */
import { ApiError, isFault } from "./api_error.ts";
import type { KubeClient } from "./client.ts";

/** Wraps a client so that the API server validates every write and stores none. */
export function dryRunClient(kube: KubeClient): KubeClient {
  return {
    get: (ref, options) => kube.get(ref, options),
    list: (type, options) => kube.list(type, options),
    watch: (type, options) => kube.watch(type, options),
    create: (object, options) => told(kube.create(object, { ...options, dryRun: true })),
    mergePatch: (ref, patch, options) => told(kube.mergePatch(ref, patch, { ...options, dryRun: true })),
    replace: (object, options) => told(kube.replace(object, { ...options, dryRun: true })),
    delete: (ref, options) => told(kube.delete(ref, { ...options, dryRun: true })),
    readLog: (pod, options) => kube.readLog(pod, options),
    streamLog: (pod, options) => kube.streamLog(pod, options),
    ask: (path, options) => kube.ask(path, options),
    serverNow: () => kube.serverNow(),
    clock: kube.clock,
  };
}

/** A policy may deny dry runs only: the error says that a real write may be allowed. */
async function told<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (!isFault(error, "denied", "noDryRun")) throw error;
    const message =
      `${error.message}; it was asked in a dry run, and only a real one tells what it says then`;
    throw new ApiError(message, error);
  }
}
