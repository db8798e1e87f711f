import { assertEquals } from "@std/assert";
import {
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type Log,
  silentLog,
  tellOfBlockedPods,
} from "../../src/mod.ts";
import { type FakeClock, fakeClock } from "../../src/testing/mod.ts";
import { ownPods } from "../../src/kube/blocked_pods.ts";
import { recordingsOf, refusal } from "../runners/recorded.ts";

const { recording } = recordingsOf("argo");

const NOW = "2026-11-25T01:00:00Z";
const PODS = { namespace: "team", labelSelector: "workflows.argoproj.io/workflow=demo" };

interface Watched {
  clock: FakeClock;
  /** What was logged as a warning. */
  told: string[];
  /** The lists that were asked for. */
  lists: ListOptions[];
  stop: () => void;
  ended: Promise<void>;
}

/** Watches over pods; `pods` may throw. */
function watchOver(pods: () => KubeObject[]): Watched {
  const clock = fakeClock();
  const stop = new AbortController();
  const told: string[] = [];
  const lists: ListOptions[] = [];
  const kube = {
    serverNow: () => Date.parse(NOW) + clock.now(),
    list(_type: unknown, options: ListOptions) {
      lists.push(options);
      return new Promise((resolve) => resolve({ resourceVersion: "1", items: pods() }));
    },
  } as unknown as KubeClient;
  const log: Log = { ...silentLog, warn: (message: string) => void told.push(message) };
  const ended = tellOfBlockedPods(kube, PODS, { signal: stop.signal, log, clock });
  return { clock, told, lists, stop: () => stop.abort(), ended };
}

function pod(name: string, createdAt = "2026-11-25T00:00:00Z"): KubeObject {
  const [found] = recording(name).pods;
  return { ...found!, metadata: { ...found!.metadata, creationTimestamp: createdAt } };
}

Deno.test("tellOfBlockedPods() tells once of each pod that cannot start", async () => {
  const { clock, told, lists, stop, ended } = watchOver(() => [pod("unschedulable"), pod("missing-image")]);
  await clock.advance(44_000);
  assertEquals(lists.length, 0);
  await clock.advance(600_000);
  assertEquals(told.map((text) => text.split(": ").slice(0, 3)), [
    ['Pod "unschedulable" does not start', "Unschedulable", "0/1 nodes are available"],
    [
      'Pod "missing-image" does not start',
      'ImagePullBackOff (container "main")',
      'Back-off pulling image "localhost/nothing:1"',
    ],
  ]);
  assertEquals(lists.length, 5);
  const { signal: _signal, ...options } = lists[0]!;
  assertEquals(options, {
    namespace: "team",
    labelSelector: "workflows.argoproj.io/workflow=demo",
    fieldSelector: "status.phase=Pending",
    limit: 10,
  });
  stop();
  await ended;
});

Deno.test("tellOfBlockedPods() gives a pod half a minute, and leaves alone what still starts", async () => {
  const young = pod("unschedulable", "2026-11-25T01:00:20Z");
  const { clock, told, stop, ended } = watchOver(() => [young, pod("missing-volume")]);
  await clock.advance(45_000);
  assertEquals(told, []);
  await clock.advance(120_000);
  assertEquals(told.length, 1);
  stop();
  await ended;
});

Deno.test("tellOfBlockedPods() gives up where it may not list pods", async () => {
  const { clock, lists, ended } = watchOver(() => {
    throw refusal("forbidden");
  });
  await clock.advance(600_000);
  await ended;
  assertEquals(lists.length, 1);
});

Deno.test("tellOfBlockedPods() looks again after an error", async () => {
  let looks = 0;
  const { clock, told, stop, ended } = watchOver(() => {
    if (looks++ === 0) throw refusal("server");
    return [pod("unschedulable")];
  });
  await clock.advance(165_000);
  assertEquals(told.length, 1);
  stop();
  await ended;
});

Deno.test("ownPods() leaves out the pods of another owner with the same labels", () => {
  const pod = (name: string, ...owners: string[]) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ownerReferences: owners.map((uid) => ({ uid })) },
  });
  const orphan = { apiVersion: "v1", kind: "Pod", metadata: { name: "c" } };
  const pods = [pod("a", "mine"), pod("b", "other"), pod("d", "other", "mine"), orphan];
  const selected = { namespace: "team", labelSelector: "app=x" };
  assertEquals(ownPods({ ...selected, ownerUid: "mine" }, pods).map(({ metadata }) => metadata.name), [
    "a",
    "d",
  ]);
  assertEquals(ownPods(selected, pods), pods);
});
