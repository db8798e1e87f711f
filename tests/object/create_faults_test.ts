import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { DryRunRefusedError, RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import type { KubeObject } from "../../src/kube/client.ts";
import { preflightCreate } from "../../src/object/preflight_create.ts";
import { findOwn } from "../../src/object/find_own.ts";
import type { RoleRule } from "../../src/testing/mod.ts";
import { answered, ANSWERS, failure } from "../lab/recorded_answers.ts";
import { aWorkflow, Creation } from "../lab/create_lab.ts";
import { lost } from "../lab/memory_client.ts";
import { MINUTE } from "../lab/wait_lab.ts";

const refusals: [row: string, answer: keyof typeof ANSWERS, ms: number, reason: Reason][] = [
  ["15", "namespaceTerminating", 0, "TargetMissing"],
  ["16", "namespaceMissing", 2_000, "TargetMissing"],
  ["17", "kindMissing", 10_000, "TargetMissing"],
  ["19", "quotaExceeded", 2 * MINUTE, "QuotaExceeded"],
  ["20", "quotaConflict", 10_000, "QuotaExceeded"],
  ["23", "deniedByPolicy", 0, "RefusedByApi"],
  ["23", "deniedByWebhook", 0, "RefusedByApi"],
  ["24", "badRequest", 0, "RefusedByApi"],
  ["24", "invalid", 0, "RefusedByApi"],
  ["25", "tooLarge", 0, "RefusedByApi"],
  ["25", "tooLargeForEtcd", 0, "RefusedByApi"],
  ["26", "tooManyRequests", 2 * MINUTE, "ApiUnreachable"],
  ["44", "unauthorized", MINUTE, "NotAllowed"],
  ["48", "forbidden", 15_000, "NotAllowed"],
];

for (const [row, answer, ms, reason] of refusals) {
  Deno.test(`row ${row}: createOrAdopt() ends with ${reason} ${ms / 1_000} s after ${answer}, nothing created`, async () => {
    const creation = new Creation();
    creation.disturbUntil(Infinity, "create", answered(answer));
    const error = await creation.refused(reason);
    assert(
      creation.clock.now() >= ms && creation.clock.now() <= ms * 1.2 + 5_000,
      `${creation.clock.now()} ms`,
    );
    assertEquals([creation.stored, error.left], [0, undefined]);
    if (ms === 0) assertEquals(creation.kube.count("create"), 1);
  });
}

const delays: [row: string, answer: keyof typeof ANSWERS, ms: number][] = [
  ["16", "namespaceMissing", 1_000],
  ["17", "kindMissing", 8_000],
  ["19", "quotaExceeded", 90_000],
  ["20", "quotaConflict", 5_000],
  ["22", "webhookRefused", 60_000],
  ["26", "tooManyRequests", 60_000],
  ["44", "unauthorized", 30_000],
  ["48", "forbidden", 10_000],
];

for (const [row, answer, ms] of delays) {
  Deno.test(`row ${row}: createOrAdopt() creates the object when ${answer} ends after ${ms / 1_000} s`, async () => {
    const creation = new Creation();
    creation.disturbUntil(ms, "create", answered(answer));
    await creation.run();
    assertEquals(creation.stored, 1);
  });
}

Deno.test("row 1: createOrAdopt() waits for an API server that comes up, and ends after 2 minutes", async () => {
  const late = new Creation();
  late.disturbUntil(100_000, "get", failure("refused"));
  await late.run();
  assertEquals(late.stored, 1);
  const never = new Creation();
  never.disturbUntil(Infinity, "get", failure("refused"));
  await never.refused("ApiUnreachable");
  assertEquals([never.clock.now(), never.kube.count("create")], [2 * MINUTE, 0]);
});

Deno.test("row 3: createOrAdopt() ends with InvalidInput after 30 s of an untrusted certificate", async () => {
  const creation = new Creation();
  creation.disturbUntil(Infinity, "get", failure("tls"));
  await creation.refused("InvalidInput");
  assertEquals(creation.clock.now(), 30_000);
});

Deno.test("row 16: createOrAdopt() creates nothing in a missing namespace, with the API's answer", async () => {
  const creation = new Creation();
  const elsewhere: KubeObject = { ...aWorkflow(), metadata: { name: "demo", namespace: "none" } };
  const error = await assertRejects(
    () => creation.run({}, elsewhere),
    RunError,
    'namespaces "none" not found',
  );
  assertEquals(error.reason, "TargetMissing");
});

Deno.test("row 17: createOrAdopt() names the kind that the API does not know", async () => {
  const creation = new Creation();
  creation.api.removeResource("workflows.argoproj.io");
  const { message } = await creation.refused("TargetMissing");
  assertStringIncludes(message, "Workflow");
});

Deno.test("row 19: createOrAdopt() gets the name before it believes a full quota: the object may exist", async () => {
  const creation = new Creation();
  // The API server checks the quota before the name.
  creation.disturb("create", async () => {
    await creation.put();
    throw answered("quotaExceeded");
  });
  const { object } = await creation.run();
  assertEquals([object.metadata.uid, creation.stored], [creation.find()?.metadata.uid, 1]);
});

Deno.test("row 19: createOrAdopt() finds its object when the second copy of a lost create meets a full quota", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("broken"), async () => {
    await creation.put();
    throw answered("quotaExceeded");
  });
  const { adopted } = await creation.run();
  assertEquals([adopted, creation.stored], [false, 1]);
});

