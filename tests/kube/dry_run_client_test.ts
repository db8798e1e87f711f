import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import { dryRunClient } from "../../src/kube/dry_run_client.ts";
import { embeddedApi } from "../../src/testing/mod.ts";
import { MemoryClient } from "../lab/memory_client.ts";
import { REF, WORKFLOW } from "../lab/wait_lab.ts";

const metadata = { name: REF.name, namespace: REF.namespace };

function setUp() {
  const api = embeddedApi({ namespaces: ["team"] });
  const inner = new MemoryClient(api);
  return { api, inner, kube: dryRunClient(inner) };
}

Deno.test("dryRunClient() lets the API validate each write, and stores nothing", async () => {
  const { api, inner, kube } = setUp();
  const before = api.create("Workflow", { metadata, spec: {} });
  const object = { ...WORKFLOW, metadata: { ...metadata, resourceVersion: before.metadata.resourceVersion } };
  await kube.create({ ...WORKFLOW, metadata: { ...metadata, name: "other" }, spec: {} });
  await kube.mergePatch(REF, { spec: { a: 1 } });
  await kube.replace({ ...object, spec: { a: 2 } });
  await kube.delete(REF, { uid: before.metadata.uid });
  assertEquals(api.objects("Workflow"), [before]);
  assertEquals(inner.calls.map(({ method, options }) => `${method} ${options.dryRun}`), [
    "create true",
    "mergePatch true",
    "replace true",
    "delete true",
  ]);
});

Deno.test("dryRunClient() lets no caller override the dry run", async () => {
  const { api, kube } = setUp();
  await kube.create({ ...WORKFLOW, metadata, spec: {} }, { dryRun: false });
  assertEquals(api.objects("Workflow"), []);
});

Deno.test("dryRunClient() passes on reads and every other option", async () => {
  const { api, inner, kube } = setUp();
  const { uid } = api.create("Workflow", { metadata, spec: {} }).metadata;
  const { signal } = new AbortController();
  assertEquals((await kube.get(REF, { metadataOnly: true, signal })).metadata.uid, uid);
  assertEquals((await kube.list(REF, { namespace: "team", fieldSelector: "metadata.name=x" })).items, []);
  const watch = { namespace: "team", resourceVersion: "1000", timeoutSeconds: 100 };
  for await (const { object } of kube.watch(REF, watch)) {
    assertEquals(object.metadata.uid, uid);
    break;
  }
  await kube.delete(REF, { uid, propagationPolicy: "Background", signal });
  assertEquals(inner.calls.map(({ options }) => options as object), [
    { metadataOnly: true, signal },
    { namespace: "team", fieldSelector: "metadata.name=x" },
    watch,
    { uid, propagationPolicy: "Background", signal, dryRun: true },
  ]);
  assertEquals(kube.serverNow() - inner.serverNow() < 1_000, true);
  api.endWatches();
});

Deno.test("dryRunClient() does not give away the wrapped client", () => {
  const { inner, kube } = setUp();
  assertEquals(Object.values(kube).some((value) => value === inner), false);
});

Deno.test("row 69: dryRunClient() says of a policy's denial that it was a dry run", async () => {
  const { inner, kube } = setUp();
  for (const fault of ["denied", "noDryRun"] as const) {
    inner.trouble = () => new ApiError("no", { fault, status: 422 });
    const error = await assertRejects(() => kube.create({ ...WORKFLOW, metadata, spec: {} }), ApiError);
    assertEquals([error.fault, error.status], [fault, 422]);
    assertEquals(error.message, "no; it was asked in a dry run, and only a real one tells what it says then");
  }
  inner.trouble = () => new ApiError("no", { fault: "invalid" });
  const error = await assertRejects(() => kube.create({ ...WORKFLOW, metadata, spec: {} }), ApiError);
  assertEquals(error.message, "no");
});
