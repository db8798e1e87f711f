import { assertEquals } from "@std/assert";
import { followedJob, indexOf, manualSelector, podsOf } from "../../../runners/job/pods.ts";
import type { JsonObject } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import type { KubeClient, KubeObject, ListOptions, ObjectRef } from "../../../src/kube/client.ts";
import { fakeClock } from "../../../src/testing/mod.ts";
import { at, HANG, logClient } from "../../lab/log_streams.ts";

function aPod(name: string, containers: string[], initContainers: string[] = []): KubeObject {
  const named = (names: string[]) => names.map((name) => ({ name }));
  const spec = { containers: named(containers), initContainers: named(initContainers) };
  const begun = (names: string[]) => names.map((name) => ({ name, state: { running: { startedAt: "…" } } }));
  const status = { containerStatuses: begun(containers), initContainerStatuses: begun(initContainers) };
  return { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "team" }, spec, status };
}

Deno.test("followedJob() begins each line with its pod, and its container if the pod has several", async () => {
  const { kube: streams, asked } = logClient((
    { pod, container },
  ) => [at("01", `${container} of ${pod}`), HANG]);
  const lists: ListOptions[] = [];
  const items = [aPod("demo-a", ["main"]), aPod("demo-b", ["main", "side"], ["prepare"])];
  const kube = {
    ...streams,
    list(_type: unknown, options: ListOptions) {
      lists.push(options);
      return Promise.resolve({ resourceVersion: "1", items });
    },
    get: ({ name }: ObjectRef) => Promise.resolve(items.find(({ metadata }) => metadata.name === name)),
  } as unknown as KubeClient;
  const told: string[] = [];
  const clock = fakeClock();
  const { signal } = new AbortController();
  const log = { ...silentLog, info: (message: string) => void told.push(message) };
  followedJob(kube, { namespace: "team", uid: "uid-1" }, { signal, log, clock }).run();
  await clock.advance(3_000);
  assertEquals(told, [
    "[demo-a] main of demo-a",
    "[demo-b/prepare] prepare of demo-b",
    "[demo-b/main] main of demo-b",
    "[demo-b/side] side of demo-b",
  ]);
  assertEquals(asked.length, 4);
  const [{ namespace, labelSelector, metadataOnly } = {}] = lists as Partial<ListOptions>[];
  assertEquals([namespace, labelSelector, metadataOnly], [
    "team",
    "batch.kubernetes.io/controller-uid=uid-1",
    true,
  ]);
});

Deno.test("indexOf() is the index of an indexed Job's pod, and undefined for other pods", () => {
  const pod = aPod("demo-a", ["main"]);
  const annotations = { "batch.kubernetes.io/job-completion-index": "0" };
  assertEquals([indexOf(pod), indexOf({ ...pod, metadata: { annotations } })], [undefined, "0"]);
});

function aJob(spec: JsonObject): KubeObject {
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name: "demo" }, spec };
}

Deno.test("manualSelector() is the Job's own selector in the form of a query", () => {
  const selector = {
    matchLabels: { app: "demo", tier: "" },
    matchExpressions: [
      { key: "run", operator: "In", values: ["a", "b"] },
      { key: "old", operator: "NotIn", values: ["c"] },
      { key: "team", operator: "Exists" },
      { key: "stop", operator: "DoesNotExist" },
    ],
  };
  assertEquals(
    manualSelector(aJob({ manualSelector: true, selector })),
    "app=demo,tier=,run in (a,b),old notin (c),team,!stop",
  );
  assertEquals(manualSelector(aJob({ manualSelector: false, selector })), undefined);
  assertEquals(manualSelector(aJob({ manualSelector: null, selector })), undefined);
});

Deno.test("podsOf() of a Job with its own selector are the pods that it owns", () => {
  assertEquals(podsOf({ namespace: "team", uid: "u", podSelector: "app=demo" }), {
    namespace: "team",
    labelSelector: "app=demo",
    ownerUid: "u",
  });
});
