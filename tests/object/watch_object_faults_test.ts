import { assert, assertEquals } from "@std/assert";
import { answered, failure } from "../lab/recorded_answers.ts";
import { MINUTE, type Wait, waiting } from "../lab/wait_lab.ts";

/** Ends the Workflow while the trouble lasts; the verdict must come soon after the trouble's end. */
async function assertVerdictAfter(wait: Wait, { withinMs }: { withinMs: number }): Promise<void> {
  wait.setPhase("Succeeded");
  await wait.clock.advance(1_000);
  wait.calm();
  assertEquals(await wait.verdictWithin(withinMs), "Succeeded");
}

const readTroubles = [
  ["26", "tooManyRequests"],
  ["27", "proxyBadGateway"],
  ["27", "requestTimedOut"],
  ["28", "etcdLeaderChanged"],
  ["28", "etcdTimedOut"],
  ["43", "versionOfTheFuture"],
  ["64", "redirect"],
  ["64", "webPage"],
] as const;

for (const [row, answer] of readTroubles) {
  Deno.test(`row ${row}: waitForObject() waits through ${answer}`, async () => {
    const wait = await waiting();
    wait.disturb(answered(answer));
    wait.kube.watches.at(-1)?.cut();
    await wait.clock.advance(5 * MINUTE);
    await assertVerdictAfter(wait, { withinMs: 18_000 });
  });

  Deno.test(`row ${row}: waitForObject() waits through ${answer} when only the GET of the whole object gets it`, async () => {
    const wait = await waiting();
    wait.disturb(answered(answer), "get");
    wait.setPhase("Succeeded");
    await wait.clock.advance(5 * MINUTE);
    await assertVerdictAfter(wait, { withinMs: 18_000 });
  });
}

Deno.test("row 26: waitForObject() waits as long as a 429 asks before the next try", async () => {
  const wait = await waiting();
  wait.disturb(failure("throttled", 20_000), "watch", "list");
  wait.kube.watches.at(-1)?.cut(failure("throttled", 20_000));
  await wait.clock.advance(20_000 - 10);
  assertEquals(wait.kube.count("list"), 0);
  await wait.clock.advance(4_020);
  assertEquals(wait.kube.count("list"), 1);
});

for (const deadMs of [5_000, 60_000, 10 * MINUTE]) {
  Deno.test(`row 29: waitForObject() gives the verdict within 2 s after ${deadMs / 1_000} s of refusals`, async () => {
    const wait = await waiting();
    wait.disturb(failure("refused"));
    wait.kube.watches.at(-1)?.cut();
    await wait.clock.advance(deadMs);
    wait.setPhase("Succeeded");
    wait.calm();
    assertEquals(await wait.verdictWithin(2_000), "Succeeded");
  });
}

Deno.test("row 29: waitForObject() gives the verdict within 2 s after a server that refuses, then answers 500", async () => {
  const wait = await waiting();
  wait.disturb(failure("refused"));
  wait.kube.watches.at(-1)?.cut();
  await wait.clock.advance(MINUTE);
  wait.disturb(failure("server"));
  await wait.clock.advance(3_000);
  wait.setPhase("Succeeded");
  wait.calm();
  assertEquals(await wait.verdictWithin(3_000), "Succeeded");
});

Deno.test("row 32: waitForObject() lists at once after a 410 event, and watches from there", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.send("ERROR", JSON.parse(JSON.stringify(answered("expired").body)));
  await wait.clock.advance(0);
  assertEquals(wait.kube.calls.map(({ method }) => method), ["watch", "list", "watch"]);
  wait.setPhase("Failed");
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 32: waitForObject() finds the verdict of an object whose version is forgotten", async () => {
  const wait = await waiting();
  wait.api.create("Workflow", { metadata: { name: "other", namespace: "team" }, spec: {} });
  wait.api.compact();
  wait.disturb(failure("refused"));
  wait.kube.watches.at(-1)?.cut();
  await wait.clock.advance(10_000);
  await assertVerdictAfter(wait, { withinMs: 2_000 });
});

