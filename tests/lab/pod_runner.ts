/**
 * A runner for Pods, whose methods a test can replace.
 *
 * @module
 */
import { type ActionRunner, createOrAdopt, type StartInput, waitForObject, workRef } from "../../src/mod.ts";
import type { KubeClient, KubeObject } from "../../src/kube/client.ts";

/** The runner of runners/README.md, with the steps as separate functions. */
export function podRunner(kube: KubeClient): ActionRunner {
  return {
    name: "pod",
    async start(input) {
      const { context: owner, signal } = input;
      const hasEnded = (pod: KubeObject) => podOutcome(pod) !== undefined;
      const created = await createOrAdopt(kube, podOf(input), { owner, signal, hasEnded });
      return { status: statusOf(input), object: workRef(kube, created) };
    },
    waitForCompletion: ({ started, signal, log }) =>
      waitForObject(kube, started.object!, { outcome: podOutcome, signal, log }),
  };
}

/** The Pod whose spec is the manifest. */
export function podOf({ manifest, context }: StartInput): KubeObject {
  const { name, platform: { namespace, serviceAccountName } } = context;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace },
    spec: { ...manifest, serviceAccountName },
  };
}

export function statusOf({ context: { name, platform: { namespace } } }: StartInput) {
  return { podRef: { name, namespace } };
}

export function podOutcome(pod: KubeObject) {
  const { phase } = pod.status as { phase: string };
  if (phase !== "Succeeded" && phase !== "Failed") return undefined;
  return { finishedSuccessfully: phase === "Succeeded", message: phase };
}
