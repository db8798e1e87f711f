import { assertEquals } from "@std/assert";
import { stopJob } from "../../../runners/job/stop.ts";
import { type JsonObject, type StopMode, workRef } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import { embeddedApi } from "../../../src/testing/mod.ts";
import { aContext } from "../../lab/builders.ts";
import { failure } from "../../lab/recorded_answers.ts";
import { MemoryClient } from "../../lab/memory_client.ts";
import { aManifest } from "../../lab/simulated_jobs.ts";

const HELD = { finalizers: ["example.org/hold"] };

/** A Job of this spec with a pod, to be stopped. */
function setUp(mode: StopMode, { spec = {}, job = {}, pod = {} }: Record<string, JsonObject> = {}) {
  const api = embeddedApi({ namespaces: ["team"] });
  const place = { name: "demo", namespace: "team" };
  const object = api.create("Job", {
    metadata: { ...place, ...job },
    spec: { ...aManifest("sleep"), ...spec },
  });
  const labels = { "batch.kubernetes.io/controller-uid": object.metadata.uid };
  api.create("Pod", { metadata: { ...place, name: "demo-x", labels, ...pod }, spec: {} });
  const kube = new MemoryClient(api);
  const started = { status: {}, object: workRef(kube, { object, adopted: false }) };
  const input = { context: aContext(), log: silentLog, signal: new AbortController().signal };
  return { api, kube, stop: () => stopJob(kube, { ...input, started, mode, reason: "TimedOut" }) };
}

const notes: [what: string, mode: StopMode, cluster: Record<string, JsonObject>, note: string | undefined][] =
  [
    ["a Job by its deadline", "stop", {}, undefined],
    ["a Job by deletion", "terminate", {}, undefined],
    [
      "a Job of the built-in controller",
      "stop",
      { spec: { managedBy: "kubernetes.io/job-controller" } },
      undefined,
    ],
    [
      "a Job that another controller takes care of",
      "stop",
      { spec: { managedBy: "example.org/queue" } },
      'it is the controller "example.org/queue" that can end it',
    ],
    [
      "a suspended Job by its deadline",
      "stop",
      { spec: { suspend: true } },
      "it is suspended, and ends when it is resumed",
    ],
    ["a suspended Job by deletion", "terminate", { spec: { suspend: true } }, undefined],
    [
      "a Job that a finalizer holds",
      "terminate",
      { job: HELD },
      'Job "demo" is held by its finalizer example.org/hold',
    ],
    [
      "a Job whose pod a finalizer holds",
      "terminate",
      { pod: HELD },
      'Pod "demo-x" is held by its finalizer example.org/hold',
    ],
    [
      "a Job whose pod the Job controller still counts",
      "terminate",
      { pod: { finalizers: ["batch.kubernetes.io/job-tracking"] } },
      undefined,
    ],
  ];

for (const [what, mode, cluster, note] of notes) {
  Deno.test(`row 67: stopJob() stops ${what}, and says: ${note ?? "nothing"}`, async () => {
    assertEquals(await setUp(mode, cluster).stop(), note);
  });
}

Deno.test("stopJob() writes the reason into the Job, also if it deletes the Job", async () => {
  const { api, stop } = setUp("terminate", { job: HELD });
  await stop();
  const { metadata } = api.find("Job", "team", "demo")!;
  assertEquals(metadata.annotations?.["runner.capact.io/stopped-by"], "TimedOut");
  assertEquals(metadata.deletionTimestamp !== undefined, true);
});

Deno.test("stopJob() deletes a Job whose pods it may not list", async () => {
  const { api, kube, stop } = setUp("terminate");
  kube.trouble = ({ method }) => method === "list" ? failure("forbidden") : undefined;
  assertEquals(await stop(), undefined);
  assertEquals(api.find("Job", "team", "demo"), undefined);
});
