import { assert, assertEquals } from "@std/assert";
import { TokenBucket } from "../../src/object/backoff.ts";
import { type Sighting, watchObject } from "../../src/object/watch_object.ts";
import type { Call } from "../lab/memory_client.ts";
import { quickClock } from "../lab/quick_clock.ts";
import { MINUTE, REF, Wait, waiting } from "../lab/wait_lab.ts";

/** From where each watch so far was asked for. */
function versionsOf(wait: Wait): (string | undefined)[] {
  return callsOf(wait, "watch").map(({ options }) => options.resourceVersion);
}

function callsOf({ kube }: Wait, ...methods: Call["method"][]): Call[] {
  return kube.calls.filter(({ method }) => methods.includes(method));
}

/** The version of the whole collection. */
function collectionVersion({ api }: Wait): string {
  const { resourceVersion } =
    api.create("ConfigMap", { metadata: { name: "v", namespace: "team" } }).metadata;
  api.remove("ConfigMap", "team", "v");
  return String(Number(resourceVersion) + 1);
}

/** Looks at the Workflow of a wait; the list is filled as time passes. */
function sightingsOf(wait: Wait): string[] {
  const seen: string[] = [];
  const { clock, log, kube, stop } = wait;
  const bucket = new TokenBucket(clock);
  const { resourceVersion } = wait.workflow.metadata;
  const text = (sighting: Sighting) =>
    !("object" in sighting) ? sighting.is : `${sighting.is} ${sighting.object.metadata.labels?.phase ?? "-"}`;
  const look = async () => {
    const options = { clock, log, bucket, signal: stop.signal, createdVersion: resourceVersion };
    for await (const sighting of watchObject(kube, REF, options)) seen.push(text(sighting));
  };
  look().catch(() => {});
  return seen;
}

Deno.test("watchObject() yields each state, a deletion, what a look after it finds, and what comes later", async () => {
  const wait = new Wait();
  const seen = sightingsOf(wait);
  await wait.clock.advance(0);
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  wait.setPhase("Succeeded");
  wait.remove();
  await wait.clock.advance(1_000);
  wait.create("Pending");
  await wait.clock.advance(1_000);
  assertEquals(seen, [
    "there Running",
    "there Succeeded",
    "deleted Succeeded",
    "absent",
    "there Pending",
  ]);
});

Deno.test("watchObject() asks for the metadata of the one object only", async () => {
  const wait = new Wait();
  sightingsOf(wait);
  await wait.clock.advance(5 * MINUTE);
  const asked = callsOf(wait, "watch", "list").map(({ options }) => [
    options.metadataOnly,
    options.fieldSelector,
    options.namespace,
    options.deadlineMs,
  ]);
  assert(asked.length > 4);
  assertEquals([...new Set(asked.map(String))], ["true,metadata.name=demo,team,10000"]);
});

Deno.test("watchObject() watches from the version of its own create at once, without a look", async () => {
  const wait = await waiting();
  wait.api.create("Workflow", { metadata: { name: "other", namespace: "team" }, spec: {} });
  assertEquals(wait.kube.calls.map(({ method }) => method), ["watch"]);
  assertEquals(versionsOf(wait), [wait.workflow.metadata.resourceVersion]);
});

Deno.test("watchObject() watches an adopted object from the collection's version, never from its own", async () => {
  const wait = new Wait();
  const version = collectionVersion(wait);
  await wait.begin({ adopted: true });
  assertEquals(wait.kube.calls.map(({ method }) => method), ["list", "watch"]);
  assertEquals(versionsOf(wait), [version]);
});

Deno.test("watchObject() resumes from the last event's version when the server ends the watch", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(30_000);
  const { resourceVersion } = wait.api.find("Workflow", "team", "demo")?.metadata ?? {};
  wait.api.endWatches();
  await wait.clock.advance(0);
  assertEquals(versionsOf(wait).at(-1), resourceVersion);
  assertEquals(callsOf(wait, "list"), []);
});

Deno.test("watchObject() resumes from the last bookmark's version, so that a quiet object does not expire", async () => {
  const wait = await waiting();
  const version = collectionVersion(wait);
  await wait.clock.advance(MINUTE + 1_000);
  wait.api.compact();
  wait.api.endWatches();
  await wait.clock.advance(0);
  assertEquals(versionsOf(wait).at(-1), version);
  // The one look is that after 45 s of silence.
  assertEquals(wait.kube.count("list"), 1);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("watchObject() watches from the collection's version after a broken watch", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  const version = collectionVersion(wait);
  wait.kube.watches.at(-1)?.cut();
  await wait.clock.advance(1_000);
  assertEquals(versionsOf(wait), [wait.workflow.metadata.resourceVersion, version]);
});

Deno.test("watchObject() never asks for an old state: no look names a version", async () => {
  const wait = await waiting({ adopted: true });
  await wait.clock.advance(5 * MINUTE);
  const looks = callsOf(wait, "list", "get");
  assert(looks.length > 0);
  assertEquals(looks.map(({ options }) => options.resourceVersion).filter(Boolean), []);
});

for (const [chance, seconds] of [[0, 180], [0.5, 200], [0.999_999, 220]] as const) {
  Deno.test(`watchObject() asks for watches of ${seconds} s by chance ${chance}`, async () => {
    const wait = new Wait(quickClock(() => chance));
    await wait.begin();
    assertEquals(wait.kube.watches.map(({ options }) => options.timeoutSeconds), [seconds]);
  });
}

for (const [chance, seconds] of [[0, 36], [0.5, 45], [0.999_999, 54]] as const) {
  Deno.test(`watchObject() takes a fresh look after ${seconds} s of silence by chance ${chance}`, async () => {
    const wait = new Wait(quickClock(() => chance));
    await wait.begin();
    await wait.clock.advance(seconds * 1_000 - 10);
    assertEquals(wait.kube.count("list"), 0);
    await wait.clock.advance(20);
    assertEquals(callsOf(wait, "list").map(({ options }) => options.freshConnection), [true]);
  });
}

Deno.test("watchObject() goes on with a silent watch where a fresh look finds nothing new", async () => {
  const wait = await waiting();
  await wait.clock.advance(2 * MINUTE);
  assertEquals([wait.kube.count("list"), wait.kube.watches.length], [2, 1]);
});

Deno.test("watchObject() gives a watch up that did not tell what a fresh look finds", async () => {
  const wait = await waiting();
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  wait.kube.watches.at(-1)?.mute();
  wait.touch();
  await wait.clock.advance(46_000);
  assertEquals(wait.kube.watches.length, 2);
  assertEquals(wait.kube.watches.map(({ options }) => options.signal?.aborted), [true, false]);
});

Deno.test("watchObject() makes at most 2 requests a minute where nothing happens", async () => {
  const wait = await waiting();
  await wait.clock.advance(30 * MINUTE);
  const count = wait.kube.count();
  assert(count <= 60, `${count} in 30 minutes`);
});
