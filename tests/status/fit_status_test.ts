import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { JsonObject } from "../../src/text/json.ts";
import { fitStatus } from "../../src/status/fit_status.ts";

const LIMIT = 64 * 1024;

function bytesOf(status: JsonObject): number {
  return new TextEncoder().encode(JSON.stringify(status)).length;
}

function aStatus(more: JsonObject): JsonObject {
  return { phase: "Succeeded", finishedSuccessfully: true, exitCode: 0, message: "done", ...more };
}

Deno.test("fitStatus() leaves a status of at most 64 KiB as it is (51)", () => {
  const filled = aStatus({ outputs: { parameters: { large: "" } } });
  const parameters = { large: "x".repeat(LIMIT - bytesOf(filled)) };
  const status = aStatus({ outputs: { parameters } });
  assertEquals(bytesOf(status), LIMIT);
  assertEquals(fitStatus(status), status);
});

Deno.test("fitStatus() shortens the messages first (51)", () => {
  const outputs = { parameters: { small: "kept" } };
  const failure = { node: "main", message: "y".repeat(LIMIT) };
  const fit = fitStatus(aStatus({ message: "x".repeat(LIMIT), outputs, failure }));
  assertEquals(fit.message, "x".repeat(4_000) + "…");
  assertEquals(fit.failure, { node: "main", message: "y".repeat(4_000) + "…" });
  assertEquals(fit.outputs, outputs);
});

Deno.test("fitStatus() drops the failure's lists next, and says so (51)", () => {
  const lists = { events: ["z".repeat(LIMIT)], logTail: ["line"] };
  const outputs = { parameters: { small: "kept" } };
  const fit = fitStatus(aStatus({ outputs, failure: { node: "main", ...lists } }));
  const notRead = ["events and log are left out of the status: they do not fit into it"];
  assertEquals(fit, aStatus({ outputs, failure: { node: "main", notRead } }));
});

Deno.test("fitStatus() drops the outputs last, and says so (51)", () => {
  const outputs = { parameters: { large: "x".repeat(LIMIT) } };
  const fit = fitStatus(aStatus({ outputs }));
  assertEquals("outputs" in fit, false);
  assertEquals(fit.finishedSuccessfully, true);
  assertStringIncludes(String(fit.message), `outputs are left out of the status: ${bytesOf(outputs)} bytes`);
});

Deno.test("fitStatus() counts bytes as they are written: a control character takes six (51)", () => {
  const message = "\u0001".repeat(LIMIT / 2);
  const outputs = { parameters: { large: "\u0001".repeat(LIMIT / 4) } };
  assert(bytesOf(fitStatus(aStatus({ message, outputs }))) <= LIMIT);
});

Deno.test("fitStatus() cuts no character in two (51)", () => {
  const { message } = fitStatus(aStatus({ message: "x" + "😀".repeat(LIMIT) }));
  assert(String(message).isWellFormed());
});
