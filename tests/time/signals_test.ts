import { assert, assertEquals, assertRejects } from "@std/assert";
import { followLater, withDeadline } from "../../src/time/signals.ts";
import { fakeClock } from "../../src/testing/fake_clock.ts";

const reason = () => new Error("too late");

/** An action that ends only when its signal is aborted. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signals.push(signal);
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}

/** Refers to the signals of {@linkcode untilAborted}, so that they are not collected as garbage. */
const signals: AbortSignal[] = [];

/** Gives the garbage collector reason and time to run. */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 20; round++) {
    Array.from({ length: 100_000 }, () => ({}));
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
}

Deno.test("withDeadline() returns what the action returns", async () => {
  assertEquals(
    await withDeadline(1_000, { clock: fakeClock(), reason }, () => Promise.resolve("done")),
    "done",
  );
});

Deno.test("withDeadline() throws what the action throws", async () => {
  const action = () => Promise.reject(new Error("broken"));
  await assertRejects(() => withDeadline(1_000, { clock: fakeClock(), reason }, action), Error, "broken");
});

Deno.test("withDeadline() aborts the action when the time is up, not before", async () => {
  const clock = fakeClock();
  const action = withDeadline(1_000, { clock, reason }, untilAborted);
  let ended = false;
  const rejected = assertRejects(() => action, Error, "too late").then(() => ended = true);
  await clock.advance(999);
  assertEquals(ended, false);
  await clock.advance(1);
  await rejected;
});

Deno.test("withDeadline() passes the outer signal's reason on when that comes first", async () => {
  const stop = new AbortController();
  const action = withDeadline(1_000, { clock: fakeClock(), signal: stop.signal, reason }, untilAborted);
  stop.abort(new Error("stop"));
  await assertRejects(() => action, Error, "stop");
});

Deno.test("withDeadline() stops its timer with the action, so that the process can end", async () => {
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

Deno.test("withDeadline() aborts an action whose signal only a listener refers to", async () => {
  const clock = fakeClock();
  let told = false;
  const end = Promise.withResolvers<void>();
  const action = withDeadline(1_000, { clock, reason }, (signal) => {
    signal.addEventListener("abort", () => told = true);
    return end.promise;
  });
  await collectGarbage();
  await clock.advance(1_000);
  end.resolve();
  await action;
  assertEquals(told, true);
});

Deno.test("followLater() aborts some time after the signal, with its reason", async () => {
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

Deno.test("followLater() aborts nothing once it is stopped", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const late = followLater(stop.signal, { ms: 100, clock });
  stop.abort(new Error("stop"));
  late.stop();
  await clock.advance(1_000);
  assertEquals(late.signal.aborted, false);
});
