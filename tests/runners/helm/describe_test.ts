import { assertEquals, assertObjectMatch, assertRejects } from "@std/assert";
import { helmRunner } from "../../../runners/helm/mod.ts";
import { type ExecutionContext, RunError } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import { type EmbeddedApi, embeddedApi } from "../../../src/testing/mod.ts";
import { aContext } from "../../lab/builders.ts";
import { MemoryClient } from "../../lab/memory_client.ts";

const LABELS = { "runner.capact.io/helm-release": "web" };

/** A Job of helm that has failed with this error. */
function addJob(api: EmbeddedApi, name: string, error: string): void {
  const { metadata: { uid } } = api.create("Job", {
    metadata: { name, namespace: "team", labels: LABELS },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "helm", image: "x" }] } } },
    status: { conditions: [{ type: "Failed", status: "True", reason: "BackoffLimitExceeded" }] },
  });
  const terminated = { exitCode: 1, reason: "Error", startedAt: "2026-01-01T00:00:00Z" };
  api.create("Pod", {
    metadata: { name: `${name}-x`, namespace: "team", labels: { "batch.kubernetes.io/controller-uid": uid } },
    spec: { containers: [{ name: "helm", image: "x" }] },
    status: { phase: "Failed", containerStatuses: [{ name: "helm", state: { terminated } }] },
  });
  api.setLog({ namespace: "team", pod: `${name}-x`, container: "helm" }, `Error: ${error}\n`);
}

async function describe(api: EmbeddedApi, context: Partial<ExecutionContext> = {}) {
  const { signal } = new AbortController();
  const input = { context: aContext(context), signal, log: silentLog };
  const kube = new MemoryClient(api);
  return await helmRunner(kube, kube).describe!(input);
}

Deno.test("helmRunner() describes the newest Job of the run's name, with helm's own error", async () => {
  let day = 1;
  const api = embeddedApi({ namespaces: ["team"], now: () => new Date(Date.UTC(2026, 0, day++)) });
  addJob(api, "demo-00000001", "the first");
  addJob(api, "demo-00000002", "the second");
  addJob(api, "demo-other-00000003", "of another run");
  assertObjectMatch(await describe(api), {
    kind: "Job",
    name: "demo-00000002",
    state: "Failed (pods: 0 active, 0 succeeded, 0 failed)",
    failure: { message: "the second", logTail: ["Error: the second"] },
  });
});

Deno.test("helmRunner() hides the secrets of the Job's values in a description", async () => {
  const api = embeddedApi({ namespaces: ["team"] });
  addJob(api, "demo-00000001", "sesame-öpen is too short");
  const values = JSON.stringify({ password: "sesame-öpen" });
  api.create("Secret", {
    metadata: { name: "demo-00000001", namespace: "team" },
    stringData: { "values.yaml": values },
  });
  assertEquals((await describe(api)).failure?.message, "*** is too short");
});

Deno.test("helmRunner() omits helm's log from a description if it may not read the values", async () => {
  const resources = ["jobs", "pods", "events", "pods/log"];
  const rules = [{ resources, verbs: ["*"] }];
  const api = embeddedApi({ namespaces: ["team"], rules });
  addJob(api, "demo-00000001", "sesame-open is too short");
  const { failure } = await describe(api);
  assertEquals([failure?.logTail, failure?.exitCode], [undefined, 1]);
});

Deno.test("helmRunner() says that there is no Job to describe", async () => {
  const api = embeddedApi({ namespaces: ["team"] });
  const error = await assertRejects(() => describe(api), RunError, 'no Job of helm for "demo"');
  assertEquals(error.reason, "TargetMissing");
});
