import { assert, assertEquals, assertRejects } from "@std/assert";
import { followLater, jitter, systemClock, withDeadline } from "../../src/time/clock.ts";
import { fakeClock } from "../../src/testing/fake_clock.ts";

const reason = () => new Error("too late");

/** Work that ends only when it is told to. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signals.push(signal);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Holds the signals of {@linkcode untilAborted}, so that each test is about one thing. */
const signals: AbortSignal[] = [];

/** Gives the garbage collector reason and time to run. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    Array.from({ length: 100_000 }, () => ({}));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

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

Deno.test("systemClock.sleep() rejects at once where the signal is aborted already", async () => {
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

Deno.test("withDeadline() gives back what the work returns", async () => {
  assertEquals(
    await withDeadline(1_000, { clock: fakeClock(), reason }, () => Promise.resolve("done")),
    "done",
  );
});

Deno.test("withDeadline() throws what the work throws", async () => {
  const work = () => Promise.reject(new Error("broken"));
  await assertRejects(() => withDeadline(1_000, { clock: fakeClock(), reason }, work), Error, "broken");
});

Deno.test("withDeadline() aborts the work when the time is up, not before", async () => {
  const clock = fakeClock();
  const work = withDeadline(1_000, { clock, reason }, untilAborted);
  let ended = false;
  const rejected = assertRejects(() => work, Error, "too late").then(() => ended = true);
  await clock.advance(999);
  assertEquals(ended, false);
  await clock.advance(1);
  await rejected;
});

Deno.test("withDeadline() passes the outer signal's reason on when that comes first", async () => {
  const stop = new AbortController();
  const work = withDeadline(1_000, { clock: fakeClock(), signal: stop.signal, reason }, untilAborted);
  stop.abort(new Error("stop"));
  await assertRejects(() => work, Error, "stop");
});

Deno.test("withDeadline() gives its timer up with the work, so that the process can end", async () => {
  const slept: (AbortSignal | undefined)[] = [];
  const clock = {
    ...fakeClock(),
    sleep: (_ms: number, signal?: AbortSignal) => {
      slept.push(signal);
      return new Promise<void>(() => {});
    },
  };
  await withDeadline(1_000, { clock, reason }, () => Promise.resolve());
  assertEquals(slept.map((signal) => signal?.aborted), [true]);
});

Deno.test("withDeadline() aborts work whose signal nothing holds but the listener", async () => {
  const clock = fakeClock();
  let told = false;
  const end = Promise.withResolvers<void>();
  const work = withDeadline(1_000, { clock, reason }, (signal) => {
    signal.addEventListener("abort", () => told = true);
    return end.promise;
  });
  await collectGarbage();
  await clock.advance(1_000);
  end.resolve();
  await work;
  assertEquals(told, true);
});

Deno.test("followLater() follows a signal after some time, with its reason", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const { signal } = followLater(stop.signal, { ms: 100, clock });
  await clock.advance(1_000);
  const why = new Error("stop");
  stop.abort(why);
  await clock.advance(99);
  assertEquals(signal.aborted, false);
  await clock.advance(1);
  assert(signal.reason === why);
});

Deno.test("followLater() follows no more once it is stopped", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const late = followLater(stop.signal, { ms: 100, clock });
  stop.abort(new Error("stop"));
  late.stop();
  await clock.advance(1_000);
  assertEquals(late.signal.aborted, false);
});