Deno.test("row 33: waitForObject() lists at once after a 410 answer, and watches from there", async () => {
  const wait = await waiting();
  await wait.clock.advance(10_000);
  wait.disturb(() => {
    wait.calm();
    return Promise.reject(answered("expired"));
  }, "watch");
  wait.api.endWatches();
  await wait.clock.advance(0);
  assertEquals(wait.kube.calls.map(({ method }) => method), ["watch", "watch", "list", "watch"]);
  wait.setPhase("Failed");
  assertEquals(await wait.verdictWithin(0), "Failed");
});

Deno.test("row 33: waitForObject() slows down when every watch is answered with 410", async () => {
  const wait = await waiting();
  wait.disturb(answered("expired"), "watch");
  wait.kube.watches.at(-1)?.cut(answered("expired"));
  await wait.clock.advance(10 * MINUTE);
  const before = wait.kube.count("watch");
  await wait.clock.advance(MINUTE);
  const watches = wait.kube.count("watch") - before;
  assert(watches >= 3 && watches <= 5, `${watches} in a minute`);
  await assertVerdictAfter(wait, { withinMs: 15_000 });
});

const events = [
  ["500", { kind: "Status", code: 500, message: "etcdserver: leader changed" }],
  ["429", { kind: "Status", code: 429, details: { retryAfterSeconds: 2 } }],
  ["unknown", { kind: "Status", message: "?" }],
  ["empty", {}],
] as const;

for (const [what, status] of events) {
  Deno.test(`row 34: waitForObject() finds the verdict past an ERROR event that is ${what}`, async () => {
    const wait = await waiting();
    wait.kube.watches.at(-1)?.send("ERROR", status);
    wait.kube.watches.at(-1)?.mute();
    wait.setPhase("Succeeded");
    assertEquals(await wait.verdictWithin(5_000), "Succeeded");
  });
}

for (const labels of [true, false]) {
  const kind = labels ? "with" : "without";

  Deno.test(`row 35: waitForObject() finds the verdict when watches end at once, ${kind} labels`, async () => {
    const wait = await waiting({ labels });
    wait.kube.onWatch = (watch) => {
      watch.mute();
      watch.end();
    };
    wait.kube.watches.at(-1)?.end();
    await wait.clock.advance(10 * MINUTE);
    wait.setPhase("Succeeded");
    assertEquals(await wait.verdictWithin(20_000), "Succeeded");
  });

  Deno.test(`row 35: waitForObject() slows down to a LIST every 15 s when watches end at once, ${kind} labels`, async () => {
    const wait = await waiting({ labels });
    wait.kube.onWatch = (watch) => {
      watch.mute();
      watch.end();
    };
    wait.kube.watches.at(-1)?.end();
    await wait.clock.advance(5 * MINUTE);
    const before = wait.kube.count("list", "watch");
    await wait.clock.advance(MINUTE);
    const made = wait.kube.count("list", "watch") - before;
    assert(made >= 7 && made <= 9, `${made} in a minute`);
  });

  for (const lifeMs of [1_000, 5_000, 30_000]) {
    Deno.test(`row 38: waitForObject() finds the verdict when watches end after ${lifeMs} ms without events, ${kind} labels`, async () => {
      const wait = await waiting({ labels });
      wait.kube.onWatch = (watch) => {
        watch.mute();
        wait.clock.sleep(lifeMs).then(() => watch.end());
      };
      wait.kube.watches.at(-1)?.end();
      await wait.clock.advance(5 * MINUTE);
      wait.setPhase("Succeeded");
      assertEquals(await wait.verdictWithin(65_000), "Succeeded");
    });
  }
}

Deno.test("row 36: waitForObject() finds the verdict by a LIST when the watch is silent", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  await wait.clock.advance(10_000);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(35_000), "Succeeded");
  assertEquals(wait.clock.now(), 45_000);
});

Deno.test("row 36: waitForObject() finds the verdict within 65 s when the first LIST gets no answer either", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.setPhase("Succeeded");
  wait.disturb(async (_send, signal) => {
    // As a client does: the deadline of a LIST is 10 s.
    await wait.clock.sleep(10_000, signal);
    wait.calm();
    throw failure("broken");
  }, "list");
  assertEquals(await wait.verdictWithin(65_000), "Succeeded");
});

