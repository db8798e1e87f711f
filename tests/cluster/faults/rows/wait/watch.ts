/**
 * Watches that end or fail: each run ends in the verdict that the object shows.
 *
 * @module
 */
import { assert } from "@std/assert";
import { events, lines, silence } from "../../proxy/bodies.ts";
import { checkWithin, disturbWatches, finishWork, startWatching } from "../../lab/courses.ts";
import type { FaultRow } from "../../fault_row.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { isList } from "../../proxy/requests.ts";
import { type Rig, sleep, until } from "../../lab/rig.ts";

/** Brings a fault of all watches about, ends the work when three of them met it, and waits for the verdict. */
async function finishUnder(rig: Rig, fault: (exchange: Exchange) => Promise<void>) {
  const course = await startWatching(rig);
  await disturbWatches(rig, 3, fault);
  return await finishWork(rig, course);
}

function failure(code: number, reason: string, details = {}) {
  return { kind: "Status", apiVersion: "v1", status: "Failure", reason, message: "a fault", details, code };
}

const expired = failure(410, "Expired");

/** A watch that consists of one ERROR event. */
function errorEvent(object: object) {
  return (exchange: Exchange) => exchange.stream(events({ type: "ERROR", object }));
}

/** The most requests in any minute. */
function mostInAMinute(seen: Seen[]): number {
  return Math.max(
    ...seen.map(({ at }) => seen.filter((other) => other.at >= at && other.at < at + 60_000).length),
  );
}

/** Has the API server answer the next watch as one from the oldest version of all; returns what it says. */
async function watchFromTheBeginning(rig: Rig): Promise<string> {
  let answer = "";
  await disturbWatches(rig, 1, (exchange, count) => {
    if (count > 1) return exchange.pass();
    exchange.request.path = exchange.request.path.replace(/resourceVersion=\d+/, "resourceVersion=1");
    return exchange.pass(async function* (body) {
      for await (const line of lines(body)) {
        answer += line;
        yield line;
      }
    });
  });
  await until("an answer to the watch", () => answer);
  return answer;
}

export const rows: FaultRow[] = [
  {
    row: 32,
    name: "every watch ends with 410 as an ERROR event: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => finishUnder(rig, errorEvent(expired)),
  },
  {
    row: 32,
    name: "the API server finds a watch's version too old: the next watch starts from a fresh one, at once",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const from = rig.proxy.seen.length;
      const answer = await watchFromTheBeginning(rig);
      assert(answer.includes('"code":410'), `expected 410 from the API server: ${answer}`);
      const watches = () => rig.proxy.seen.slice(from).filter(({ path }) => path.includes("watch=true"));
      await until("another watch", () => watches().length >= 2);
      const [first, second] = watches() as [Seen, Seen];
      assert(second.at - first.at < 1_500, "a first 410 is no reason to wait");
      const outcome = await finishWork(rig, course);
      checkWithin(outcome, 3);
      assert(watches().length === 2, "the second watch lived to the end");
      return outcome;
    },
  },
  {
    row: 33,
    name: "every watch is answered with HTTP 410: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => finishUnder(rig, (exchange) => exchange.answer(410, expired)),
  },
  {
    row: 34,
    name: "every watch ends with 500 as an ERROR event: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => finishUnder(rig, errorEvent(failure(500, "InternalError"))),
  },
  {
    row: 34,
    name: "ERROR events of 429 ask for 4 s: no watch and no look comes sooner",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const busy = errorEvent(failure(429, "TooManyRequests", { retryAfterSeconds: 4 }));
      const met = await disturbWatches(rig, 3, busy);
      for (const { at } of met.slice(0, 2)) {
        const next = rig.proxy.seen.find((seen) => seen.at > at);
        assert(next && next.at - at >= 4_000, `a request came ${(next?.at ?? 0) - at} ms after the 429`);
      }
      return await finishWork(rig, course);
    },
  },
  {
    row: 34,
    name: "every watch ends with an ERROR event that is no Status: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => finishUnder(rig, errorEvent({ kind: "Surprise" })),
  },
  {
    row: 35,
    name: "every watch is closed after a second without events: the verdict comes, at a bearable pace",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const from = rig.proxy.seen.length;
      await disturbWatches(rig, 1, (exchange) => exchange.stream(silence(1_000)));
      await sleep(62_000);
      const seen = rig.proxy.seen.slice(from);
      assert(mostInAMinute(seen) <= 30, `${mostInAMinute(seen)} requests in a minute`);
      assert(seen.filter(isList).length >= 3, "there were fresh looks");
      const outcome = await finishWork(rig, course);
      checkWithin(outcome, 25);
      return outcome;
    },
  },
];
