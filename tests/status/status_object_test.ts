import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/text/json.ts";
import { ApiError, type Fault } from "../../src/kube/api_error.ts";
import type { KubeClient, KubeObject, ObjectRef } from "../../src/kube/client.ts";
import { silentLog } from "../../src/io/log.ts";
import type { StatusReporter } from "../../src/runner.ts";
import { configMapReporter } from "../../src/status/config_map.ts";
import { nopReporter } from "../../src/status/nop.ts";
import { secretReporter } from "../../src/status/secret.ts";
import { type FakeClock, fakeClock } from "../../src/testing/fake_clock.ts";
import { aContext } from "../lab/builders.ts";

const INPUT = { context: aContext(), signal: new AbortController().signal };

/** A report whose failure has the end of a log. */
const STATUS = { phase: "Failed", failure: { node: "main", logTail: ["line"] } };

interface Call {
  verb: "get" | "mergePatch" | "replace";
  ref?: ObjectRef;
  body?: JsonObject;
  dryRun?: boolean | undefined;
}

type Answer = (call: Call) => KubeObject | Promise<KubeObject>;

/** An API server with three verbs that the test answers; a verb without an answer is an error. */
function aKube(answers: Partial<Record<Call["verb"], Answer>>): { kube: KubeClient; calls: Call[] } {
  const calls: Call[] = [];
  const answer = async (call: Call) => {
    calls.push(call);
    const answer = answers[call.verb];
    if (!answer) throw new Error(`${call.verb} is not expected`);
    return await answer(call);
  };
  const kube: Partial<KubeClient> = {
    get: (ref) => answer({ verb: "get", ref }),
    mergePatch: (ref, body, options) => answer({ verb: "mergePatch", ref, body, dryRun: options?.dryRun }),
    replace: (body, options) => answer({ verb: "replace", body, dryRun: options?.dryRun }),
  };
  return { kube: kube as KubeClient, calls };
}

function fails(fault: Fault): () => Promise<never> {
  return () => Promise.reject(new ApiError(`Cannot do it: ${fault}`, { fault }));
}

/** The status object, with keys of other clients. */
function aConfigMap(): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "demo", namespace: "team", resourceVersion: "7" },
    data: { other: "kept", status: "{}" },
  };
}

/** Waits for an action that sleeps by the clock. */
async function settled<T>(clock: FakeClock, work: Promise<T>): Promise<T> {
  const result = work.then((value) => ({ value }), (error) => ({ error }));
  let done = false;
  result.then(() => done = true);
  for (let second = 0; second < 600 && !done; second++) await clock.advance(1_000);
  const end = await result;
  if ("error" in end) throw end.error;
  return end.value;
}

const kinds: {
  kind: string;
  open: typeof configMapReporter;
  field: string;
  written: JsonObject;
}[] = [
  {
    kind: "ConfigMap",
    open: configMapReporter,
    field: "data",
    written: { phase: "Failed", failure: { node: "main" } },
  },
  { kind: "Secret", open: secretReporter, field: "stringData", written: STATUS },
];

for (const { kind, open, field, written } of kinds) {
  Deno.test(`report() patches only the key status of the ${kind} named after the run`, async () => {
    const { kube, calls } = aKube({ mergePatch: aConfigMap });
    await open(kube, { clock: fakeClock() }).report(INPUT, { phase: "Running" });
    assertEquals(calls, [{
      verb: "mergePatch",
      ref: { apiVersion: "v1", kind, name: "demo", namespace: "team" },
      body: { [field]: { status: '{"phase":"Running"}' } },
      dryRun: undefined,
    }]);
  });

  Deno.test(`report() ${kind === "Secret" ? "keeps" : "leaves out"} the log's end in a ${kind}`, async () => {
    const { kube, calls } = aKube({ mergePatch: aConfigMap });
    await open(kube, { clock: fakeClock() }).report(INPUT, STATUS);
    const { status } = calls[0]?.body?.[field] as { status: string };
    assertEquals(JSON.parse(status), written);
    assertEquals(STATUS.failure.logTail, ["line"]);
  });

  Deno.test(`check() of a ${kind} is a dry run of the patch`, async () => {
    const { kube, calls } = aKube({ mergePatch: aConfigMap });
    await open(kube, { clock: fakeClock() }).check(INPUT);
    assertEquals(calls.map(({ verb, ref, dryRun }) => [verb, ref?.kind, dryRun]), [[
      "mergePatch",
      kind,
      true,
    ]]);
  });
}

