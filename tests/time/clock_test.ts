import { assert, assertEquals, assertRejects } from "@std/assert";
import { jitter, systemClock } from "../../src/time/clock.ts";

Deno.test("systemClock.now() never goes back", () => {
  const earlier = systemClock.now();
  assert(systemClock.now() >= earlier);
});

Deno.test("systemClock.sleep() resolves", async () => {
  await systemClock.sleep(0);
});

Deno.test("systemClock.sleep() leaves no listener on a signal that outlives it", async () => {
  const stop = new AbortController();
  let listeners = 0;
  const { addEventListener, removeEventListener } = stop.signal;
  stop.signal.addEventListener = function (...args: unknown[]) {
    listeners++;
    return Reflect.apply(addEventListener, this, args);
  };
  stop.signal.removeEventListener = function (...args: unknown[]) {
    listeners--;
    return Reflect.apply(removeEventListener, this, args);
  };
  await systemClock.sleep(0, stop.signal);
  assertEquals(listeners, 0);
});

Deno.test("systemClock.sleep() rejects with the signal's reason as soon as it is aborted", async () => {
  const stop = new AbortController();
  const slept = systemClock.sleep(1_000_000, stop.signal);
  const why = new Error("stop");
  stop.abort(why);
  assert(await slept.catch((error) => error) === why);
});

Deno.test("systemClock.sleep() rejects at once when the signal is aborted already", async () => {
  await assertRejects(
    () => systemClock.sleep(1_000_000, AbortSignal.abort(new Error("stop"))),
    Error,
    "stop",
  );
});

const jitters: [number, number][] = [[0, 80], [0.5, 100], [0.999999, 120]];

for (const [random, expected] of jitters) {
  Deno.test(`jitter() of 20 % makes ${expected} of 100 by chance ${random}`, () => {
    assertEquals(Math.round(jitter({ ...systemClock, random: () => random }, 100, 0.2)), expected);
  });
}
