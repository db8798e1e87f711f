import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import { textAt } from "../../src/text/json.ts";
import { silentLog } from "../../src/io/log.ts";
import type { ObjectMeta } from "../../src/kube/client.ts";
import { type ObjectRunnerOptions, objectRunnerSteps, stopByPatch } from "../../src/work/object_runner.ts";
import type { StartInput, StopInput, WorkRef } from "../../src/runner.ts";
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
  const input: StartInput = {
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
  return { api, kube, input, open, warnings };
}

function stopInput({ signal, context, log }: StartInput, object: WorkRef): StopInput {
  return { context, signal, log, started: { status: {}, object }, mode: "stop", reason: "TimedOut" };
}

Deno.test("objectRunnerSteps() creates the object, and the wait goes on from its own create", async () => {
  const { api, input, open, warnings } = setUp();
  const work = open();
  assertEquals(await work.find(input), undefined);
  await work.preflight(input);
  assertEquals(api.find(...PLACE), undefined);
  const started = await work.start(input);
  const { uid, resourceVersion } = api.find(...PLACE)?.metadata ?? {};
  assertEquals(started.status, { podRef: { name: "demo", namespace: "team" } });
  assertEquals([started.object?.uid, started.object?.adopted], [uid, false]);
  assertEquals(work.targetOf(started).createdVersion, resourceVersion);
  assertEquals(warnings, ["odd"]);
});

Deno.test("objectRunnerSteps() goes on with the object of an earlier start, from no version of it", async () => {
  const { api, input, open } = setUp();
  const { object } = await open().start(input);
  api.patch(...PLACE, { status: { phase: "Succeeded" } });
  const work = open();
  const existing = await work.find(input);
  assertEquals([existing?.uid, existing?.adopted, existing?.finished], [object?.uid, true, true]);
  const started = await work.start({ ...input, existing });
  assertEquals(started.object, existing);
  assertEquals(work.targetOf(started).createdVersion, undefined);
});

Deno.test("row 66: objectRunnerSteps() keeps what it has read of an object that has ended: it may be gone when it is waited for", async () => {
  const { api, input, open } = setUp();
  await open().start(input);
  api.patch(...PLACE, { status: { phase: "Succeeded" } });
  const work = open();
  const existing = await work.find(input);
  api.remove(...PLACE);
  const started = await work.start({ ...input, existing });
  assertEquals(textAt(work.targetOf(started).seen, "status", "phase"), "Succeeded");
});

Deno.test("row 65: objectRunnerSteps() takes no label for an end", async () => {
  const { api, input, open } = setUp();
  const ends = { mayHaveEnded: ({ labels }: ObjectMeta) => labels?.phase === "Succeeded" };
  await open().start(input);
  api.patch(...PLACE, { metadata: { labels: { phase: "Succeeded" } } });
  assertEquals((await open(ends).find(input))?.finished, false);
  api.patch(...PLACE, { status: { phase: "Succeeded" } });
  assertEquals((await open(ends).find(input))?.finished, true);
});

Deno.test("stopByPatch() changes the spec, and leaves word of why", async () => {
  const { api, kube, input, open } = setUp();
  const { object } = await open().start(input);
  await stopByPatch(kube, stopInput(input, object!), { activeDeadlineSeconds: 1 });
  const { metadata, spec } = api.find(...PLACE)!;
  assertEquals(metadata.annotations?.["runner.capact.io/stopped-by"], "TimedOut");
  assertEquals(spec?.activeDeadlineSeconds, 1);
});

Deno.test("stopByPatch() touches no other object of the name", async () => {
  const { api, kube, input, open } = setUp();
  const { object } = await open().start(input);
  const before = api.find(...PLACE);
  const other = { ...object!, uid: "another" };
  await assertRejects(
    () => stopByPatch(kube, stopInput(input, other), { activeDeadlineSeconds: 1 }),
    ApiError,
  );
  assertEquals(api.find(...PLACE), before);
});
