import { assertEquals, assertRejects } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import { ApiError } from "../../src/kube/api_error.ts";
import { textAt } from "../../src/text/json.ts";
import { silentLog } from "../../src/io/log.ts";
import type { ObjectMeta } from "../../src/kube/client.ts";
import { type ObjectRunnerOptions, objectRunnerSteps, stopByPatch } from "../../src/work/object_runner.ts";
import type { FindInput, StopInput, WorkRef } from "../../src/runner.ts";
import { embeddedApi } from "../../src/testing/mod.ts";
import { parseWork } from "../../src/work/manifest_forms.ts";
import { aContext } from "../lab/builders.ts";
import { MemoryClient } from "../lab/memory_client.ts";

const POD = { apiVersion: "v1", kind: "Pod", key: "pod", maxNameLength: 63 };
const PLACE = ["Pod", "team", "demo"] as const;

function setUp() {
  const api = embeddedApi({ namespaces: ["team"] });
  const kube = new MemoryClient(api);
  const warnings: string[] = [];
  const input: FindInput = {
    context: aContext(),
    signal: new AbortController().signal,
    log: { ...silentLog, warn: (message) => void warnings.push(message) },
    manifest: { containers: [{ name: "main", image: "busybox" }] },
  };
  const open = (more: Partial<ObjectRunnerOptions> = {}) =>
    objectRunnerSteps(kube, {
      parse: (manifest, context) => ({ ...parseWork(manifest, context, POD), warnings: ["odd"] }),
      statusKey: "podRef",
      hasEnded: ({ status }) => JSON.stringify(status).includes("Succeeded"),
      ...more,
    });
  /** Calls the steps as the Manager does for a free name. */
  const startNew = async () => {
    const steps = open();
    return await steps.start({ ...input, found: await steps.find(input) });
  };
  return { api, kube, input, open, startNew, warnings };
}

function stopInput({ signal, context, log }: FindInput, object: WorkRef): StopInput {
  return { context, signal, log, started: { status: {}, object }, mode: "stop", reason: "TimedOut" };
}

Deno.test("objectRunnerSteps() creates the object, and the wait goes on from its own create", async () => {
  const { api, input, open, warnings } = setUp();
  const work = open();
  const found = await work.find(input);
  assertEquals([found.existing, found.object.metadata.name], [undefined, "demo"]);
  await work.preflight({ ...input, found });
  assertEquals(api.find(...PLACE), undefined);
  const started = await work.start({ ...input, found });
  const { uid, resourceVersion } = api.find(...PLACE)?.metadata ?? {};
  assertEquals(started.status, { podRef: { name: "demo", namespace: "team" } });
  assertEquals([started.object?.uid, started.object?.adopted], [uid, false]);
  assertEquals(started.object?.createdVersion, resourceVersion);
  assertEquals(warnings, ["odd"]);
});

Deno.test("objectRunnerSteps() adopts the object of an earlier start, without a version to watch from", async () => {
  const { api, input, open, startNew } = setUp();
  const { object } = await startNew();
  api.patch(...PLACE, { status: { phase: "Succeeded" } });
  const work = open();
  const found = await work.find(input);
  const { existing } = found;
  assertEquals([existing?.uid, existing?.adopted, existing?.finished], [object?.uid, true, true]);
  const started = await work.start({ ...input, found });
  assertEquals(started.object, existing);
  assertEquals(started.object?.createdVersion, undefined);
});

Deno.test("row 66: objectRunnerSteps() keeps an ended object as it was read, since it may be deleted before the wait", async () => {
  const { api, input, open, startNew } = setUp();
  await startNew();
  api.patch(...PLACE, { status: { phase: "Succeeded" } });
  const work = open();
  const found = await work.find(input);
  api.remove(...PLACE);
  const started = await work.start({ ...input, found });
  assertEquals(textAt(started.object?.seen, "status", "phase"), "Succeeded");
});

Deno.test("row 65: objectRunnerSteps() does not take a label as proof of an end", async () => {
  const { api, input, open, startNew } = setUp();
  const ends = { mayHaveEnded: ({ labels }: ObjectMeta) => labels?.phase === "Succeeded" };
  await startNew();
  api.patch(...PLACE, { metadata: { labels: { phase: "Succeeded" } } });
  assertEquals((await open(ends).find(input)).existing?.finished, false);
  api.patch(...PLACE, { status: { phase: "Succeeded" } });
  assertEquals((await open(ends).find(input)).existing?.finished, true);
});

Deno.test("objectRunnerSteps() validates the manifest's object in a check even if find has failed", async () => {
  const { api, input, kube, open } = setUp();
  await open().preflight(input);
  assertEquals(kube.calls.map(({ method, options }) => `${method} ${options.dryRun}`), ["create true"]);
  assertEquals(api.find(...PLACE), undefined);
});

Deno.test("objectRunnerSteps() proves the ownership of a runner's own object by its hashed value", async () => {
  const { api, input, open } = setUp();
  const work = open();
  const wanted = { object: (await work.find(input)).object, hashed: { from: "elsewhere" } };
  await work.start({ ...input, found: wanted });
  api.patch(...PLACE, { spec: { changed: true } });
  assertEquals((await work.findExisting(wanted, input))?.uid, api.find(...PLACE)?.metadata.uid);
  await assertRejects(() => work.find(input), RunError, "it was created from another manifest");
});

Deno.test("stopByPatch() changes the spec, and writes the reason into the object", async () => {
  const { api, kube, input, startNew } = setUp();
  const { object } = await startNew();
  await stopByPatch(kube, stopInput(input, object!), { activeDeadlineSeconds: 1 });
  const { metadata, spec } = api.find(...PLACE)!;
  assertEquals(metadata.annotations?.["runner.capact.io/stopped-by"], "TimedOut");
  assertEquals(spec?.activeDeadlineSeconds, 1);
});

Deno.test("stopByPatch() changes no other object of the name", async () => {
  const { api, kube, input, startNew } = setUp();
  const { object } = await startNew();
  const before = api.find(...PLACE);
  const other = { ...object!, uid: "another" };
  await assertRejects(
    () => stopByPatch(kube, stopInput(input, other), { activeDeadlineSeconds: 1 }),
    ApiError,
  );
  assertEquals(api.find(...PLACE), before);
});
