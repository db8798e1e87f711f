import { assert, assertEquals } from "@std/assert";
import { fakeClock } from "../../src/testing/mod.ts";

Deno.test("fakeClock() ends sleeps in the order of their time, and runs what follows each first", async () => {
  const clock = fakeClock();
  const woken: string[] = [];
  const sleep = async (name: string, ms: number) => {
    await clock.sleep(ms);
    woken.push(`${name} at ${clock.now()}`);
  };
  sleep("second", 20);
  sleep("first", 10).then(() => sleep("third", 15));
  sleep("never", 1_000);
  await clock.advance(30);
  assertEquals(woken, ["first at 10", "second at 20", "third at 25"]);
  assertEquals(clock.now(), 30);
});

Deno.test("fakeClock() stands still while it is busy", async () => {
  let isHashed = false;
  const clock = fakeClock({ isBusy: () => !isHashed });
  crypto.subtle.digest("SHA-256", new Uint8Array(10_000_000)).then(() => isHashed = true);
  let wasHashed = false;
  clock.sleep(10).then(() => wasHashed = isHashed);
  await clock.advance(10);
  assert(wasHashed);
});
