import { assertEquals } from "@std/assert";
import { RunError } from "../../../src/errors.ts";
import { EXIT_CODES, type Left, type Reason } from "../../../src/exit_codes.ts";
import { leftBy, type RunProgress } from "../../../src/run/outcome/left_by.ts";

const UNKNOWN_NAME: RunProgress = { isNameFree: false, hasStarted: false };
const FREE_NAME: RunProgress = { isNameFree: true, hasStarted: false };
const STARTED: RunProgress = { isNameFree: true, hasStarted: true };
const ADOPTED: RunProgress = { isNameFree: false, hasStarted: true };

/** What each reason leaves: before `find` has returned, with a free name, and with existing work. */
const table: Record<Exclude<Reason, "Succeeded">, [unknownName: Left, freeName: Left, started: Left]> = {
  InvalidInput: ["not created", "not created", "not created"],
  WorkFailed: ["finished", "finished", "finished"],
  ObjectGone: ["unknown", "unknown", "unknown"],
  ObjectReplaced: ["unknown", "unknown", "unknown"],
  RefusedByApi: ["not created", "not created", "not created"],
  NotAllowed: ["unknown", "not created", "not created"],
  TargetMissing: ["not created", "not created", "not created"],
  NameTaken: ["not created", "not created", "not created"],
  QuotaExceeded: ["not created", "not created", "not created"],
  ApiUnreachable: ["unknown", "unknown", "unknown"],
  AccessLost: ["unknown", "not created", "left running"],
  StatusNotWritten: ["finished", "finished", "finished"],
  InternalError: ["unknown", "unknown", "unknown"],
  TimedOut: ["unknown", "not created", "left running"],
  Interrupted: ["unknown", "not created", "left running"],
  Terminated: ["unknown", "not created", "left running"],
};

for (const [reason, [unknownName, freeName, started]] of Object.entries(table)) {
  Deno.test(`leftBy() ${reason}: ${unknownName}; with a free name ${freeName}; of started work ${started}`, () => {
    const error = new RunError(reason as Reason, "no");
    assertEquals(leftBy(error, UNKNOWN_NAME), unknownName);
    assertEquals(leftBy(error, FREE_NAME), freeName);
    assertEquals(leftBy(error, STARTED), started);
    assertEquals(leftBy(error, ADOPTED), started);
  });
}

Deno.test("leftBy() has a row for each reason of the table of exit codes that an error can have", () => {
  assertEquals(["Succeeded", ...Object.keys(table)].sort(), Object.keys(EXIT_CODES).sort());
});

Deno.test("leftBy() is the error's own word, if it has one", () => {
  for (const progress of [UNKNOWN_NAME, FREE_NAME, STARTED]) {
    for (const left of ["not created", "left running", "stopped", "finished", "unknown"] as const) {
      assertEquals(leftBy(new RunError("Terminated", "no", { left }), progress), left);
    }
  }
});

Deno.test("leftBy() is unknown after an error that is not a RunError", () => {
  assertEquals(leftBy(new TypeError("x is undefined"), FREE_NAME), "unknown");
  assertEquals(leftBy("a text", STARTED), "unknown");
});
