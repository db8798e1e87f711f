import { assert, assertEquals, assertRejects } from "@std/assert";
import { Backoff, TokenBucket } from "../../src/object/backoff.ts";
import { failure } from "../lab/recorded_answers.ts";
import { quickClock } from "../lab/quick_clock.ts";

const MIDDLE = () => 0.5;
const LEAST = () => 0;
const MOST = () => 0.999_999;

function pauses(count: number, fault: Error, random = MIDDLE): number[] {
  const backoff = new Backoff(quickClock(random));
  return Array.from({ length: count }, () => Math.round(backoff.nextMs(fault)));
}

Deno.test("Backoff doubles from 250 ms up to 15 s", () => {
  assertEquals(pauses(8, failure("server")), [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
});

Deno.test("Backoff varies by half to either side, never over the longest", () => {
  assertEquals(pauses(3, failure("server"), LEAST), [125, 250, 500]);
  assertEquals(pauses(3, failure("server"), MOST), [375, 750, 1_500]);
  assertEquals(pauses(20, failure("server"), MOST).at(-1), 15_000);
});

Deno.test("Backoff waits at most 2 s when connections are refused, so that it sees a return soon", () => {
  assertEquals(pauses(6, failure("refused")), [250, 500, 1_000, 2_000, 2_000, 2_000]);
  assertEquals(pauses(1_500, failure("refused"), MOST).at(-1), 2_000);
});

Deno.test("row 29: Backoff starts low when a server that was down for long answers with 500 while it starts", () => {
  const backoff = new Backoff(quickClock());
  for (let failures = 0; failures < 300; failures++) backoff.nextMs(failure("refused"));
  assert(backoff.nextMs(failure("server")) <= 2_000);
});

Deno.test("Backoff starts over after a reset", () => {
  const backoff = new Backoff(quickClock());
  backoff.nextMs(failure("server"));
  backoff.nextMs(failure("server"));
  backoff.reset();
  assertEquals(backoff.nextMs(failure("server")), 250);
});

Deno.test("Backoff treats an error that is no ApiError like any failure", () => {
  assertEquals(pauses(2, new Error("?")), [250, 500]);
});

Deno.test("row 26: Backoff never waits shorter than the server asks, and up to 20 % longer", () => {
  assertEquals(pauses(1, failure("throttled", 4_000), LEAST), [4_000]);
  assertEquals(pauses(1, failure("throttled", 4_000), MOST), [4_800]);
});

Deno.test("row 26: Backoff waits longer than the server asks when failures go on", () => {
  assertEquals(pauses(7, failure("throttled", 1_000)).at(-1), 15_000);
});

Deno.test("row 26: Backoff follows a server's wait up to 60 s", () => {
  assertEquals(pauses(1, failure("throttled", 86_400_000), LEAST), [60_000]);
  assertEquals(pauses(1, failure("throttled", 86_400_000), MOST), [72_000]);
});

/** How many requests a bucket lets through in each minute. */
async function requestsByMinute(minutes: number, pauseMs: number): Promise<number[]> {
  const clock = quickClock();
  const bucket = new TokenBucket(clock);
  const counts: number[] = [];
  const work = async () => {
    while (clock.now() < minutes * 60_000) {
      await bucket.take();
      const minute = Math.floor(clock.now() / 60_000);
      counts[minute] = (counts[minute] ?? 0) + 1;
      if (pauseMs > 0) await clock.sleep(pauseMs);
    }
  };
  await clock.finish(work());
  return counts.slice(0, minutes);
}

Deno.test("TokenBucket lets 10 requests pass at once, then 30 a minute", async () => {
  const [first, ...others] = await requestsByMinute(4, 0);
  assert(first === 39 || first === 40, `${first}`);
  assertEquals(others.map((count) => Math.abs(count - 30) <= 1), [true, true, true]);
});

Deno.test("TokenBucket delays no request when requests are rare", async () => {
  assertEquals(await requestsByMinute(2, 10_000), [6, 6]);
});

Deno.test("TokenBucket saves at most 10 requests for later, however long the pause", async () => {
  const clock = quickClock();
  const bucket = new TokenBucket(clock);
  await clock.advance(3_600_000);
  for (let request = 0; request < 10; request++) await bucket.take();
  const from = clock.now();
  await clock.finish(bucket.take());
  assertEquals(clock.now() - from, 2_000);
});

Deno.test("TokenBucket.take() rejects with the signal's reason", async () => {
  const stop = new AbortController();
  const bucket = new TokenBucket(quickClock(), { burst: 0 });
  const taken = bucket.take(stop.signal);
  stop.abort(new Error("stop"));
  await assertRejects(() => taken, Error, "stop");
});
