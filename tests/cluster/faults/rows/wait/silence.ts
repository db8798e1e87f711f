/**
 * Open connections that carry nothing, or almost nothing.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { FaultRow } from "../../fault_row.ts";
import { must, mustEndWithin, mustSay } from "../../lab/checks.ts";
import { disturbWatches } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { sleep, until } from "../../lab/waiting.ts";
import { endOfWatched, finishWork, startWatching, type WatchedRun } from "../../lab/watched_run.ts";
import { type Body, byteByByte, never, untilSilent } from "../../proxy/bodies.ts";
import { HttpConnection } from "../../proxy/http_connection.ts";
import type { Pieces } from "../../proxy/proxy.ts";
import { isGet, isList, isWholeGet } from "../../proxy/requests.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** How soon a verdict must be found past a silent watch, seconds. */
const HALF_OPEN_SECONDS = 65;
/** How much a buffering proxy keeps back, bytes. */
const BUFFER_BYTES = 64 * 1024;

/** Connections that a test can black-hole: they stay open, and nothing comes through. */
class BlackHole {
  readonly #known = new Set<HttpConnection>();
  readonly #dead = new Set<HttpConnection>();
  readonly #watches = new Map<HttpConnection, { isSilent: boolean; lost: number }>();
  /** Whether connections opened from now on are dead, too. */
  swallowsNew = false;

  constructor(rig: Rig) {
    rig.proxy.rule = (exchange) => {
      const { connection } = exchange;
      if (this.swallowsNew && !this.#known.has(connection)) this.#kill(connection);
      this.#known.add(connection);
      if (this.#dead.has(connection)) return never();
      if (!exchange.isWatch) return;
      const watch = { isSilent: false, lost: 0 };
      this.#watches.set(connection, watch);
      return exchange.pass((body) => untilSilent(body, watch));
    };
  }

  /** Kills the connections that carry or carried a watch. */
  swallowWatches(): void {
    for (const connection of this.#watches.keys()) this.#kill(connection);
  }

  /** Kills every connection that there is. */
  swallowAll(): void {
    for (const connection of this.#known) this.#kill(connection);
  }

  /** Bytes of watches that never arrived. */
  get lost(): number {
    return this.#watches.values().reduce((sum, { lost }) => sum + lost, 0);
  }

  get connections(): number {
    return this.#known.size;
  }

  #kill(connection: HttpConnection): void {
    this.#dead.add(connection);
    const watch = this.#watches.get(connection);
    if (watch) watch.isSilent = true;
  }
}

/** Makes a second connection busy and idle again: labels that tell an end have the runner ask for the whole object. */
async function poolAConnection(rig: Rig): Promise<void> {
  const get = rig.request(isGet);
  const { metadata = {} } = rig.work.end("Failed");
  await rig.patchObject({ metadata });
  await get;
  await sleep(500);
}

/** Ends the work where the open watch does not tell, and checks that the verdict is found all the same. */
async function finishPast(rig: Rig, watched: WatchedRun, lost: () => number) {
  const outcome = await finishWork(rig, watched);
  assert(lost() > 0, "the watch lost the event of the end");
  mustEndWithin(outcome, HALF_OPEN_SECONDS);
  return outcome;
}

/** Changes the body of every watch by a function that tells how much it keeps, and is told of how much that is in all. */
function slowWatches(change: (body: Body, keep: (bytes: number) => number) => Pieces) {
  return (rig: Rig) => {
    let kept = 0;
    rig.proxy.rule = ({ isWatch, pass }) =>
      isWatch ? pass((body) => change(body, (bytes) => kept += bytes)) : undefined;
    return () => must(kept > 0, "the watch kept the event of the end");
  };
}

/** What the run says of a request that was not answered in time. */
function noAnswer(method: string, what: string, seconds: number): RegExp {
  return new RegExp(`${method} ${what}: no answer from .* within ${seconds} s`);
}

export const rows: FaultRow[] = [
  {
    row: 36,
    name:
      "the connection of the watch goes dead without a word: a look on a new one gives the verdict within 65 s",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const hole = new BlackHole(rig);
      const watched = await startWatching(rig);
      hole.swallowWatches();
      return await finishPast(rig, watched, () => hole.lost);
    },
  },
  {
    row: 36,
    works: [WORKFLOW],
    name: "every open connection goes dead, pooled ones too: a new one gives the verdict within 65 s",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const hole = new BlackHole(rig);
      const watched = await startWatching(rig);
      await poolAConnection(rig);
      assert(hole.connections >= 2, `there are ${hole.connections} connections`);
      hole.swallowAll();
      return await finishPast(rig, watched, () => hole.lost);
    },
  },
  {
    row: 36,
    name: "for 70 s nothing comes through, on new connections neither: the verdict comes after that",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const hole = new BlackHole(rig);
      const watched = await startWatching(rig);
      hole.swallowAll();
      hole.swallowsNew = true;
      const before = rig.proxy.seen.length;
      await sleep(5_000);
      await rig.finish();
      await sleep(65_000);
      assert(rig.proxy.seen.length > before, "a request went into the black hole");
      hole.swallowsNew = false;
      const outcome = await endOfWatched(watched);
      mustSay(outcome.ended, "no answer from");
      mustEndWithin(outcome, 25);
      return outcome;
    },
  },
  {
    row: 37,
    name: "the headers of watches never come: fresh looks give the verdict",
    exitCode: 0,
    objects: 1,
    at: "wait",
    trouble: async (rig) => void await disturbWatches(rig, 1, never),
    expect: { says: ({ work }) => [noAnswer("watch", work.plural, 10)], within: 15 },
  },
  {
    row: 37,
    name: "events trickle in at one byte a second: a fresh look gives the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: slowWatches(async function* (body, keep) {
      for await (const byte of byteByByte(body, 1_000)) {
        keep(1);
        yield byte;
      }
    }),
    expect: { within: HALF_OPEN_SECONDS },
  },
  {
    row: 37,
    name: "a LIST and a GET trickle in at one byte a second: both are given up and asked for again",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const trickled: string[] = [];
      rig.proxy.rule = (exchange) => {
        const what = isList(exchange.seen) ? "list" : isWholeGet(exchange) ? "get" : undefined;
        if (!what || trickled.includes(what)) return;
        trickled.push(what);
        return exchange.pass((body) => byteByByte(body, 1_000));
      };
      rig.proxy.cutAll();
      await until("a LIST that trickles in", () => trickled.length > 0);
      return () => must(trickled.length === 2, "a GET trickled in, too");
    },
    expect: {
      says: ({ work: { plural, kind, objectName } }) => [
        noAnswer("list", plural, 10),
        noAnswer("get", `${kind} "${objectName}"`, 30),
      ],
    },
  },
  {
    row: 38,
    name: "a proxy keeps back the first 64 KiB of each watch: a fresh look gives the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: slowWatches(async function* (body, keep) {
      const buffer: Uint8Array[] = [];
      for await (const chunk of body) {
        buffer.push(chunk);
        if (keep(chunk.length) >= BUFFER_BYTES) yield* buffer.splice(0);
      }
      yield* buffer;
    }),
    expect: { says: ["the watch tells nothing of what happens"], within: HALF_OPEN_SECONDS },
  },
];
