import { assertEquals } from "@std/assert";
import { helmError } from "../../../runners/helm/diagnose.ts";
import { failingPod } from "../../../runners/helm/failing_pod.ts";
import type { JsonObject } from "../../../src/mod.ts";
import { type EmbeddedApi, embeddedApi } from "../../../src/testing/mod.ts";
import { aContext } from "../../lab/builders.ts";
import { MemoryClient } from "../../lab/memory_client.ts";
import { releaseSecret } from "../../lab/simulated_helm.ts";

interface AnyPod {
  name: string;
  generateName?: string;
  labels?: Record<string, string>;
  /** Why its container waits; absent: it runs. */
  waiting?: string;
  ready?: boolean;
}

function withPods(...pods: AnyPod[]): EmbeddedApi {
  const api = embeddedApi({ namespaces: ["team"] });
  for (const { name, generateName, labels = {}, waiting, ready = false } of pods) {
    const state = waiting ? { waiting: { reason: waiting } } : { running: {} };
    api.create("Pod", {
      metadata: { name, namespace: "team", labels, ...(generateName ? { generateName } : {}) },
      spec: { containers: [{ name: "app", image: "x" }] },
      status: {
        phase: waiting ? "Pending" : "Running",
        conditions: [{ type: "Ready", status: ready ? "True" : "False" }],
        containerStatuses: [{ name: "app", state }],
      },
    });
  }
  return api;
}

async function found(api: EmbeddedApi): Promise<[string, string | undefined] | undefined> {
  const options = { signal: new AbortController().signal, context: aContext({ logTailLines: 0 }) };
  const pod = await failingPod(new MemoryClient(api), { name: "web", namespace: "team" }, options);
  return pod && [pod.pod, pod.reason];
}

const OF_WEB = { "app.kubernetes.io/instance": "web" };

Deno.test("failingPod() prefers a pod of the release that cannot start to a pod that is not ready", async () => {
  const api = withPods(
    { name: "other", waiting: "ImagePullBackOff" },
    { name: "web-a", labels: OF_WEB, ready: true },
    { name: "web-b", labels: OF_WEB, waiting: "ImagePullBackOff" },
    { name: "web-c", labels: OF_WEB },
  );
  assertEquals(await found(api), ["web-b", "ImagePullBackOff"]);
});

Deno.test("failingPod() is a running pod that is not ready, if all other pods are ready", async () => {
  const api = withPods({ name: "web-a", labels: OF_WEB, ready: true }, { name: "web-c", labels: OF_WEB });
  assertEquals(await found(api), ["web-c", "NotReady"]);
});

Deno.test("failingPod() ignores helm's own pods, and is undefined if all pods are ready", async () => {
  const labels = { ...OF_WEB, "runner.capact.io/helm-release": "web" };
  const api = withPods({ name: "helm", labels, waiting: "X" }, {
    name: "web-a",
    labels: OF_WEB,
    ready: true,
  });
  assertEquals(await found(api), undefined);
});

const cases: [string, JsonObject, AnyPod, boolean][] = [
  ["a Deployment", { template: {} }, {
    name: "front-5d-x",
    generateName: "front-5d-",
    labels: { "pod-template-hash": "5d" },
  }, true],
  ["a Job", { template: {} }, { name: "front-x", generateName: "front-" }, true],
  ["a Pod of its own", { containers: [] }, { name: "front" }, true],
  [
    "something with a longer name",
    { template: {} },
    { name: "front-door-x", generateName: "front-door-" },
    false,
  ],
  ["what makes no pods", { ports: [] }, { name: "front-x", generateName: "front-" }, false],
];

for (const [what, spec, pod, isFound] of cases) {
  Deno.test(`failingPod() ${isFound ? "knows" : "passes over"} a pod without the label, of ${what}`, async () => {
    const api = withPods({ ...pod, waiting: "ErrImagePull" });
    const manifest = `---\n# Source: app\n${
      JSON.stringify({ kind: "X", metadata: { name: "front" }, spec })
    }\n`;
    const secret = releaseSecret({ name: "web", status: "failed", manifest });
    api.create("Secret", secret as unknown as Parameters<EmbeddedApi["create"]>[1]);
    assertEquals(await found(api), isFound ? [pod.name, "ErrImagePull"] : undefined);
  });
}

Deno.test("helmError() is helm's last error on one line, without the prefix", () => {
  const log = [
    "Error: first",
    "more",
    "Error: INSTALLATION FAILED: 1 error occurred:",
    "\t* job failed: so it is",
  ];
  assertEquals(helmError(log), "INSTALLATION FAILED: 1 error occurred: * job failed: so it is");
  assertEquals([helmError(["all went well"]), helmError()], [undefined, undefined]);
});
