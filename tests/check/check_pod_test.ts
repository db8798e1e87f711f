import { assertEquals, assertStringIncludes } from "@std/assert";
import { jobRunner } from "../../runners/job/mod.ts";
import type { CheckItem } from "../../src/check/check_item.ts";
import { reasonOfItems } from "../../src/check/check_run.ts";
import { ApiError, type Fault } from "../../src/kube/api_error.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { embeddedApi } from "../../src/testing/mod.ts";
import { aContext } from "../lab/builders.ts";
import { MemoryClient } from "../lab/memory_client.ts";
import { aConfig, check } from "../lab/check_lab.ts";

/** A client that refuses pods. */
class NoPods extends MemoryClient {
  constructor(readonly fault: Fault | undefined, readonly said: string, readonly made: KubeObject[]) {
    const api = embeddedApi({ namespaces: ["team"], user: "jane" });
    api.create("ConfigMap", { metadata: { name: "demo", namespace: "team" } });
    api.create("ServiceAccount", { metadata: { name: "worker", namespace: "team" } });
    super(api);
  }

  override create(object: KubeObject, options = {}): Promise<KubeObject> {
    if (object.kind !== "Pod") return super.create(object, options);
    this.made.push({ ...object, ...options });
    if (!this.fault) return Promise.resolve(object);
    return Promise.reject(new ApiError(`Cannot create Pod: ${this.said}`, { fault: this.fault }));
  }
}

const MANIFEST = {
  template: {
    metadata: { labels: { team: "a" } },
    spec: { restartPolicy: "Never", containers: [{ name: "main", image: "busybox" }] },
  },
};

interface Checked {
  items: CheckItem[];
  pods: CheckItem | undefined;
  made: KubeObject[];
}

async function checkWith(fault: Fault | undefined, said: string, timeoutMs?: number): Promise<Checked> {
  const made: KubeObject[] = [];
  const context = aContext({ program: "job-runner", ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const items = await check(embeddedApi(), {
    config: aConfig({ context }),
    kube: new NoPods(fault, said, made),
    runner: jobRunner,
    readManifest: () => Promise.resolve(MANIFEST),
  });
  return { items, pods: items.find(({ item }) => item === "pods"), made };
}

const refusals: [Fault, string][] = [
  ["quota", 'pods "demo-check" is forbidden: exceeded quota: none'],
  ["forbidden", 'pods "demo-check" is forbidden: violates PodSecurity "restricted:latest"'],
  ["denied", 'admission webhook "no.example.org" denied the request'],
  ["webhook", 'failed calling webhook "down.example.org"'],
];

for (const [fault, said] of refusals) {
  Deno.test(`checkRun() of a Job whose pods are refused (${fault}) ends as the run: with 124`, async () => {
    const { items, pods } = await checkWith(fault, said, 60_000);
    assertEquals([pods?.state, pods?.reason, pods?.isEndless], ["missing", "TimedOut", undefined]);
    assertStringIncludes(pods?.message ?? "", said);
    assertEquals(reasonOfItems(items), "TimedOut");
    assertEquals((await checkWith(fault, said)).pods?.isEndless, true);
  });
}

Deno.test("checkRun() tries a pod of the Job's template, and stores no pod", async () => {
  const { pods, made } = await checkWith(undefined, "");
  assertEquals(pods?.state, "ok");
  const [pod] = made;
  assertEquals([made.length, pod?.dryRun, pod?.metadata.labels?.team], [1, true, "a"]);
});

Deno.test("checkRun() by a user who may not create pods has no item about pods", async () => {
  const said =
    'pods is forbidden: User "jane" cannot create resource "pods" in API group "" in the namespace "team"';
  assertEquals((await checkWith("forbidden", said)).pods, undefined);
});
