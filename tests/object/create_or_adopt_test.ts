import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { RunError } from "../../src/errors.ts";
import { createOrAdopt } from "../../src/object/create_or_adopt.ts";
import { aWorkflow, Creation } from "../lab/create_lab.ts";
import { answered, failure } from "../lab/recorded_answers.ts";
import { lost } from "../lab/memory_client.ts";
import { MINUTE } from "../lab/wait_lab.ts";

Deno.test("createOrAdopt() gets the name, then creates the object with its marks", async () => {
  const creation = new Creation();
  const { object, adopted } = await creation.run();
  assertEquals(creation.kube.calls.map(({ method }) => method), ["get", "create"]);
  assertEquals([adopted, object.metadata.uid], [false, creation.find()?.metadata.uid]);
  assertEquals(creation.find()?.metadata.annotations?.["runner.capact.io/run-id"], "run-1");
});

Deno.test("row 5: createOrAdopt() finds the object whose create lost its reply", async () => {
  const creation = new Creation();
  creation.disturb("create", lost);
  const { object, adopted } = await creation.run();
  assertEquals([object.metadata.uid, adopted], [creation.find()?.metadata.uid, false]);
  assertEquals([creation.stored, creation.kube.count("create")], [1, 1]);
});

Deno.test("row 5: createOrAdopt() creates one object though three creates break, the last of them after its effect", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("broken"), failure("broken"), lost);
  await creation.run();
  assertEquals([creation.stored, creation.kube.count("create")], [1, 3]);
});

Deno.test("row 5: createOrAdopt() takes AlreadyExists after a lost reply for its own first copy", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("broken"), async () => {
    await creation.put();
    throw answered("alreadyExists");
  });
  const { object, adopted } = await creation.run();
  assertEquals([object.metadata.uid, adopted, creation.stored], [creation.find()?.metadata.uid, false, 1]);
});

for (const fault of ["refused", "broken"] as const) {
  Deno.test(`row 6: createOrAdopt() creates again after a GET when the create never arrived (${fault})`, async () => {
    const creation = new Creation();
    creation.disturb("create", failure(fault));
    await creation.run();
    assertEquals(creation.kube.calls.map(({ method }) => method), ["get", "create", "get", "create"]);
    assertEquals(creation.stored, 1);
  });
}

for (
  const [row, answer] of [["7", "requestTimedOut"], ["21", "quotaEvaluationTimedOut"], [
    "28",
    "etcdTimedOut",
  ]] as const
) {
  Deno.test(`row ${row}: createOrAdopt() finds the object that was created though ${answer} came`, async () => {
    const creation = new Creation();
    creation.disturb("create", async (send) => {
      await send();
      throw answered(answer);
    });
    await creation.run();
    assertEquals([creation.stored, creation.kube.count("create")], [1, 1]);
  });

  Deno.test(`row ${row}: createOrAdopt() creates again when ${answer} came and nothing was created`, async () => {
    const creation = new Creation();
    creation.disturb("create", answered(answer));
    await creation.run();
    assertEquals([creation.stored, creation.kube.count("create")], [1, 2]);
  });
}

Deno.test("row 8: createOrAdopt() adopts the object of an earlier start of the run", async () => {
  const creation = new Creation();
  const { uid } = (await creation.put()).metadata;
  const { object, adopted } = await creation.run();
  assertEquals([object.metadata.uid, adopted, creation.kube.count("create")], [uid, true, 0]);
});

Deno.test("row 8: createOrAdopt() adopts an object of the run that appears between its GET and its create", async () => {
  const creation = new Creation();
  creation.disturb("create", async (send) => {
    await creation.put();
    return await send();
  });
  const { object, adopted } = await creation.run();
  assertEquals([object.metadata.uid, adopted, creation.stored], [creation.find()?.metadata.uid, true, 1]);
});

Deno.test("row 8: createOrAdopt() adopts an object of a run whose id is not known", async () => {
  const creation = new Creation();
  await creation.put();
  const { object } = await creation.clock.finish(createOrAdopt(creation.kube, aWorkflow(), {
    ...creation.options(),
    owner: { program: "argo-runner", onExisting: "adopt" },
  }));
  assertEquals(object.metadata.uid, creation.find()?.metadata.uid);
});

/** Expects `NameTaken`, and the existing object unchanged. */
async function nameTaken(creation: Creation): Promise<RunError> {
  const before = creation.find();
  const error = await creation.refused("NameTaken");
  assertEquals([creation.find(), creation.kube.count("create")], [before, 0]);
  return error;
}

Deno.test("row 9: createOrAdopt() refuses a foreign object's name and leaves the object alone", async () => {
  const creation = new Creation();
  creation.api.create("Workflow", { metadata: { name: "demo", namespace: "team" }, spec: {} });
  const { message } = await nameTaken(creation);
  assertMatch(
    message,
    /^Cannot create Workflow "demo": the name is taken by an object created 2026-01-01T00:00:00Z:/,
  );
  assertStringIncludes(message, "it was not created by an action runner");
});

