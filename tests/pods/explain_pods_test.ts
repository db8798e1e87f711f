import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../src/text/json.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { causeOf } from "../../src/pods/explain_pods.ts";

/** A pod, created in a second of the same minute. */
function aPod(name: string, second: string, status: JsonObject, metadata: JsonObject = {}): KubeObject {
  const creationTimestamp = `2026-01-01T00:00:${second}Z`;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "team", creationTimestamp, ...metadata },
    spec: { containers: [{ name: "main" }] },
    status,
  } as KubeObject;
}

function ended(exitCode: number, reason = exitCode === 0 ? "Completed" : "Error"): JsonObject {
  const terminated = { exitCode, reason, startedAt: "2026-01-01T00:00:01Z" };
  const phase = exitCode === 0 ? "Succeeded" : "Failed";
  return { phase, containerStatuses: [{ name: "main", state: { terminated } }] };
}

const waiting = { containerStatuses: [{ name: "main", state: { waiting: { reason: "ImagePullBackOff" } } }] };
const DELETED = { deletionTimestamp: "2026-01-01T00:01:00Z" };
const RUNS = { phase: "Running" };

const choices: [string, KubeObject[], string | undefined][] = [
  ["none of none", [], undefined],
  ["none of those that succeeded", [aPod("a", "01", ended(0))], undefined],
  [
    "the last attempt",
    [aPod("a", "01", ended(1)), aPod("c", "03", ended(3)), aPod("b", "02", ended(2))],
    "c",
  ],
  [
    "one that failed before one that was ended because of it",
    [aPod("a", "01", ended(1)), aPod("b", "02", ended(143), DELETED)],
    "a",
  ],
  [
    "one that ran out of memory as one that failed, even while it is deleted",
    [aPod("a", "01", ended(1)), aPod("b", "02", ended(137, "OOMKilled"), DELETED)],
    "b",
  ],
  [
    "one that failed before one that cannot start",
    [aPod("a", "01", ended(1)), aPod("b", "02", waiting)],
    "a",
  ],
  ["one that cannot start before one that runs", [aPod("a", "01", waiting), aPod("b", "02", RUNS)], "a"],
  ["one that runs", [aPod("a", "01", ended(0)), aPod("b", "02", RUNS)], "b"],
];

for (const [what, pods, name] of choices) {
  Deno.test(`causeOf() is ${what}`, () => {
    assertEquals(causeOf(pods)?.metadata.name, name);
    assertEquals(causeOf(pods.toReversed())?.metadata.name, name);
  });
}

Deno.test("causeOf() is the pod of the name before any other", () => {
  const pods = [aPod("b", "02", ended(1)), aPod("a", "01", RUNS)];
  assertEquals([causeOf(pods, "a"), causeOf(pods, "gone")].map((pod) => pod?.metadata.name), ["a", "b"]);
});
