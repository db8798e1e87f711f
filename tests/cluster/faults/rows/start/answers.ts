/**
 * Answers that do not come from a working API server, wrong clocks, and work that stands still.
 *
 * @module
 */
import { assert } from "@std/assert";
import { type Ended } from "../../../../lab/compiled_program.ts";
import type { Check, Expectation, FaultRow } from "../../fault_row.ts";
import { must, mustLeaveRunning } from "../../lab/checks.ts";
import { withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { endOfWatched, finishWork, startWatching } from "../../lab/watched_run.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { failure } from "../../proxy/proxy_rules.ts";
import { isWholeGet } from "../../proxy/requests.ts";

const HOUR_MS = 3_600_000;

/** A web page of a gateway, longer than what is worth quoting. */
const PAGE = `<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body>${
  "<p>down</p>".repeat(100)
}</body></html>`;
const AS_PAGE = { "content-type": "text/html; charset=utf-8" };

const fault = (code: number, reason: string) => failure(code, reason, `a fault: ${reason}`);

/** What servers and the gateways before them say when they do not work, each for 5 s. */
const OUTAGE: ((exchange: Exchange) => Promise<void>)[] = [
  // The page comes first: of answers of one kind only the first is logged.
  (exchange) => exchange.answer(502, PAGE, AS_PAGE),
  (exchange) => exchange.answer(500, fault(500, "InternalError")),
  (exchange) => exchange.answer(503, PAGE, AS_PAGE),
  (exchange) => exchange.answer(504, fault(504, "Timeout")),
];
const OUTAGE_STEP_MS = 5_000;

const isRead = ({ method }: Seen) => method === "GET";

/** Lets every read fail in each way in turn, and then no more. */
async function failReads(rig: Rig): Promise<void> {
  for (const fail of OUTAGE) {
    let failed = 0;
    rig.proxy.rule = (exchange) => {
      if (!isRead(exchange.seen)) return;
      failed++;
      return fail(exchange);
    };
    await Promise.all([sleep(OUTAGE_STEP_MS), until("a read fails", () => failed > 0)]);
  }
  rig.proxy.rule = () => undefined;
}

/** Checks that the log quotes foreign pages, and not at length. */
function checkQuotes({ ended }: { ended: { stderr: string } }): void {
  const quotes = ended.stderr.split("\n").filter((line) => line.includes("<!DOCTYPE html>"));
  assert(quotes.length > 0, `a web page was quoted:\n${ended.stderr}`);
  for (const line of quotes) assert(line.length < 400, `${line.length} characters: ${line}`);
}

/** Answers each request that is chosen in the API server's place, for some time. */
async function answerAll(rig: Rig, ms: number, answer: (exchange: Exchange) => Promise<void>): Promise<void> {
  let answered = 0;
  rig.proxy.rule = (exchange) => {
    answered++;
    return answer(exchange);
  };
  rig.proxy.cutAll();
  await Promise.all([sleep(ms), until("a request is answered", () => answered > 0)]);
  rig.proxy.rule = () => undefined;
}

const redirect = (exchange: Exchange) => exchange.answer(302, "", { location: "/portal", ...AS_PAGE });
const portal = (exchange: Exchange) => exchange.answer(200, PAGE, AS_PAGE);
const jsonPortal = (exchange: Exchange) => exchange.answer(200, { login: "required" });

/** The runner went nowhere else, and the verdict comes soon after the fault. */
const PAST_PORTAL: Expectation = {
  within: 17,
  also: ({ proxy }) =>
    must(!proxy.seen.some(({ path }) => path.includes("/portal")), "no redirect is followed"),
};

/** Shifts the clock that the server's answers tell. */
function shiftDate(rig: Rig, ms: number): void {
  rig.proxy.rule = (exchange) => exchange.pass(undefined, { date: new Date(Date.now() + ms).toUTCString() });
}

/** RUNNER_TIMEOUT of 12 s took that long from a moment on. */
function mustTakeTwelve(ended: Ended, from: number): void {
  const seconds = (ended.at - from) / 1_000;
  must(seconds > 11 && seconds < 17, `RUNNER_TIMEOUT of 12 s is kept (it took ${seconds.toFixed(1)} s)`);
}

/** A row whose server's clock is wrong by an hour. */
function timeoutUnder(shiftMs: number): FaultRow {
  return {
    row: 54,
    name: `dates of answers are ${
      shiftMs < 0 ? "an hour slow" : "an hour fast"
    }: RUNNER_TIMEOUT counts right`,
    exitCode: 124,
    objects: 1,
    env: { RUNNER_TIMEOUT: "12s" },
    at: "start",
    trouble: (rig) => shiftDate(rig, shiftMs),
    act: "nothing",
    expect: {
      async also(rig, { ended }) {
        const created = rig.proxy.seen.find(({ status }) => status === 201);
        must(created, "the create was seen");
        mustTakeTwelve(ended, created.at);
        await mustLeaveRunning(rig, ended, "TimedOut");
      },
    },
  };
}

/** Answers the first request of each kind before the wait in the API server's place. */
function answerFirst(rig: Rig, answer: (exchange: Exchange) => Promise<void>): Check {
  const answered = new Set<string>();
  rig.proxy.rule = (exchange) => {
    const { method, path } = exchange.seen;
    const kind = `${method} ${path}`;
    if (exchange.isWatch || answered.has(kind)) return;
    answered.add(kind);
    return answer(exchange);
  };
  return () => must(answered.size >= 4, `four kinds met the fault (it was ${[...answered]})`);
}

export const rows: FaultRow[] = [
  {
    row: 27,
    name: "reads fail with 500, 502, 503 and 504 at the start, 5 s each: the run begins after that",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const faults = failReads(rig);
      const starting = startWatching(rig);
      await faults;
      const outcome = await finishWork(rig, await starting);
      checkQuotes(outcome);
      return outcome;
    },
  },
  {
    row: 27,
    name: "reads fail with 500, 502, 503 and 504 in the wait, 5 s each: the verdict comes after that",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const faults = failReads(rig);
      rig.proxy.cutAll();
      await faults;
      return checkQuotes;
    },
    expect: { within: 17 },
  },
  {
    row: 53,
    name: "the work is suspended: the runner waits on",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig, { run }) {
      await rig.patchObject({ spec: { suspend: true } });
      const early = await Promise.race([run.ended, sleep(10_000)]);
      must(early === undefined, "the run does not end with suspended work");
    },
  },
  timeoutUnder(HOUR_MS),
  timeoutUnder(-HOUR_MS),
  {
    row: 54,
    name: "dates of answers are an hour slow on a further start: RUNNER_TIMEOUT is not an hour late",
    exitCode: 124,
    objects: 1,
    async scenario(rig) {
      const { uid, run: first } = await startWatching(rig);
      first.kill("SIGKILL");
      await first.ended;
      shiftDate(rig, -HOUR_MS);
      const started = performance.now();
      const { ended } = await endOfWatched({ run: rig.start({ RUNNER_TIMEOUT: "12s" }), uid });
      mustTakeTwelve(ended, started);
      return { ended };
    },
  },
  {
    row: 54,
    name: "dates of answers jump by an hour to and fro: the verdict is the object's",
    exitCode: 10,
    objects: 1,
    env: { RUNNER_TIMEOUT: "60s" },
    at: "start",
    trouble: withRule(() => {
      let isFast = false;
      return (exchange) => {
        isFast = !isFast;
        const date = new Date(Date.now() + (isFast ? HOUR_MS : -HOUR_MS)).toUTCString();
        return exchange.pass(undefined, { date });
      };
    }),
    async act(rig) {
      await sleep(3_000);
      await rig.finish("Failed");
    },
  },
  {
    row: 64,
    name:
      "everything is redirected to a login page for 8 s: nobody follows, and the verdict comes after that",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: (rig) => answerAll(rig, 8_000, redirect),
    expect: { ...PAST_PORTAL, says: ["redirected to /portal"] },
  },
  {
    row: 64,
    name: "everything is answered with 200 and a login page for 8 s: the verdict comes after that",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      await answerAll(rig, 8_000, portal);
      return checkQuotes;
    },
    expect: PAST_PORTAL,
  },
  {
    row: 64,
    name: "everything is answered with 200 and JSON of somebody else in the wait: none of it is a verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      await answerAll(rig, 8_000, jsonPortal);
      // What follows the LIST, which knows a list when it sees one: the GET of the whole object.
      let left = 2;
      rig.proxy.rule = (exchange) => isWholeGet(exchange) && left-- > 0 ? jsonPortal(exchange) : undefined;
      return () => must(left <= 0, "the GET of the whole object met the fault");
    },
    expect: PAST_PORTAL,
  },
  {
    row: 64,
    name: "the first requests and the create are answered with a web page: one object, and the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: (rig) => answerFirst(rig, portal),
  },
  {
    row: 64,
    name:
      "the first requests and the create are answered with JSON of somebody else: one object, and the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: (rig) => answerFirst(rig, jsonPortal),
  },
];
