/**
 * A client whose writes change nothing.
 *
 * @module
 */
import type { KubeClient } from "./client.ts";

/** Wraps a client so that the API server validates every write and stores none. */
export function dryRunClient(kube: KubeClient): KubeClient {
  return {
    get: (ref, options) => kube.get(ref, options),
    list: (type, options) => kube.list(type, options),
    watch: (type, options) => kube.watch(type, options),
    create: (object, options) => kube.create(object, { ...options, dryRun: true }),
    mergePatch: (ref, patch, options) => kube.mergePatch(ref, patch, { ...options, dryRun: true }),
    replace: (object, options) => kube.replace(object, { ...options, dryRun: true }),
    delete: (ref, options) => kube.delete(ref, { ...options, dryRun: true }),
    readLog: (pod, options) => kube.readLog(pod, options),
    streamLog: (pod, options) => kube.streamLog(pod, options),
    serverNow: () => kube.serverNow(),
  };
}
