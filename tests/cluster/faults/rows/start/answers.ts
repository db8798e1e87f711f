/**
 * Answers that are no answer of a working API server, clocks that are wrong, and work that stands still.
 *
 * @module
 */
import { assert } from "@std/assert";
import { checkSaid, checkWithin, type Course, endOf, finishWork, startWatching } from "../../lab/courses.ts";
import type { FaultRow } from "../../fault_row.ts";
import type { Exchange, Seen } from "../../proxy/proxy.ts";
import { isWholeGet } from "../../proxy/requests.ts";
import { type Rig, sleep, until } from "../../lab/rig.ts";

const HOUR_MS = 3_600_000;

/** A web page of a gateway, longer than what is worth quoting. */
const PAGE = `<!DOCTYPE html>\n<html><head><title>Sorry</title></head><body>${
  "<p>down</p>".repeat(100)
}</body></html>`;
const AS_PAGE = { "content-type": "text/html; charset=utf-8" };

function failure(code: number, reason: string) {
  return { kind: "Status", apiVersion: "v1", status: "Failure", reason, message: `a fault: ${reason}`, code };
}

/** What servers and the gateways before them say when they do not work, each for 5 s. */
const OUTAGE: ((exchange: Exchange) => Promise<void>)[] = [
  // The page comes first: of answers of one kind only the first is logged.
  (exchange) => exchange.answer(502, PAGE, AS_PAGE),
  (exchange) => exchange.answer(500, failure(500, "InternalError")),
  (exchange) => exchange.answer(503, PAGE, AS_PAGE),
  (exchange) => exchange.answer(504, failure(504, "Timeout")),
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

/** Ends the work after a portal, and checks that the runner went nowhere. */
async function finishAfterPortal(rig: Rig, course: Course) {
  const outcome = await finishWork(rig, course);
  assert(!rig.proxy.seen.some(({ path }) => path.includes("/portal")), "a redirect was followed");
  checkWithin(outcome, 17);
  return outcome;
}

/** Shifts the clock that the server's answers tell. */
function shiftDate(rig: Rig, ms: number): void {
  rig.proxy.rule = (exchange) => exchange.pass(undefined, { date: new Date(Date.now() + ms).toUTCString() });
}

/** Runs into RUNNER_TIMEOUT with a shifted date, and checks how long the run took from `from` on. */
async function timeOut(course: Course, from: number) {
  const outcome = await endOf(course);
  const seconds = (outcome.ended.at - from) / 1_000;
  assert(seconds > 11 && seconds < 17, `RUNNER_TIMEOUT of 12 s took ${seconds.toFixed(1)} s`);
  return { ended: outcome.ended };
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
    async scenario(rig) {
      shiftDate(rig, shiftMs);
      const course = await startWatching(rig, { RUNNER_TIMEOUT: "12s" });
      const created = rig.proxy.seen.find(({ status }) => status === 201);
      assert(created, "the create was seen");
      return await timeOut(course, created.at);
    },
  };
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
    async scenario(rig) {
      const course = await startWatching(rig);
      const faults = failReads(rig);
      rig.proxy.cutAll();
      await faults;
      const outcome = await finishWork(rig, course);
      checkQuotes(outcome);
      checkWithin(outcome, 17);
      return outcome;
    },
  },
  {
    row: 53,
    name: "the work is suspended: the runner waits on",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await rig.patchObject({ spec: { suspend: true } });
      const early = await Promise.race([course.run.ended, sleep(10_000)]);
      assert(early === undefined, "the run did not end with suspended work");
      return await finishWork(rig, course);
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
      const { run, uid } = await startWatching(rig);
      run.kill("SIGKILL");
      await run.ended;
      shiftDate(rig, -HOUR_MS);
      const started = performance.now();
      return await timeOut({ run: rig.start({ RUNNER_TIMEOUT: "12s" }), uid }, started);
    },
  },
  {
    row: 54,
    name: "dates of answers jump by an hour to and fro: the verdict is the object's",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      let isFast = false;
      rig.proxy.rule = (exchange) => {
        isFast = !isFast;
        const date = new Date(Date.now() + (isFast ? HOUR_MS : -HOUR_MS)).toUTCString();
        return exchange.pass(undefined, { date });
      };
      const course = await startWatching(rig, { RUNNER_TIMEOUT: "60s" });
      await sleep(3_000);
      return await finishWork(rig, course, "Failed");
    },
  },
  {
    row: 64,
    name:
      "everything is redirected to a login page for 8 s: nobody follows, and the verdict comes after that",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await answerAll(rig, 8_000, redirect);
      const outcome = await finishAfterPortal(rig, course);
      checkSaid(outcome.ended, "redirected to /portal");
      return outcome;
    },
  },
  {
    row: 64,
    name: "everything is answered with 200 and a login page for 8 s: the verdict comes after that",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await answerAll(rig, 8_000, portal);
      const outcome = await finishAfterPortal(rig, course);
      checkQuotes(outcome);
      return outcome;
    },
  },
  {
    row: 64,
    name: "everything is answered with 200 and JSON of somebody else in the wait: none of it is a verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await answerAll(rig, 8_000, jsonPortal);
      // What follows the LIST, which knows a list when it sees one: the look at the whole object.
      let left = 2;
      rig.proxy.rule = (exchange) => isWholeGet(exchange) && left-- > 0 ? jsonPortal(exchange) : undefined;
      const outcome = await finishAfterPortal(rig, course);
      assert(left <= 0, "the look at the whole object met the fault");
      return outcome;
    },
  },
  {
    row: 64,
    name: "the first requests and the create are answered with a web page: one object, and the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => startBehind(rig, portal),
  },
  {
    row: 64,
    name:
      "the first requests and the create are answered with JSON of somebody else: one object, and the verdict",
    exitCode: 0,
    objects: 1,
    scenario: (rig) => startBehind(rig, jsonPortal),
  },
];

/** Starts the runner with the first request of each kind before the wait answered by somebody else. */
async function startBehind(rig: Rig, answer: (exchange: Exchange) => Promise<void>) {
  const answered = new Set<string>();
  rig.proxy.rule = (exchange) => {
    const { method, path } = exchange.seen;
    const kind = `${method} ${path}`;
    if (exchange.isWatch || answered.has(kind)) return;
    answered.add(kind);
    return answer(exchange);
  };
  const course = await startWatching(rig);
  const outcome = await finishWork(rig, course);
  assert(answered.size >= 4, `${[...answered]} met the fault`);
  return outcome;
}
