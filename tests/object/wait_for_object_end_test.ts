import { assert, assertEquals } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import { failure } from "../lab/recorded_answers.ts";
import { hangs } from "../lab/memory_client.ts";
import { MINUTE, type Wait, waiting } from "../lab/wait_lab.ts";

const rows: [row: string, reason: Reason, getMs: number][] = [
  ["row 55", "TimedOut", 5_000],
  ["row 56", "Terminated", 2_000],
  ["row 57", "Interrupted", 2_000],
];

/** Ends the wait, and returns what it throws or returns within a time. */
async function endingWith(wait: Wait, reason: RunError, withinMs: number): Promise<unknown> {
  wait.stop.abort(reason);
  return await wait.verdictWithin(withinMs).catch((error) => error);
}

for (const [row, reason, getMs] of rows) {
  const end = () => new RunError(reason, "the run is to end");

  Deno.test(`${row}: waitForObject() throws the reason ${reason} after one last GET`, async () => {
    const wait = await waiting();
    const error = end();
    assert(await endingWith(wait, error, 0) === error);
    assertEquals(wait.kube.calls.map(({ method }) => method), ["watch", "get"]);
  });

  Deno.test(`${row}: waitForObject() returns a verdict that the last GET finds, also after ${reason}`, async () => {
    const wait = await waiting();
    wait.kube.watches.at(-1)?.mute();
    wait.setPhase("Succeeded");
    assertEquals(await endingWith(wait, end(), 0), "Succeeded");
  });

  Deno.test(`${row}: waitForObject() gives the last GET ${getMs} ms after ${reason}`, async () => {
    const wait = await waiting();
    wait.disturb(hangs);
    const error = end();
    const from = wait.clock.now();
    assert(await endingWith(wait, error, getMs) === error);
    assertEquals(wait.clock.now() - from, getMs);
  });

  Deno.test(`${row}: waitForObject() throws the reason ${reason} when the API is dead`, async () => {
    const wait = await waiting();
    wait.disturb(failure("refused"));
    wait.kube.watches.at(-1)?.cut();
    await wait.clock.advance(5_000);
    const error = end();
    assert(await endingWith(wait, error, 0) === error);
  });
}

const terminated = () => new RunError("Terminated", "SIGTERM");

/** The reason with which a wait ends after SIGTERM. */
async function reasonAfterSignal(wait: Wait): Promise<unknown> {
  const error = await endingWith(wait, terminated(), 0);
  return error instanceof RunError ? error.reason : error;
}

Deno.test("row 56: waitForObject() makes the last GET on a new connection", async () => {
  const wait = await waiting();
  await endingWith(wait, terminated(), 0);
  assertEquals(wait.kube.calls.at(-1)?.options.freshConnection, true);
});

Deno.test("row 56: waitForObject() says that the object is gone when the last GET finds no object", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.remove();
  assertEquals(await reasonAfterSignal(wait), "ObjectGone");
});

Deno.test("row 56: waitForObject() says that the object was replaced when the last GET finds another object", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.remove();
  wait.create("Succeeded");
  assertEquals(await reasonAfterSignal(wait), "ObjectReplaced");
});

Deno.test("row 56: waitForObject() keeps the verdict of the last labels when the last GET finds no object", async () => {
  const wait = await waiting();
  wait.disturb(failure("server"), "get");
  wait.setPhase("Succeeded");
  await wait.clock.advance(100);
  wait.calm();
  wait.remove();
  assertEquals(await endingWith(wait, terminated(), 0), "Succeeded");
});

Deno.test("row 56: waitForObject() ends at once in any state: listing, watching, pausing, getting", async () => {
  for (const method of ["list", "watch", "get"] as const) {
    for (const trouble of [hangs, failure("server")]) {
      const wait = await waiting();
      wait.disturb(trouble, method);
      wait.kube.watches.at(-1)?.cut();
      wait.setPhase("Running");
      await wait.clock.advance(20_000);
      wait.calm();
      assertEquals(await reasonAfterSignal(wait), "Terminated", `${method} ${trouble}`);
    }
  }
});

Deno.test("row 56: waitForObject() closes its watch when it ends", async () => {
  const wait = await waiting();
  await endingWith(wait, terminated(), 0);
  assertEquals(wait.kube.watches.map(({ options }) => options.signal?.aborted), [true]);
});

Deno.test("waitForObject() closes its watch when the verdict is there", async () => {
  const wait = await waiting();
  wait.setPhase("Succeeded");
  await wait.verdictWithin(0);
  await wait.clock.advance(MINUTE);
  assertEquals(wait.kube.watches.map(({ options }) => options.signal?.aborted), [true]);
});
