import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Fault } from "../../src/kube/api_error.ts";
import type { Reason } from "../../src/exit_codes.ts";
import type { RoleRule } from "../../src/testing/mod.ts";
import { answered, failure } from "../lab/recorded_answers.ts";
import { MINUTE, Wait, waiting } from "../lab/wait_lab.ts";

function rule(...verbs: string[]): RoleRule[] {
  return [{
    apiGroups: ["argoproj.io"],
    resources: ["workflows"],
    verbs,
    namespaces: ["team"],
  }] as RoleRule[];
}

/** Makes every request fail from now on. */
async function lasting(fault: Fault, labels = true): Promise<Wait> {
  const wait = await waiting({ labels });
  wait.disturb(failure(fault));
  wait.kube.watches.at(-1)?.cut(failure(fault));
  return wait;
}

const budgets: [row: string, fault: Fault, ms: number, reason: Reason][] = [
  ["rows 1, 29", "refused", 15 * MINUTE, "ApiUnreachable"],
  ["row 29", "broken", 15 * MINUTE, "ApiUnreachable"],
  ["row 27", "server", 15 * MINUTE, "ApiUnreachable"],
  ["row 26", "throttled", 15 * MINUTE, "ApiUnreachable"],
  ["rows 17, 18", "kindMissing", 15 * MINUTE, "ApiUnreachable"],
  ["row 4", "tls", 15 * MINUTE, "AccessLost"],
  ["row 45", "credentials", 15 * MINUTE, "AccessLost"],
  ["row 46", "forbidden", 5 * MINUTE, "AccessLost"],
  ["row 44", "unauthorized", MINUTE, "AccessLost"],
];

for (const [row, fault, ms, reason] of budgets) {
  Deno.test(`${row}: waitForObject() ends with ${reason} after ${ms / MINUTE} minutes of ${fault}, not before`, async () => {
    const wait = await lasting(fault);
    // A minute of pauses between the break and the first LIST, or between two LISTs, does not count.
    await wait.clock.advance(ms - 1_000);
    wait.setPhase("Running");
    const error = await wait.errorWithin(17_000, reason);
    assertStringIncludes(error.message, `the fault is ${fault}`);
  });

  Deno.test(`${row}: waitForObject() gives the verdict when ${fault} ends ${ms / MINUTE - 0.5} minutes later`, async () => {
    const wait = await lasting(fault);
    await wait.clock.advance(ms - MINUTE / 2);
    wait.setPhase("Succeeded");
    wait.calm();
    assertEquals(await wait.verdictWithin(15_000), "Succeeded");
  });
}

Deno.test("waitForObject() ends with ApiUnreachable after 15 minutes when only the whole object is not answered", async () => {
  const wait = await waiting();
  wait.disturb(failure("server"), "get");
  wait.setPhase("Succeeded");
  await wait.clock.advance(15 * MINUTE - 1_000);
  await wait.errorWithin(16_000, "ApiUnreachable");
});

Deno.test("waitForObject() counts the time of unreachability anew after each success", async () => {
  const wait = await waiting();
  for (let outage = 0; outage < 3; outage++) {
    wait.disturb(failure("refused"));
    wait.kube.watches.at(-1)?.cut();
    await wait.clock.advance(14 * MINUTE);
    wait.calm();
    await wait.clock.advance(MINUTE);
  }
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("row 46: waitForObject() does not end with a 403 right after 10 minutes of refused connections", async () => {
  const wait = await lasting("refused");
  await wait.clock.advance(10 * MINUTE);
  wait.disturb(failure("forbidden"));
  await wait.clock.advance(MINUTE);
  wait.setPhase("Succeeded");
  wait.calm();
  assertEquals(await wait.verdictWithin(15_000), "Succeeded");
});

Deno.test("row 46: waitForObject() sees all events of a running watch when its rights are taken away", async () => {
  const wait = await waiting();
  wait.api.setRules([]);
  wait.setPhase("Running");
  await wait.clock.advance(1_000);
  assertEquals(wait.log.lines, ['info: Workflow "demo" is Running']);
});

Deno.test("row 46: waitForObject() goes on when its rights come back after a minute", async () => {
  const wait = await waiting();
  wait.api.setRules([]);
  wait.api.endWatches();
  await wait.clock.advance(MINUTE);
  wait.api.setRules(undefined);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(15_000), "Succeeded");
});

Deno.test("row 46: waitForObject() says what it may no longer do when its rights are lost", async () => {
  const wait = await waiting();
  wait.api.setRules([]);
  wait.api.endWatches();
  const error = await wait.errorWithin(6 * MINUTE, "AccessLost");
  assertStringIncludes(error.message, "forbidden");
});

Deno.test("row 47: waitForObject() reads every 5 s when it may not watch", async () => {
  const wait = await waiting();
  wait.api.setRules(rule("get", "list"));
  wait.api.endWatches();
  await wait.clock.advance(MINUTE);
  const before = wait.kube.count();
  await wait.clock.advance(MINUTE);
  assertEquals(wait.kube.count() - before, 12);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(5_000), "Succeeded");
});