Deno.test("row 9: createOrAdopt() names the creator and the first field that differs", async () => {
  const creation = new Creation();
  await creation.put(aWorkflow({ entrypoint: "other" }), { program: "job-runner" });
  const { message } = await nameTaken(creation);
  assertStringIncludes(message, "by job-runner: it was created from another manifest");
  assertStringIncludes(message, "the first field that differs is spec.entrypoint");
});

Deno.test("row 9: createOrAdopt() refuses another manifest's object when the whole object cannot be read", async () => {
  const creation = new Creation();
  await creation.put(aWorkflow({ entrypoint: "other" }));
  creation.disturb("get", undefined, failure("server"));
  const { message } = await nameTaken(creation);
  assert(!message.includes("the first field"));
});

Deno.test("row 9: createOrAdopt() refuses the object of another run of the same manifest", async () => {
  const creation = new Creation();
  await creation.put(aWorkflow(), { runId: "run-2" });
  const { message } = await nameTaken(creation);
  assertStringIncludes(message, 'it belongs to run "run-2", this is run "run-1"');
});

Deno.test("row 9: createOrAdopt() refuses its own object with onExisting=refuse", async () => {
  const creation = new Creation();
  await creation.put();
  const { message } = await creation.refused("NameTaken", { onExisting: "refuse" });
  assertStringIncludes(message, "it is this run's, which may not be adopted");
});

Deno.test("row 9: createOrAdopt() refuses a foreign object that appears between its GET and its create", async () => {
  const creation = new Creation();
  creation.disturb("create", async (send) => {
    creation.api.create("Workflow", { metadata: { name: "demo", namespace: "team" }, spec: {} });
    return await send();
  });
  await creation.refused("NameTaken");
  assertEquals(creation.stored, 1);
});

for (const point of ["before the create", "after the create", "after its reply"] as const) {
  Deno.test(`row 10: createOrAdopt() creates one object when it is started again ${point}`, async () => {
    const creation = new Creation();
    const killed = new Error("SIGKILL");
    if (point === "before the create") creation.disturb("create", killed);
    if (point === "after the create") {
      creation.disturb("create", async (send) => {
        await send();
        throw killed;
      });
    }
    await creation.run().catch(() => {});
    const { adopted } = await creation.run();
    assertEquals([creation.stored, adopted], [1, point !== "before the create"]);
  });
}

Deno.test("row 11: createOrAdopt() waits until an object that is being deleted is gone, then creates", async () => {
  const creation = new Creation();
  const metadata = { name: "demo", namespace: "team", finalizers: ["example.org/hold"] };
  const { uid } = creation.api.create("Workflow", { metadata, spec: {} }).metadata;
  creation.api.delete("Workflow", "team", "demo");
  creation.at(30_000, () => creation.api.remove("Workflow", "team", "demo"));
  const { object, adopted } = await creation.run();
  assertEquals([object.metadata.uid === uid, adopted], [false, false]);
  assert(creation.clock.now() <= 32_000);
});

Deno.test("row 11: createOrAdopt() refuses a name whose object is not gone after a minute", async () => {
  const creation = new Creation();
  const metadata = { name: "demo", namespace: "team", finalizers: ["example.org/hold"] };
  creation.api.create("Workflow", { metadata, spec: {} });
  creation.api.delete("Workflow", "team", "demo");
  const { message } = await nameTaken(creation);
  assertStringIncludes(message, "it is being deleted, and something holds that up");
  assert(creation.clock.now() >= MINUTE && creation.clock.now() <= MINUTE + 2_000);
});

Deno.test("row 11: createOrAdopt() does not adopt its own object while that is being deleted", async () => {
  const creation = new Creation();
  const { uid } = (await creation.put({
    ...aWorkflow(),
    metadata: { ...aWorkflow().metadata, finalizers: ["example.org/hold"] },
  })).metadata;
  creation.api.delete("Workflow", "team", "demo");
  creation.at(5_000, () => creation.api.remove("Workflow", "team", "demo"));
  const { object } = await creation.run();
  assert(object.metadata.uid !== uid);
});

Deno.test("createOrAdopt() goes on when an object disappears between its create and its GET", async () => {
  const creation = new Creation();
  creation.disturb("create", answered("alreadyExists"));
  await creation.run();
  assertEquals([creation.stored, creation.kube.count("create")], [1, 2]);
});

Deno.test("createOrAdopt() slows down when the name is taken and free by turns", async () => {
  const creation = new Creation();
  let creates = 0;
  creation.kube.trouble = ({ method }) =>
    method === "create" && ++creates < 200 ? answered("alreadyExists") : undefined;
  await creation.run().catch(() => {});
  assert(creates / (creation.clock.now() / MINUTE + 1) <= 40, `${creates} in ${creation.clock.now()} ms`);
});
