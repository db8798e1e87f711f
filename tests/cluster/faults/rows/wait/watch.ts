/**
 * Watches that end or fail: each run ends in the verdict that the object shows.
 *
 * @module
 */
import type { FaultRow } from "../../fault_row.ts";
import { must } from "../../lab/checks.ts";
import { disturbWatches } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { events, lines, silence } from "../../proxy/bodies.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { failure } from "../../proxy/proxy_rules.ts";
import { isList, isWatch } from "../../proxy/requests.ts";

const fault = (code: number, reason: string, details = {}) => failure(code, reason, "a fault", details);
const expired = fault(410, "Expired");

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

/** A fault of every watch, which the work's end meets. */
function everyWatch(fault: (exchange: Exchange) => Promise<void>) {
  return async (rig: Rig): Promise<void> => void await disturbWatches(rig, 3, fault);
}

export const rows: FaultRow[] = [
  {
    row: 32,
    name: "every watch ends with 410 as an ERROR event: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: everyWatch(errorEvent(expired)),
  },
  {
    row: 32,
    name: "the API server finds a watch's version too old: the next watch starts from a fresh one, at once",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const from = rig.proxy.seen.length;
      const answer = await watchFromTheBeginning(rig);
      must(answer.includes('"code":410'), `the API server answers with 410 (it was ${answer})`);
      const watches = () => rig.proxy.seen.slice(from).filter(isWatch);
      await until("another watch", () => watches().length >= 2);
      const [first, second] = watches() as [Seen, Seen];
      must(second.at - first.at < 1_500, "a first 410 is no reason to wait");
      return () => must(watches().length === 2, "the second watch lived to the end");
    },
    expect: { within: 3 },
  },
  {
    row: 33,
    name: "every watch is answered with HTTP 410: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: everyWatch((exchange) => exchange.answer(410, expired)),
  },
  {
    row: 34,
    name: "every watch ends with 500 as an ERROR event: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: everyWatch(errorEvent(fault(500, "InternalError"))),
  },
  {
    row: 34,
    name: "ERROR events of 429 ask for 4 s: no watch and no look comes sooner",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const busy = errorEvent(fault(429, "TooManyRequests", { retryAfterSeconds: 4 }));
      const met = await disturbWatches(rig, 3, busy);
      for (const { at } of met.slice(0, 2)) {
        const next = rig.proxy.seen.find((seen) => seen.at > at);
        must(next && next.at - at >= 4_000, `4 s pass after the 429 (it was ${(next?.at ?? 0) - at} ms)`);
      }
    },
  },
  {
    row: 34,
    name: "every watch ends with an ERROR event that is no Status: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: everyWatch(errorEvent({ kind: "Surprise" })),
  },
  {
    row: 35,
    name: "every watch is closed after a second without events: the verdict comes, at a bearable pace",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const from = rig.proxy.seen.length;
      await disturbWatches(rig, 1, (exchange) => exchange.stream(silence(1_000)));
      await sleep(62_000);
      const seen = rig.proxy.seen.slice(from);
      must(mostInAMinute(seen) <= 30, `at most 30 requests in a minute (there were ${mostInAMinute(seen)})`);
      must(seen.filter(isList).length >= 3, "there were fresh lists");
    },
    expect: { within: 25 },
  },
];
