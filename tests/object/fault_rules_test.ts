import { assert, assertEquals } from "@std/assert";
import { EXIT_CODES } from "../../src/exit_codes.ts";
import type { Fault } from "../../src/kube/api_error.ts";
import { BEFORE_CREATE, WHILE_WAITING } from "../../src/object/fault_rules.ts";

/** Faults after which a write may have succeeded. */
const doubtful: Fault[] = ["broken", "server"];

Deno.test("BEFORE_CREATE never says of a write that may have been done that nothing was created", () => {
  for (const fault of doubtful) assertEquals(EXIT_CODES[BEFORE_CREATE[fault].then].left, "unknown", fault);
});

Deno.test("WHILE_WAITING never says that nothing was created", () => {
  // In the wait, an object that is not found is a sighting.
  const rules = Object.entries(WHILE_WAITING).filter(([fault]) => fault !== "notFound");
  const untrue = rules.filter(([, { then }]) => EXIT_CODES[then].left === "not created");
  assertEquals(untrue.map(([fault, { then }]) => `${fault}: ${then}`), []);
});

Deno.test("WHILE_WAITING never tries for a shorter time than BEFORE_CREATE", () => {
  for (const [fault, { forMs }] of Object.entries(BEFORE_CREATE)) {
    assert(WHILE_WAITING[fault as Fault].forMs >= forMs, fault);
  }
});