Deno.test("row 22: createOrAdopt() ends with ApiUnreachable and the webhook's name when a webhook stays down", async () => {
  const creation = new Creation();
  creation.disturbUntil(Infinity, "create", answered("webhookRefused"));
  const { message } = await creation.refused("ApiUnreachable");
  assertStringIncludes(message, "check.example.org");
  assertEquals(creation.stored, 0);
});

Deno.test("row 26: createOrAdopt() waits as long as a 429 asks before it creates again", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("throttled", 10_000));
  await creation.run();
  assert(creation.clock.now() >= 10_000 && creation.clock.now() <= 12_000);
});

Deno.test("createOrAdopt() ends after two minutes of creates in doubt", async () => {
  const creation = new Creation();
  creation.disturbUntil(Infinity, "create", failure("broken"));
  const { message, left } = await creation.refused("ApiUnreachable");
  assertStringIncludes(message, "whether it was created is not known");
  assertEquals(left, "unknown");
  assert(creation.clock.now() >= 120_000 && creation.kube.count("create") <= 20);
});

Deno.test("row 5: createOrAdopt() does not say that nothing was created when a refusal follows a create in doubt", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("broken"), failure("denied"));
  const { message, left } = await creation.refused("ApiUnreachable");
  assertStringIncludes(message, "whether it was created is not known");
  assertEquals([left, creation.kube.count("create")], ["unknown", 2]);
});

Deno.test("row 5: createOrAdopt() finds its object when a lost create succeeded late and the next create is refused", async () => {
  const creation = new Creation();
  creation.disturb("create", failure("broken"), async () => {
    await creation.put();
    throw failure("denied");
  });
  const { adopted } = await creation.run();
  assertEquals([adopted, creation.stored, creation.kube.count("create")], [false, 1, 2]);
});

Deno.test("row 5: createOrAdopt() takes the object of its own lost create also with onExisting=refuse", async () => {
  const creation = new Creation();
  creation.disturb("create", lost);
  const { adopted } = await creation.run({ onExisting: "refuse" });
  assertEquals([adopted, creation.stored, creation.kube.count("create")], [false, 1, 1]);
});

const unreadable = [
  "refused",
  "broken",
  "server",
  "forbidden",
  "unauthorized",
  "kindMissing",
  "credentials",
] as const;

