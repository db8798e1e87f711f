import { assertEquals } from "@std/assert";
import { type ArgoNode, readNodes } from "../../../runners/argo/nodes.ts";
import { rootCause, stepName, waitedFor } from "../../../runners/argo/root_cause.ts";
import type { JsonObject } from "../../../src/mod.ts";
import type { KubeObject } from "../../../src/kube/client.ts";

/** The nodes of the Workflow `w`, by id: each is a failed pod in the `DAG` node `w` unless its fields say otherwise. */
async function nodesOf(byId: Record<string, JsonObject>): Promise<Map<string, ArgoNode>> {
  const nodes = Object.entries(byId).map(([id, fields]) => {
    const inside = id === "w" ? { type: "DAG" } : { type: "Pod", boundaryID: "w" };
    return [id, {
      id,
      name: id === "w" ? "w" : `w.${id}`,
      displayName: id,
      phase: "Failed",
      ...inside,
      ...fields,
    }];
  });
  const workflow = { status: { nodes: Object.fromEntries(nodes) } } as unknown as KubeObject;
  return (await readNodes(workflow)).nodes;
}

interface Case {
  what: string;
  nodes: Record<string, JsonObject>;
  cause: string | undefined;
  others?: number;
}

const cases: Case[] = [
  { what: "nothing where nothing failed", nodes: { w: { phase: "Succeeded" } }, cause: undefined },
  {
    what: "what failed first, and counts what failed later",
    nodes: { w: {}, a: { finishedAt: "2026-01-01T00:00:02Z" }, b: { finishedAt: "2026-01-01T00:00:01Z" } },
    cause: "b",
    others: 1,
  },
  {
    what: "what failed on its own, not what was ended after it",
    nodes: {
      w: {},
      a: { finishedAt: "2026-01-01T00:00:01Z", message: "workflow shutdown with strategy:  Terminate" },
      b: { finishedAt: "2026-01-01T00:00:02Z" },
    },
    cause: "b",
  },
  {
    what: "no failure that its group has tolerated",
    nodes: {
      w: {},
      tolerant: { type: "Steps", phase: "Succeeded" },
      a: { boundaryID: "tolerant", finishedAt: "2026-01-01T00:00:01Z" },
      b: { finishedAt: "2026-01-01T00:00:02Z" },
    },
    cause: "b",
  },
  {
    what: "a failure that a later attempt has made good not at all",
    nodes: {
      w: {},
      r: { type: "Retry", phase: "Succeeded", children: ["r0", "r1"] },
      r0: { name: "w.r(0)", finishedAt: "2026-01-01T00:00:01Z" },
      r1: { name: "w.r(1)", phase: "Succeeded" },
      b: { finishedAt: "2026-01-01T00:00:02Z" },
    },
    cause: "b",
  },
  {
    what: "the last attempt, whatever hooks ran beside it",
    nodes: {
      w: {},
      r: { type: "Retry", children: ["r0", "r1", "hook"] },
      r0: { name: "w.r(0)" },
      r1: { name: "w.r(1)", children: ["hook"] },
      hook: { name: "w.r.hooks.tidy", phase: "Succeeded" },
    },
    cause: "r1",
  },
  {
    what: "a failure on which no other step but an exit handler followed",
    nodes: {
      w: {},
      a: { children: ["exit"], finishedAt: "2026-01-01T00:00:01Z" },
      exit: { name: "w.a.onExit", phase: "Succeeded" },
      b: { finishedAt: "2026-01-01T00:00:02Z" },
    },
    cause: "a",
    others: 1,
  },
  {
    what: "the work before its exit handler",
    nodes: {
      w: {},
      exit: { name: "w.onExit", boundaryID: "", finishedAt: "2026-01-01T00:00:01Z" },
      a: { finishedAt: "2026-01-01T00:00:02Z" },
    },
    cause: "a",
  },
  {
    what: "the only failure, although the Workflow went on after it",
    nodes: { w: {}, a: { children: ["b"] }, b: { phase: "Succeeded" } },
    cause: "a",
  },
  {
    what: "a group that failed by itself",
    nodes: { w: { message: "Max duration limit exceeded" }, a: { phase: "Succeeded" } },
    cause: "w",
  },
];

for (const { what, nodes, cause, others } of cases) {
  Deno.test(`rootCause() finds ${what}`, async () => {
    const found = rootCause(await nodesOf(nodes), "w");
    assertEquals(found?.node.id, cause);
    if (found) assertEquals(found.others, others ?? 0);
  });
}

const RUNNING = { phase: "Running" };
const waits: { what: string; nodes: Record<string, JsonObject>; node: string | undefined }[] = [
  {
    what: "a pod that has not started",
    nodes: { w: RUNNING, a: RUNNING, b: { phase: "Pending" } },
    node: "b",
  },
  {
    what: "what has run for longest",
    nodes: {
      w: RUNNING,
      a: { ...RUNNING, startedAt: "2026-01-01T00:00:02Z" },
      b: { ...RUNNING, startedAt: "2026-01-01T00:00:01Z" },
    },
    node: "b",
  },
  { what: "nothing where no node is under way", nodes: { w: RUNNING, a: {} }, node: undefined },
];

for (const { what, nodes, node } of waits) {
  Deno.test(`waitedFor() finds ${what}`, async () => {
    assertEquals(waitedFor(await nodesOf(nodes))?.id, node);
  });
}

Deno.test("stepName() is the path to a step, without the Workflow", async () => {
  const nodes = await nodesOf({ w: {}, outer: { type: "Steps" }, deep: { boundaryID: "outer" } });
  const names = [...nodes.values()].map((node) => stepName(nodes, node));
  assertEquals(names, ["w", "outer", "outer/deep"]);
});
