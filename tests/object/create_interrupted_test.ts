import { assert, assertEquals, assertRejects } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import { createOrAdopt } from "../../src/object/create_or_adopt.ts";
import { failure } from "../lab/recorded_answers.ts";
import { aWorkflow, Creation } from "../lab/create_lab.ts";
import { type Detour, hangs, lost } from "../lab/memory_client.ts";
import { until } from "../lab/quick_clock.ts";
import { MINUTE } from "../lab/wait_lab.ts";

const terminated = new RunError("Terminated", "SIGTERM");

/** Creates the object at once, and answers after some time. */
function answersAfter(creation: Creation, ms: number): Detour {
  return async (send, signal) => {
    const object = await send();
    await creation.clock.sleep(ms, signal);
    return object;
  };
}

/** Sends SIGTERM while the last of these calls is under way. Returns the result or the error. */
async function interrupted(creation: Creation, ...calls: string[]): Promise<unknown> {
  const work = createOrAdopt(creation.kube, aWorkflow(), creation.options());
  work.catch(() => {});
  await until(() => creation.kube.calls.map(({ method }) => method).join() === calls.join());
  creation.stop.abort(terminated);
  const from = creation.clock.now();
  const result = await creation.clock.finish(work, MINUTE).catch((error) => error);
  const tookMs = creation.clock.now() - from;
  assert(tookMs <= 3_000, `it took ${tookMs} ms of the 5 s that a signal leaves`);
  return result;
}

function assertUid(creation: Creation, result: unknown): void {
  const { object } = result as { object?: { metadata: { uid: string } } };
  assertEquals(object?.metadata.uid, creation.find()?.metadata.uid);
  assert(object !== undefined);
}

function assertEnd(error: unknown, left: "unknown" | undefined): void {
  assert(error instanceof RunError, Deno.inspect(error));
  assertEquals([error.reason, error.left], ["Terminated", left]);
}

Deno.test("row 56: createOrAdopt() creates nothing after a signal during its GET", async () => {
  const creation = new Creation();
  creation.disturb("get", hangs);
  assertEnd(await interrupted(creation, "get"), undefined);
  assertEquals(creation.kube.count("create"), 0);
});

Deno.test("row 56: createOrAdopt() brings a create in flight to its end when a signal comes", async () => {
  const creation = new Creation();
  creation.disturb("create", answersAfter(creation, 1_000));
  assertUid(creation, await interrupted(creation, "get", "create"));
});

Deno.test("row 56: createOrAdopt() gets the name when a create in flight does not end soon", async () => {
  const creation = new Creation();
  creation.disturb("create", answersAfter(creation, 20_000));
  assertUid(creation, await interrupted(creation, "get", "create"));
  assertEquals(creation.kube.count("get"), 2);
});

Deno.test("row 56: createOrAdopt() does not say that nothing was created when the create did not end", async () => {
  const creation = new Creation();
  // The API server may still process it after the last GET.
  creation.disturb("create", hangs);
  assertEnd(await interrupted(creation, "get", "create"), "unknown");
});

Deno.test("row 56: createOrAdopt() does not say that nothing was created when the last GET fails", async () => {
  for (const trouble of [hangs, failure("refused")]) {
    const creation = new Creation();
    creation.disturb("create", hangs);
    creation.disturb("get", undefined, trouble);
    assertEnd(await interrupted(creation, "get", "create"), "unknown");
  }
});

Deno.test("row 56: createOrAdopt() ends with the signal's reason when the API refuses a create in flight", async () => {
  const creation = new Creation();
  creation.disturb("create", async (_send, signal) => {
    await creation.clock.sleep(500, signal);
    throw failure("quota");
  });
  assertEnd(await interrupted(creation, "get", "create"), undefined);
});

Deno.test("row 56: createOrAdopt() finds the object when a signal comes during the GET after a lost reply", async () => {
  const creation = new Creation();
  creation.disturb("create", lost);
  creation.disturb("get", undefined, hangs);
  assertUid(creation, await interrupted(creation, "get", "create", "get"));
});

Deno.test("row 56: createOrAdopt() ends with the signal's reason during the GET after a lost create", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("broken"));
  creation.disturb("get", undefined, hangs);
  const error = await interrupted(creation, "get", "create", "get");
  assert(error instanceof RunError);
  assertEquals(error.reason, "Terminated");
});

Deno.test("row 56: createOrAdopt() ends with the signal's reason during a pause, nothing created", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("quota"));
  const work = createOrAdopt(creation.kube, aWorkflow(), creation.options());
  work.catch(() => {});
  await until(() => creation.kube.count("get") === 2);
  await creation.clock.advance(100);
  creation.stop.abort(terminated);
  assertEnd(await creation.clock.finish(work, 3_000).catch((error) => error), undefined);
  assertEquals(creation.stored, 0);
});

Deno.test("row 56: createOrAdopt() sends nothing when the signal came before it began", async () => {
  const creation = new Creation();
  creation.stop.abort(terminated);
  await assertRejects(() => creation.run(), RunError, "SIGTERM");
  assertEquals(creation.kube.count(), 0);
});

Deno.test("row 56: createOrAdopt() leaves no timer behind that a later signal would start", async () => {
  const creation = new Creation();
  await creation.run();
  const from = creation.clock.now();
  creation.stop.abort(terminated);
  const never = new Promise(() => {});
  await assertRejects(() => creation.clock.finish(never), Error, "it does not become so");
  assertEquals(creation.clock.now(), from);
});