Deno.test("report() replaces the ConfigMap if patch is forbidden, and keeps the other keys", async () => {
  const { kube, calls } = aKube({ mergePatch: fails("forbidden"), get: aConfigMap, replace: aConfigMap });
  await configMapReporter(kube, { clock: fakeClock() }).report(INPUT, { phase: "Running" });
  assertEquals(calls.map(({ verb }) => verb), ["mergePatch", "get", "replace"]);
  assertEquals(calls[2]?.body, { ...aConfigMap(), data: { other: "kept", status: '{"phase":"Running"}' } });
});

Deno.test("report() replaces a ConfigMap that has no keys yet", async () => {
  const { data: _data, ...empty } = aConfigMap();
  const { kube, calls } = aKube({ mergePatch: fails("forbidden"), get: () => empty, replace: () => empty });
  await configMapReporter(kube, { clock: fakeClock() }).report(INPUT, { phase: "Running" });
  assertEquals(calls[2]?.body?.data, { status: '{"phase":"Running"}' });
});

Deno.test("check() is a dry run of the PUT if patch is forbidden", async () => {
  const { kube, calls } = aKube({ mergePatch: fails("forbidden"), get: aConfigMap, replace: aConfigMap });
  await configMapReporter(kube, { clock: fakeClock() }).check(INPUT);
  assertEquals(calls.map(({ verb, dryRun }) => [verb, dryRun]), [
    ["mergePatch", true],
    ["get", undefined],
    ["replace", true],
  ]);
});

Deno.test("report() reads the ConfigMap again after a conflict", async () => {
  let puts = 0;
  const { kube, calls } = aKube({
    mergePatch: fails("forbidden"),
    get: aConfigMap,
    replace: () => ++puts < 5 ? fails("conflict")() : aConfigMap(),
  });
  await configMapReporter(kube, { clock: fakeClock() }).report(INPUT, { phase: "Running" });
  assertEquals(calls.slice(1).map(({ verb }) => verb), Array(5).fill(["get", "replace"]).flat());
});

Deno.test("report() gives up after five conflicts", async () => {
  const { kube, calls } = aKube({
    mergePatch: fails("forbidden"),
    get: aConfigMap,
    replace: fails("conflict"),
  });
  const error = await assertRejects(
    () => configMapReporter(kube, { clock: fakeClock() }).report(INPUT, {}),
    RunError,
    'Cannot replace ConfigMap "demo": others write it all the time',
  );
  assertEquals(error.reason, "RefusedByApi");
  assertEquals(calls.filter(({ verb }) => verb === "replace").length, 5);
});

for (const verb of ["get", "replace"] as const) {
  Deno.test(`report() tells that patch is forbidden where ${verb} is as well`, async () => {
    const clock = fakeClock();
    const patch = () => Promise.reject(new ApiError("Cannot patch it", { fault: "forbidden" }));
    const { kube } = aKube({ get: aConfigMap, [verb]: fails("forbidden"), mergePatch: patch });
    const work = configMapReporter(kube, { clock }).report(INPUT, {});
    const error = await assertRejects(() => settled(clock, work), RunError, "Cannot patch it");
    assertEquals(error.reason, "NotAllowed");
    assertEquals(clock.now() >= 15_000 && clock.now() <= 17_000, true);
  });
}

Deno.test("check() waits 15 s for the object to be created, then the target is missing (50)", async () => {
  const clock = fakeClock();
  const { kube, calls } = aKube({ mergePatch: fails("notFound") });
  const error = await assertRejects(
    () => settled(clock, configMapReporter(kube, { clock }).check(INPUT)),
    RunError,
    'There is no ConfigMap "demo" for the status in namespace "team"',
  );
  assertEquals(error.reason, "TargetMissing");
  assertEquals([calls.length > 3, clock.now()], [true, 15_000]);
});

