import { assertEquals, assertStringIncludes } from "@std/assert";
import { checkObjectSize, checkStatusSize, checkTimes } from "../../src/check/check_object.ts";
import type { KubeObject } from "../../src/kube/client.ts";

const KIB = 1024;

function anObject(fields: object): KubeObject {
  return { apiVersion: "example.org/v1", kind: "Work", metadata: {}, ...fields };
}

/** An object whose JSON has this many bytes. */
function ofBytes(bytes: number): KubeObject {
  const text = (length: number) => anObject({ spec: "x".repeat(length) });
  return text(bytes - JSON.stringify(text(0)).length);
}

const sizes = [
  { bytes: 500, state: "ok", reason: undefined },
  { bytes: 1024 * KIB, state: "ok", reason: undefined },
  { bytes: 1024 * KIB + 1, state: "warning", reason: undefined },
  { bytes: 1536 * KIB, state: "warning", reason: undefined },
  { bytes: 1536 * KIB + 1, state: "missing", reason: "RefusedByApi" },
];
for (const { bytes, state, reason } of sizes) {
  Deno.test(`checkObjectSize() of ${bytes} bytes is ${state}`, () => {
    const item = checkObjectSize(ofBytes(bytes));
    assertEquals([item.state, item.reason], [state, reason]);
  });
}

Deno.test("checkStatusSize() counts the other data in the object, not an earlier report", () => {
  const map = (data: object) => checkStatusSize({ ...anObject({ data }), kind: "ConfigMap" });
  assertEquals(map({}).state, "ok");
  assertEquals(map({ a: "x".repeat(500 * KIB), b: "x".repeat(460 * KIB) }).state, "ok");
  assertEquals(map({ a: "x".repeat(500 * KIB), b: "x".repeat(460 * KIB + 1) }).state, "warning");
  assertEquals(map({ a: "ü".repeat(500 * KIB) }).state, "warning");
  assertEquals(map({ status: "x".repeat(1000 * KIB) }).state, "ok");
});

Deno.test("checkStatusSize() counts the decoded bytes of a Secret", () => {
  const secret = (length: number) =>
    checkStatusSize({ ...anObject({ data: { a: btoa("x".repeat(length)) } }), kind: "Secret" });
  assertEquals([secret(960 * KIB).state, secret(970 * KIB).state], ["ok", "warning"]);
});

const times = [
  { own: undefined, timeoutMs: undefined, state: "ok", says: "no RUNNER_TIMEOUT, no activeDeadlineSeconds" },
  { own: 60, timeoutMs: undefined, state: "ok", says: "no RUNNER_TIMEOUT, activeDeadlineSeconds is 60" },
  { own: undefined, timeoutMs: 60_000, state: "ok", says: "RUNNER_TIMEOUT is 1m, no activeDeadlineSeconds" },
  { own: 60, timeoutMs: 60_000, state: "ok", says: "RUNNER_TIMEOUT is 1m, activeDeadlineSeconds is 60" },
  { own: 59, timeoutMs: 60_000, state: "warning", says: "the work is ended before the run's time is up" },
];
for (const { own, timeoutMs, state, says } of times) {
  Deno.test(`checkTimes() of ${own} s in the work and ${timeoutMs} ms for the run is ${state}`, () => {
    const item = checkTimes(
      anObject({ spec: own === undefined ? {} : { activeDeadlineSeconds: own } }),
      timeoutMs,
    );
    assertEquals(item.state, state);
    assertStringIncludes(item.message, says);
  });
}
