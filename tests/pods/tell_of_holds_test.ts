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
  /** When holds were read, milliseconds. */
  reads: number[];
  stop: () => void;
  ended: Promise<void>;
}

/** Runs `tellOfHolds()` with `find`, which may throw. */
function tellOf(find: () => Hold[]): Watched {
  const clock = fakeClock();
  const stop = new AbortController();
  const told: string[] = [];
  const reads: number[] = [];
  const log: Log = { ...silentLog, warn: (message: string) => void told.push(message) };
  const findHolds = () => {
    reads.push(clock.now());
    return new Promise<Hold[]>((resolve) => resolve(find()));
  };
  const ended = tellOfHolds({} as KubeClient, findHolds, { signal: stop.signal, log, clock });
  return { clock, told, reads, stop: () => stop.abort(), ended };
}

const POD = { kind: "Pod", name: "demo-1" };
const pull = (message: string) =>
  aHold({ reason: "ImagePullBackOff", held: POD, container: "main", message });

Deno.test("tellOfHolds() reads after 45 s, then every 2 minutes, and makes no request before", async () => {
  const { clock, reads, stop, ended } = tellOf(() => []);
  await clock.advance(600_000);
  assertEquals(reads, [45_000, 165_000, 285_000, 405_000, 525_000]);
  stop();
  await ended;
});

Deno.test("tellOfHolds() warns once for each reason and object, also when the message changes", async () => {
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

Deno.test("tellOfHolds() warns again when another reason or another object holds the same pod up", async () => {
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

Deno.test("tellOfHolds() stops when it may not read", async () => {
  const { clock, reads, ended } = tellOf(() => {
    throw refusal("forbidden");
  });
  await clock.advance(600_000);
  await ended;
  assertEquals(reads.length, 1);
});

Deno.test("tellOfHolds() reads again after an error", async () => {
  let reads = 0;
  const { clock, told, stop, ended } = tellOf(() => {
    if (reads++ === 0) throw refusal("server");
    return [pull("no")];
  });
  await clock.advance(165_000);
  assertEquals(told.length, 1);
  assertMatch(told[0]!, /^Pod "demo-1" is held up/);
  stop();
  await ended;
});