Deno.test("row 47: waitForObject() reads every 5 s when it may only get", async () => {
  const wait = await waiting();
  wait.api.setRules(rule("get"));
  wait.api.endWatches();
  await wait.clock.advance(MINUTE);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(5_000), "Succeeded");
});

Deno.test("row 47: waitForObject() warns once that it may not watch", async () => {
  const wait = await waiting();
  wait.api.setRules(rule("get", "list"));
  wait.api.endWatches();
  await wait.clock.advance(30 * MINUTE);
  const warnings = wait.log.lines.filter((line) => line.startsWith("warn") && line.includes("forbidden"));
  assertEquals(warnings.length, 1, warnings.join("\n"));
  assertStringIncludes(warnings[0] ?? "", "looking each 5 s instead");
});

Deno.test("row 47: waitForObject() warns once that it may only get the object that it has adopted", async () => {
  const wait = new Wait();
  wait.api.setRules(rule("get"));
  await wait.begin({ adopted: true });
  await wait.clock.advance(30 * MINUTE);
  const warnings = wait.log.lines.filter((line) =>
    line.startsWith("warn") && line.includes("looking each 5 s")
  );
  assertEquals(warnings.length, 1, warnings.join("\n"));
});

Deno.test("row 47: waitForObject() watches again within 6 minutes of being allowed to", async () => {
  const wait = await waiting();
  wait.api.setRules(rule("get", "list"));
  wait.api.endWatches();
  await wait.clock.advance(MINUTE);
  wait.api.setRules(undefined);
  await wait.clock.advance(6 * MINUTE);
  assert(wait.kube.watches.length > 1);
  const before = wait.kube.count();
  await wait.clock.advance(10 * MINUTE);
  assert(wait.kube.count() - before <= 20);
});

for (
  const [what, end, reason] of [
    ["deleted", (wait: Wait) => wait.remove(), "ObjectGone"],
    ["replaced", (wait: Wait) => (wait.remove(), wait.create("Succeeded")), "ObjectReplaced"],
  ] as const
) {
  Deno.test(`row 47: waitForObject() sees that the object was ${what} when it may not watch`, async () => {
    const wait = await waiting();
    wait.api.setRules(rule("get", "list"));
    wait.api.endWatches();
    await wait.clock.advance(MINUTE);
    end(wait);
    await wait.errorWithin(6_000, reason);
  });
}

Deno.test("row 48: waitForObject() ends with AccessLost after 5 minutes when it may watch and not get", async () => {
  const wait = await waiting();
  wait.api.setRules(rule("watch", "list"));
  wait.setPhase("Succeeded");
  await wait.clock.advance(5 * MINUTE - 1_000);
  await wait.errorWithin(16_000, "AccessLost");
});

Deno.test("row 18: waitForObject() goes on when the kind comes back with the object", async () => {
  const wait = await waiting();
  wait.disturb(answered("kindMissing"));
  wait.kube.watches.at(-1)?.end();
  await wait.clock.advance(10 * MINUTE);
  wait.setPhase("Succeeded");
  wait.calm();
  assertEquals(await wait.verdictWithin(15_000), "Succeeded");
});

Deno.test("row 18: waitForObject() says that the object is gone when the kind comes back without it", async () => {
  const wait = await waiting();
  wait.disturb(answered("kindMissing"));
  wait.kube.watches.at(-1)?.mute();
  wait.remove();
  await wait.clock.advance(5 * MINUTE);
  wait.calm();
  await wait.errorWithin(15_000, "ObjectGone");
});
