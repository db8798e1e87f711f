import { assertEquals, assertInstanceOf } from "@std/assert";
import { InvalidInputError, messageOf, reasonOf, RunError } from "../src/errors.ts";

Deno.test("RunError keeps its reason, its cause and what is left", () => {
  const cause = new Error("no route");
  const error = new RunError("ApiUnreachable", "Cannot get it", { cause, left: "unknown" });
  assertEquals([error.name, error.message, error.reason, error.left], [
    "RunError",
    "Cannot get it",
    "ApiUnreachable",
    "unknown",
  ]);
  assertEquals(error.cause, cause);
});

Deno.test("RunError without its own left leaves it to the table", () => {
  assertEquals(new RunError("TimedOut", "late").left, undefined);
});

Deno.test("InvalidInputError has one line for each problem", () => {
  const error = new InvalidInputError(["A: is required", "B: is empty"]);
  assertInstanceOf(error, RunError);
  assertEquals(error.problems, ["A: is required", "B: is empty"]);
  assertEquals([error.name, error.message, error.reason], [
    "InvalidInputError",
    "A: is required\nB: is empty",
    "InvalidInput",
  ]);
  assertEquals(new InvalidInputError("one").problems, ["one"]);
});

Deno.test("reasonOf() is InternalError for every unforeseen error", () => {
  assertEquals(reasonOf(new RunError("NameTaken", "taken")), "NameTaken");
  assertEquals(reasonOf(new InvalidInputError("bad")), "InvalidInput");
  assertEquals(
    [new Error("x"), "x", undefined, { reason: "NameTaken" }].map(reasonOf),
    Array(4).fill("InternalError"),
  );
});

Deno.test("messageOf() gives an error's text and never its stack", () => {
  assertEquals([new TypeError("wrong"), "text", undefined, 5].map(messageOf), [
    "wrong",
    "text",
    "undefined",
    "5",
  ]);
});
