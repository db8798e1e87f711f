import { assert, assertEquals } from "@std/assert";
import { textAt } from "../../src/text/json.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { aWorkflow, Creation } from "../lab/create_lab.ts";
import { lost } from "../lab/memory_client.ts";
import { untilGone } from "../../src/object/until_gone.ts";
import { MINUTE, REF } from "../lab/wait_lab.ts";

const PLACE = ["Workflow", REF.namespace, REF.name] as const;
const FINALIZERS = ["example.org/hold"];
const LABELS = { phase: "Succeeded" };

const hasEnded = (workflow: KubeObject) => textAt(workflow, "status", "phase") === "Succeeded";

/** The two ways in which kinds tell their end. */
const kinds: [string, Creation["ends"]][] = [
  ["the whole object", { hasEnded }],
  ["labels", { hasEnded, mayHaveEnded: ({ labels }) => labels?.phase === "Succeeded" }],
];

/** A create of a name that the run's own object has, whose deletion a finalizer holds up. */
async function heldOwn(ends: Creation["ends"], phase: string): Promise<Creation> {
  const creation = new Creation();
  creation.ends = ends;
  await creation.put();
  creation.api.patch(...PLACE, { metadata: { labels: LABELS, finalizers: FINALIZERS }, status: { phase } });
  creation.api.delete(...PLACE);
  return creation;
}

for (const [what, ends] of kinds) {
  Deno.test(`row 66: createOrAdopt() adopts its own object that has ended and is being deleted, by ${what}`, async () => {
    const creation = await heldOwn(ends, "Succeeded");
    const { object, adopted } = await creation.run();
    assertEquals([object.metadata.uid, adopted], [creation.find()?.metadata.uid, true]);
    assertEquals([hasEnded(object), creation.stored, creation.clock.now()], [true, 1, 0]);
  });

  Deno.test(`row 66: createOrAdopt() adopts its own object that ends while it is being deleted, by ${what}`, async () => {
    const creation = await heldOwn(ends, "Running");
    creation.at(20_000, () => creation.api.patch(...PLACE, { status: { phase: "Succeeded" } }));
    const { object, adopted } = await creation.run();
    assertEquals([hasEnded(object), adopted, creation.stored], [true, true, 1]);
  });

  Deno.test(`row 11: createOrAdopt() waits for its own object that has not ended and is being deleted, by ${what}`, async () => {
    const creation = await heldOwn(ends, "Running");
    const { uid } = creation.find()!.metadata;
    creation.at(5_000, () => creation.api.remove(...PLACE));
    const { object, adopted } = await creation.run();
    assert(object.metadata.uid !== uid && !adopted);
  });
}

Deno.test("row 66: createOrAdopt() adopts the object of its lost create, which has ended and is being deleted", async () => {
  const creation = new Creation();
  creation.ends = { hasEnded };
  creation.disturb("create", async (send) => {
    await lost(send).catch(() => {});
    creation.api.patch(...PLACE, { metadata: { finalizers: FINALIZERS }, status: { phase: "Succeeded" } });
    creation.api.delete(...PLACE);
    return await lost(() => Promise.resolve({}));
  });
  const { object } = await creation.run();
  assertEquals([hasEnded(object), creation.stored], [true, 1]);
});

Deno.test("row 66: createOrAdopt() takes no verdict from an object of another run that is being deleted", async () => {
  const creation = await heldOwn({ hasEnded }, "Succeeded");
  creation.at(5_000, () => creation.api.remove(...PLACE));
  const { object } = await creation.run({ runId: "run-2" });
  assertEquals([hasEnded(object), creation.stored], [false, 2]);
});

Deno.test("row 66: createOrAdopt() creates a new object when it may not adopt", async () => {
  const creation = await heldOwn({ hasEnded }, "Succeeded");
  creation.at(5_000, () => creation.api.remove(...PLACE));
  const { adopted } = await creation.run({ onExisting: "refuse" });
  assertEquals([adopted, creation.stored], [false, 2]);
});

Deno.test("findOwn() reads the whole object only when the metadata claims an end", async () => {
  const creation = new Creation();
  creation.ends = kinds[1]![1];
  await creation.put();
  await creation.run();
  assertEquals(creation.kube.calls.map(({ options }) => options.metadataOnly), [true]);
  creation.api.patch(...PLACE, { metadata: { labels: LABELS } });
  const { object } = await creation.run();
  assertEquals([hasEnded(object), creation.kube.count("get")], [false, 3]);
});

for (
  const [what, free] of [
    ["is gone", (creation: Creation) => void creation.api.remove(...PLACE)],
    ["has left its name to another", (creation: Creation) => {
      creation.api.remove(...PLACE);
      creation.api.create("Workflow", aWorkflow() as never);
    }],
  ] as const
) {
  Deno.test(`untilGone() waits until the object ${what}`, async () => {
    const creation = await heldOwn({}, "Running");
    const { uid } = creation.find()!.metadata;
    creation.at(5_000, () => free(creation));
    await creation.clock.finish(untilGone(creation.kube, { ...REF, uid }, creation.options()));
    assertEquals(creation.clock.now(), 5_000);
  });
}

Deno.test("untilGone() ends with NameTaken after a minute", async () => {
  const creation = await heldOwn({}, "Running");
  const { uid } = creation.find()!.metadata;
  const waiting = untilGone(creation.kube, { ...REF, uid }, creation.options());
  const error = await creation.clock.finish(waiting).catch((error) => error);
  assertEquals([error.reason, creation.clock.now()], ["NameTaken", MINUTE]);
});