for (const fault of unreadable) {
  Deno.test(`createOrAdopt() never says that nothing was created when the name is unreadable (${fault}) after a lost reply`, async () => {
    const creation = new Creation();
    creation.disturb("create", lost);
    creation.kube.trouble = ((before) => (call) =>
      call.method === "get" && creation.stored > 0 ? failure(fault) : before(call))(creation.kube.trouble);
    const { message, left } = await creation.refused("ApiUnreachable");
    assertStringIncludes(message, "whether it was created is not known");
    assertEquals([left, creation.stored, creation.kube.count("create")], ["unknown", 1, 1]);
  });
}

function rule(...verbs: string[]): RoleRule[] {
  return [{ apiGroups: ["argoproj.io"], resources: ["workflows"], verbs, namespaces: ["team"] }];
}

Deno.test("row 48: createOrAdopt() creates nothing when it may not get", async () => {
  const creation = new Creation();
  creation.api.setRules(rule("create", "watch", "list"));
  await creation.refused("NotAllowed");
  assertEquals([creation.kube.count("create"), creation.clock.now()], [0, 15_000]);
});

Deno.test("row 48: preflightCreate() finds out whether it may create, and stores nothing", async () => {
  const creation = new Creation();
  await creation.clock.finish(preflightCreate(creation.kube, aWorkflow(), creation.options()));
  creation.api.setRules(rule("get"));
  const preflight = preflightCreate(creation.kube, aWorkflow(), creation.options());
  const error = await assertRejects(() => creation.clock.finish(preflight), RunError, "cannot create");
  assertEquals([error.reason, creation.stored], ["NotAllowed", 0]);
});

Deno.test("row 8: preflightCreate() passes when an object has taken the name since: the create finds out whose it is", async () => {
  const creation = new Creation();
  await creation.put();
  await creation.clock.finish(preflightCreate(creation.kube, aWorkflow(), creation.options()));
  assertEquals(creation.stored, 1);
});

Deno.test("row 19: preflightCreate() passes when an object has filled the quota since: the create finds out whose it is", async () => {
  const creation = new Creation();
  creation.disturb("create", async () => {
    await creation.put();
    throw answered("quotaExceeded");
  });
  await creation.clock.finish(preflightCreate(creation.kube, aWorkflow(), creation.options()));
  assertEquals(creation.kube.count("create"), 1);
});

Deno.test("row 24: preflightCreate() ends at once with the API's objection to the object", async () => {
  const creation = new Creation();
  creation.disturb("create", answered("invalid"));
  const preflight = preflightCreate(creation.kube, aWorkflow(), creation.options());
  const error = await assertRejects(() => creation.clock.finish(preflight), RunError, "spec: Required value");
  assertEquals(error.reason, "RefusedByApi");
});

for (
  const refusal of ["deniedByPolicy", "deniedByWebhook", "deniedInDryRun", "webhookWithoutDryRun"] as const
) {
  Deno.test(`row 69: preflightCreate() says that the dry run is refused, and no more: ${refusal}`, async () => {
    const creation = new Creation();
    creation.disturb("create", answered(refusal));
    const preflight = preflightCreate(creation.kube, aWorkflow(), creation.options());
    const error = await assertRejects(() => creation.clock.finish(preflight), DryRunRefusedError);
    assertEquals([error.reason, creation.kube.count("create"), creation.clock.now()], ["RefusedByApi", 1, 0]);
    assertEquals(error.message, answered(refusal).message);
  });
}

Deno.test("findOwn() returns the metadata of the run's object, or nothing when the name is free", async () => {
  const creation = new Creation();
  const find = () => creation.clock.finish(findOwn(creation.kube, aWorkflow(), creation.options()));
  assertEquals(await find(), undefined);
  await creation.put();
  const found = await find();
  assertEquals([found?.metadata.uid, found?.kind, found?.spec], [
    creation.find()?.metadata.uid,
    "Workflow",
    undefined,
  ]);
});