Deno.test("check() goes on as soon as the object exists (50)", async () => {
  const clock = fakeClock();
  const { kube } = aKube({ mergePatch: () => clock.now() < 5_000 ? fails("notFound")() : aConfigMap() });
  await settled(clock, configMapReporter(kube, { clock }).check(INPUT));
  assertEquals(clock.now() >= 5_000 && clock.now() < 10_000, true);
});

Deno.test("report() does not wait for an object that has vanished (50)", async () => {
  const { kube, calls } = aKube({ mergePatch: fails("notFound") });
  const error = await assertRejects(
    () => configMapReporter(kube, { clock: fakeClock() }).report(INPUT, {}),
    RunError,
  );
  assertEquals([error.reason, calls.length], ["TargetMissing", 1]);
});

Deno.test("report() tries again while the API server cannot be reached", async () => {
  const clock = fakeClock();
  let tries = 0;
  const { kube } = aKube({ mergePatch: () => ++tries < 4 ? fails("refused")() : aConfigMap() });
  await settled(clock, configMapReporter(kube, { clock }).report(INPUT, {}));
  assertEquals(tries, 4);
});

Deno.test("report() retries a patch after a conflict with other writers (49)", async () => {
  const clock = fakeClock();
  let conflicts = 0;
  const { kube, calls } = aKube({
    mergePatch: () => ++conflicts <= 3 ? fails("conflict")() : aConfigMap(),
  });
  await settled(clock, configMapReporter(kube, { clock }).report(INPUT, STATUS));
  assertEquals(calls.map(({ verb }) => verb), Array(4).fill("mergePatch"));
});

Deno.test("report() reports an object that cannot be changed as a refusal (51)", async () => {
  const { kube, calls } = aKube({ mergePatch: fails("invalid") });
  const error = await assertRejects(
    () => configMapReporter(kube, { clock: fakeClock() }).report(INPUT, {}),
    RunError,
  );
  assertEquals([error.reason, calls.length], ["RefusedByApi", 1]);
});

Deno.test("report() ends with the signal's reason when the signal aborts", async () => {
  const stop = new AbortController();
  const { kube } = aKube({ mergePatch: fails("refused") });
  const work = configMapReporter(kube, { clock: fakeClock() }).report({ ...INPUT, signal: stop.signal }, {});
  stop.abort(new Error("no more time"));
  const error = await assertRejects(() => work, Error);
  assertStringIncludes(error.message, "no more time");
});

Deno.test("nopReporter() has nothing to check and writes nowhere", async () => {
  const reporter: StatusReporter = nopReporter();
  await reporter.check(INPUT);
  await reporter.report(INPUT, STATUS);
});

Deno.test("only the reporter into a Secret is confidential", () => {
  const { kube } = aKube({});
  const reporters = [configMapReporter(kube), nopReporter(), secretReporter(kube)];
  assertEquals(reporters.map(({ confidential }) => confidential ?? false), [false, false, true]);
});

for (const fault of ["denied", "noDryRun"] as const) {
  Deno.test(`row 69: check() of a status whose dry run is refused (${fault}) writes nothing in its place`, async () => {
    const refuse = fails(fault);
    const answer = (call: Call) => call.dryRun ? refuse() : aConfigMap();
    const { kube, calls } = aKube({ mergePatch: answer });
    const told: string[] = [];
    const log = { ...silentLog, warn: (message: string) => void told.push(message) };
    const clock = fakeClock();
    await settled(clock, configMapReporter(kube, { clock, log }).check(INPUT));
    assertEquals(calls.map(({ body, dryRun }) => [body, dryRun]), [
      [{ data: { status: "{}" } }, true],
      [{ data: {} }, undefined],
    ]);
    assertEquals(told.length, 1);
    assertStringIncludes(told[0] ?? "", "the dry run of the status is refused");
  });

  Deno.test(`row 69: check() of a status that may not be written either ends with 20 (${fault})`, async () => {
    const { kube } = aKube({ mergePatch: fails(fault) });
    const clock = fakeClock();
    const error = await assertRejects(
      () => settled(clock, configMapReporter(kube, { clock }).check(INPUT)),
      RunError,
    );
    assertEquals(error.reason, "RefusedByApi");
  });
}
