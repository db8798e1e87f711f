import { assertEquals, assertMatch } from "@std/assert";
import type { JsonValue } from "../../src/text/json.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { differenceOfMarks, firstDifference, type Owner, withMarks } from "../../src/object/ownership.ts";
import { aWorkflow, OWNER } from "../lab/create_lab.ts";

const HASH = "runner.capact.io/spec-hash";

async function hashOf(object: KubeObject, owner: Owner = OWNER, hashed?: JsonValue): Promise<string> {
  return (await withMarks(object, owner, hashed)).metadata.annotations?.[HASH] ?? "";
}

function withMetadata(more: KubeObject["metadata"]): KubeObject {
  return { ...aWorkflow(), metadata: { ...aWorkflow().metadata, ...more } };
}

Deno.test("withMarks() adds labels and annotations, and keeps what is there", async () => {
  const object = withMetadata({ labels: { a: "b" }, annotations: { c: "d" } });
  const { metadata, ...rest } = await withMarks(object, OWNER);
  const { metadata: _metadata, ...original } = object;
  assertEquals(rest, original);
  assertEquals(metadata.labels, {
    a: "b",
    "app.kubernetes.io/managed-by": "action-runner",
    "runner.capact.io/created-by": "argo-runner",
  });
  const { [HASH]: hash, ...annotations } = metadata.annotations ?? {};
  assertEquals(annotations, { c: "d", "runner.capact.io/run-id": "run-1" });
  assertMatch(hash ?? "", /^[0-9a-f]{64}$/);
});

Deno.test("withMarks() does not change the object that it gets", async () => {
  const object = aWorkflow();
  await withMarks(object, OWNER);
  assertEquals(object, aWorkflow());
});

Deno.test("withMarks() leaves the run's id out if there is no id", async () => {
  const { metadata } = await withMarks(aWorkflow(), { program: "p", onExisting: "adopt" });
  assertEquals(Object.keys(metadata.annotations ?? {}), [HASH]);
});

const ACTION = { apiVersion: "core.capact.io/v1alpha1", kind: "Action", name: "hello", uid: "u-1" };
const OTHER = { apiVersion: "v1", kind: "ConfigMap", name: "other", uid: "u-0" };

Deno.test("withMarks() adds what the object is to belong to, beside what it belongs to already", async () => {
  const owner = { ...OWNER, ownerRef: { ...ACTION, controller: true } };
  const { metadata } = await withMarks(withMetadata({ ownerReferences: [OTHER] }), owner);
  assertEquals(metadata.ownerReferences, [OTHER, { ...ACTION, controller: true }]);
  assertEquals((await withMarks(aWorkflow(), owner)).metadata.ownerReferences?.length, 1);
  assertEquals((await withMarks(aWorkflow(), OWNER)).metadata.ownerReferences, undefined);
});

Deno.test("withMarks() hashes nothing that differs between two starts of one run", async () => {
  const hash = await hashOf(aWorkflow());
  assertEquals(await hashOf(aWorkflow(), { ...OWNER, runId: "run-2", program: "p" }), hash);
  assertEquals(await hashOf(aWorkflow(), { ...OWNER, ownerRef: ACTION }), hash);
  assertEquals(await hashOf(withMetadata({ ownerReferences: [OTHER] })), hash);
  const { metadata, kind, apiVersion, spec } = aWorkflow();
  assertEquals(await hashOf({ spec, metadata, kind, apiVersion } as KubeObject), hash);
});

Deno.test("withMarks() hashes all that makes the work what it is", async () => {
  const hashes = await Promise.all([
    hashOf(aWorkflow()),
    hashOf(aWorkflow({ entrypoint: "other" })),
    hashOf(withMetadata({ labels: { a: "b" } })),
    hashOf(withMetadata({ name: "other" })),
    hashOf({ ...aWorkflow(), kind: "CronWorkflow" }),
  ]);
  assertEquals(new Set(hashes).size, hashes.length);
});

Deno.test("withMarks() hashes what its caller names", async () => {
  assertEquals(await hashOf(aWorkflow(), OWNER, { a: 1 }), await hashOf(aWorkflow({}), OWNER, { a: 1 }));
});

const differences: [
  what: string,
  existing: Partial<Owner> | undefined,
  spec: string,
  expected: RegExp | undefined,
][] = [
  ["the same run", {}, "main", undefined],
  ["another program's start of the same run", { program: "p" }, "main", undefined],
  ["another manifest", {}, "other", /created from another manifest/],
  [
    "another run of the same manifest",
    { runId: "run-2" },
    "main",
    /belongs to run "run-2", this is run "run-1"/,
  ],
  ["no action runner", undefined, "main", /not created by an action runner/],
];

for (const [what, owner, entrypoint, expected] of differences) {
  Deno.test(`differenceOfMarks() knows an object of ${what}`, async () => {
    const object = aWorkflow({ entrypoint });
    const existing = owner ? await withMarks(object, { ...OWNER, ...owner }) : object;
    const wanted = await withMarks(aWorkflow(), OWNER);
    const difference = differenceOfMarks(existing.metadata, wanted.metadata);
    if (expected) assertMatch(difference ?? "", expected);
    else assertEquals(difference, undefined);
  });
}

Deno.test("differenceOfMarks() accepts a run id that only one side knows", async () => {
  const { metadata: known } = await withMarks(aWorkflow(), OWNER);
  const { metadata: unknown } = await withMarks(aWorkflow(), { program: "p", onExisting: "adopt" });
  assertEquals([differenceOfMarks(known, unknown), differenceOfMarks(unknown, known)], [
    undefined,
    undefined,
  ]);
});

const fields: [existing: JsonValue | undefined, wanted: JsonValue, expected: string | undefined][] = [
  [{ a: 1 }, { a: 1 }, undefined],
  [{ a: 1, added: 2 }, { a: 1 }, undefined],
  [{ a: 1 }, { a: 2 }, "spec.a"],
  [{}, { a: null, b: "", c: [], d: { e: null } }, undefined],
  [{ a: 1 }, { a: null }, "spec.a"],
  [{ a: { b: [1, { c: 2 }] } }, { a: { b: [1, { c: 3 }] } }, "spec.a.b.1.c"],
  [{ a: [1] }, { a: [1, 2] }, "spec.a"],
  [{ a: [1] }, { a: { 0: 1 } }, "spec.a"],
  [{ a: { c: 1, b: 2 } }, { a: { b: 2, c: 1 } }, undefined],
  [{ a: "1" }, { a: 1 }, "spec.a"],
  [undefined, { a: 1 }, "spec"],
  [null, null, undefined],
];

for (const [existing, wanted, expected] of fields) {
  Deno.test(`firstDifference() of ${JSON.stringify(existing)} from ${JSON.stringify(wanted)} is ${expected}`, () => {
    assertEquals(firstDifference(existing, wanted, "spec"), expected);
  });
}
