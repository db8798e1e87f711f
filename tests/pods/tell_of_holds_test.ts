import { assertEquals, assertMatch } from "@std/assert";
import type { Log } from "../../src/mod.ts";
import { silentLog } from "../../src/io/log.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { aHold, type Hold } from "../../src/pods/hold.ts";
import { tellOfHolds } from "../../src/pods/tell_of_holds.ts";
import { type FakeClock, fakeClock } from "../../src/testing/mod.ts";
import { refusal } from "../lab/recorded.ts";

interface Watched {
  clock: FakeClock;
  /** What was logged as a warning. */
  told: string[];
  /** When it was looked, milliseconds. */
  looks: number[];
  stop: () => void;
  ended: Promise<void>;
}

/** Tells of what `find` gives, which may throw. */
function tellOf(find: () => Hold[]): Watched {
  const clock = fakeClock();
  const stop = new AbortController();
  const told: string[] = [];
  const looks: number[] = [];
  const log: Log = { ...silentLog, warn: (message: string) => void told.push(message) };
  const findHolds = () => {
    looks.push(clock.now());
    return new Promise<Hold[]>((resolve) => resolve(find()));
  };
  const ended = tellOfHolds({} as KubeClient, findHolds, { signal: stop.signal, log, clock });
  return { clock, told, looks, stop: () => stop.abort(), ended };
}

const POD = { kind: "Pod", name: "demo-1" };
const pull = (message: string) =>
  aHold({ reason: "ImagePullBackOff", held: POD, container: "main", message });

Deno.test("tellOfHolds() looks after 45 s, then every 2 minutes, and asks for nothing before", async () => {
  const { clock, looks, stop, ended } = tellOf(() => []);
  await clock.advance(600_000);
  assertEquals(looks, [45_000, 165_000, 285_000, 405_000, 525_000]);
  stop();
  await ended;
});

Deno.test("tellOfHolds() tells once of each reason and object, whatever else is said of it", async () => {
  let times = 0;
  const { clock, told, stop, ended } = tellOf(() => [
    pull(`try ${++times}`),
    aHold({ reason: "Unschedulable", held: { kind: "Pod", name: "demo-2" }, message: "no node" }),
  ]);
  await clock.advance(600_000);
  assertEquals(told, [
    'Pod "demo-1" is held up: ImagePullBackOff (container "main"): try 1',
    'Pod "demo-2" is held up: Unschedulable: no node',
  ]);
  stop();
  await ended;
});

Deno.test("tellOfHolds() tells anew where another reason or another object holds the same pod up", async () => {
  const held = { kind: "Job", name: "demo" };
  const refused = (message: string) => aHold({ reason: "FailedCreate", held, message });
  const holds = [
    refused('serviceaccount "nobody" not found'),
    refused("exceeded quota: none, requested: pods=1"),
    aHold({ reason: "Suspended", held, message: "spec.suspend is true" }),
  ];
  const { clock, told, stop, ended } = tellOf(() => holds.splice(0, 1));
  await clock.advance(600_000);
  assertEquals(told.length, 3);
  stop();
  await ended;
});

Deno.test("tellOfHolds() gives up where it may not look", async () => {
  const { clock, looks, ended } = tellOf(() => {
    throw refusal("forbidden");
  });
  await clock.advance(600_000);
  await ended;
  assertEquals(looks.length, 1);
});

Deno.test("tellOfHolds() looks again after an error", async () => {
  let looks = 0;
  const { clock, told, stop, ended } = tellOf(() => {
    if (looks++ === 0) throw refusal("server");
    return [pull("no")];
  });
  await clock.advance(165_000);
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /^Pod "demo-1" is held up/);
  stop();
  await ended;
});
