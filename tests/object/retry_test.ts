import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import type { Reason } from "../../src/exit_codes.ts";
import type { Fault } from "../../src/kube/api_error.ts";
import { BEFORE_CREATE, type FaultRule, WHILE_WAITING } from "../../src/object/fault_rules.ts";
import { Outage, retry } from "../../src/object/retry.ts";
import { failure } from "../lab/recorded_answers.ts";
import { quickClock } from "../lab/quick_clock.ts";
import { keptLog, MINUTE } from "../lab/wait_lab.ts";

/** A request that fails with these faults, one after another, then succeeds. */
function failing(...faults: Fault[]): () => Promise<string> {
  const left = [...faults];
  return () => {
    const fault = left.shift();
    return fault ? Promise.reject(failure(fault)) : Promise.resolve("done");
  };
}

function set(rules: Record<Fault, FaultRule> = BEFORE_CREATE) {
  const clock = quickClock();
  const log = keptLog();
  return { clock, log, rules, outage: new Outage({ clock, log, rules }) };
}

Deno.test("retry() returns what the request returns, and logs nothing when it succeeds at once", async () => {
  const { clock, log, rules } = set();
  assertEquals(await retry(failing(), { clock, log, rules }), "done");
  assertEquals([clock.now(), log.lines], [0, []]);
});

Deno.test("retry() tries again until the request succeeds", async () => {
  const { clock, log, rules } = set();
  assertEquals(await clock.finish(retry(failing("server", "server"), { clock, log, rules })), "done");
  assertEquals(clock.now(), 750);
});

const ends: [fault: Fault, ms: number, reason: Reason][] = [
  ["refused", 2 * MINUTE, "ApiUnreachable"],
  ["tls", MINUTE / 2, "InvalidInput"],
  ["credentials", 0, "InvalidInput"],
  ["webhook", 2 * MINUTE, "ApiUnreachable"],
  ["unauthorized", MINUTE, "NotAllowed"],
  ["forbidden", MINUTE / 4, "NotAllowed"],
  ["quota", 2 * MINUTE, "QuotaExceeded"],
  ["kindMissing", MINUTE / 6, "TargetMissing"],
  ["namespaceTerminating", 0, "TargetMissing"],
  ["denied", 0, "RefusedByApi"],
];

for (const [fault, ms, reason] of ends) {
  Deno.test(`retry() stops trying after ${fault} for ${ms / 1_000} s before a create, with ${reason}`, async () => {
    const { clock, log, rules } = set();
    const tried = retry(() => Promise.reject(failure(fault)), { clock, log, rules });
    const error = await assertRejects(() => clock.finish(tried), RunError, `the fault is ${fault}`);
    assertEquals([error.reason, clock.now(), (error.cause as { fault?: Fault }).fault], [reason, ms, fault]);
  });
}

Deno.test("retry() throws an error that is no ApiError at once", async () => {
  const { clock, log, rules } = set();
  const bug = new TypeError("a bug");
  const thrown = await retry(() => Promise.reject(bug), { clock, log, rules }).catch((error) => error);
  assert(thrown === bug);
});

Deno.test("retry() rejects with the signal's reason, also in the middle of a pause", async () => {
  const { clock, log, rules } = set();
  const stop = new AbortController();
  const tried = retry(failing("server"), { clock, log, rules, signal: stop.signal });
  await clock.advance(100);
  stop.abort(new Error("stop"));
  await assertRejects(() => tried, Error, "stop");
});

Deno.test("retry() sends nothing once the signal is aborted", async () => {
  const { clock, log, rules } = set();
  const signal = AbortSignal.abort(new Error("stop"));
  let sent = 0;
  const request = () => Promise.resolve(sent++);
  await assertRejects(() => retry(request, { clock, log, rules, signal }), Error, "stop");
  assertEquals(sent, 0);
});

Deno.test("Outage logs once for each change of fault, and when it ends", () => {
  const { outage, log } = set();
  for (const fault of ["refused", "refused", "server", "server", "refused"] as const) {
    outage.pauseMs(failure(fault));
  }
  outage.end();
  outage.end();
  assertEquals(log.lines, [
    "warn: the fault is refused; trying again",
    "warn: the fault is server; trying again",
    "warn: the fault is refused; trying again",
    "info: the API server answers again",
  ]);
});

Deno.test("Outage logs that it tries again only if it does", () => {
  const { outage, log } = set();
  assertThrows(() => outage.pauseMs(failure("denied")), RunError);
  assertEquals(log.lines, []);
});

Deno.test("Outage counts the time of each fault separately: a 403 right after 10 minutes of refusals is tried again", async () => {
  const { clock, outage } = set(WHILE_WAITING);
  outage.pauseMs(failure("refused"));
  await clock.advance(10 * MINUTE);
  outage.pauseMs(failure("forbidden"));
  await clock.advance(5 * MINUTE - 1);
  outage.pauseMs(failure("forbidden"));
  await clock.advance(1);
  assertEquals(assertThrows(() => outage.pauseMs(failure("forbidden")), RunError).reason, "AccessLost");
});

Deno.test("Outage ends after the longest time of all rules, however the faults change", async () => {
  const { clock, outage } = set(WHILE_WAITING);
  for (let minute = 0; minute < 15; minute++) {
    outage.pauseMs(failure(minute % 2 === 0 ? "refused" : "server"));
    await clock.advance(MINUTE);
  }
  assertEquals(assertThrows(() => outage.pauseMs(failure("server")), RunError).reason, "ApiUnreachable");
});

Deno.test("Outage never pauses beyond the time that is left, unless the server asks for more", async () => {
  const { clock, outage } = set(WHILE_WAITING);
  for (let failures = 0; failures < 10; failures++) outage.pauseMs(failure("server"));
  await clock.advance(15 * MINUTE - 100);
  assertEquals(outage.pauseMs(failure("server")), 100);
  assertEquals(outage.pauseMs(failure("server", 20_000)), 22_000);
});

Deno.test("Outage begins anew after a success", async () => {
  const { clock, outage } = set(WHILE_WAITING);
  outage.pauseMs(failure("refused"));
  await clock.advance(14 * MINUTE);
  outage.end();
  assertEquals(outage.pauseMs(failure("refused")), 250);
  await clock.advance(14 * MINUTE);
  outage.pauseMs(failure("refused"));
});