Deno.test("row 38: waitForObject() finds the verdict by a LIST when a proxy holds the watch's events back", async () => {
  const wait = await waiting();
  wait.kube.onWatch = (watch) => watch.mute();
  wait.kube.watches.at(-1)?.mute();
  await wait.clock.advance(7 * MINUTE);
  wait.setPhase("Failed");
  assertEquals(await wait.verdictWithin(60_000), "Failed");
});

Deno.test("row 40: waitForObject() lists after a malformed line, and misses nothing", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.cut(failure("broken"));
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(1_000), "Succeeded");
  assertEquals(wait.kube.calls.map(({ method }) => method).slice(0, 2), ["watch", "list"]);
});

const oddEvents: [what: string, type: string, object: Record<string, unknown>][] = [
  ["of an unknown type", "RENAMED", { metadata: { name: "demo", resourceVersion: "2000" } }],
  ["without metadata", "MODIFIED", {}],
  ["without a version", "MODIFIED", { metadata: { name: "demo", uid: "uid-1" } }],
  ["without a uid", "MODIFIED", { metadata: { name: "demo", resourceVersion: "2000" } }],
  ["of a deletion without a uid", "DELETED", { metadata: { name: "demo", resourceVersion: "2000" } }],
  ["that is a bookmark without a version", "BOOKMARK", { metadata: {} }],
];

for (const [what, type, object] of oddEvents) {
  Deno.test(`row 41: waitForObject() lists after an event ${what}`, async () => {
    const wait = await waiting();
    wait.kube.watches.at(-1)?.send(type, object as never);
    await wait.clock.advance(0);
    assertEquals(wait.kube.calls.map(({ method }) => method), ["watch", "list", "watch"]);
    wait.setPhase("Succeeded");
    assertEquals(await wait.verdictWithin(0), "Succeeded");
  });
}

Deno.test("row 41: waitForObject() ignores the events of other objects", async () => {
  const wait = await waiting();
  const metadata = { name: "other", uid: "other", resourceVersion: wait.workflow.metadata.resourceVersion };
  for (const type of ["ADDED", "MODIFIED", "DELETED"]) wait.kube.watches.at(-1)?.send(type, { metadata });
  await wait.clock.advance(0);
  assertEquals(wait.kube.calls.map(({ method }) => method), ["watch"]);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("row 43: waitForObject() watches anew, and says so, when a LIST beside a silent watch shows another version", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.touch();
  await wait.clock.advance(55_000);
  assertEquals(wait.kube.calls.map(({ method }) => method), ["watch", "list", "list", "watch"]);
  assertEquals(wait.log.lines.filter((line) => line.includes("the watch tells nothing")).length, 1);
  wait.setPhase("Succeeded");
  assertEquals(await wait.verdictWithin(0), "Succeeded");
});

Deno.test("row 43: waitForObject() keeps a silent watch as long as nothing happens", async () => {
  const wait = await waiting();
  await wait.clock.advance(55_000);
  assertEquals(wait.kube.calls.map(({ method }) => method), ["watch", "list"]);
});

Deno.test("row 43: waitForObject() sees that an etcd that was restored does not know the object", async () => {
  const wait = await waiting();
  wait.kube.watches.at(-1)?.mute();
  wait.remove();
  await wait.errorWithin(55_000, "ObjectGone");
});

Deno.test("waitForObject() logs each change of trouble once, and its end", async () => {
  const wait = await waiting();
  wait.disturb(failure("refused"));
  wait.kube.watches.at(-1)?.cut();
  await wait.clock.advance(5 * MINUTE);
  wait.disturb(failure("server"));
  await wait.clock.advance(MINUTE);
  wait.calm();
  await wait.clock.advance(MINUTE);
  assertEquals(wait.log.lines.filter((line) => !line.startsWith("debug") && !line.includes(" is Pending")), [
    "warn: the connection broke; looking again",
    "warn: the fault is refused; trying again",
    "warn: the fault is server; trying again",
    "info: the API server answers again",
  ]);
});
