/**
 * What comes in the stream of a watch: cut into odd pieces, broken, made up, old, twice or in the wrong order.
 *
 * @module
 */
import { assert } from "@std/assert";
import type { JsonObject } from "../../../../../src/mod.ts";
import { before, type Body, byteByByte, events, lines, never, silence } from "../../proxy/bodies.ts";
import { checkSaid, checkWithin, disturbWatches, finishWork, startWatching } from "../../lab/courses.ts";
import type { FaultRow } from "../../fault_row.ts";
import type { Pieces } from "../../proxy/proxy.ts";
import { isGet, isList, isWatch, isWholeGet } from "../../proxy/requests.ts";
import { type Rig } from "../../lab/rig.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** How soon a verdict comes from an event, seconds. */
const EVENT_SECONDS = 5;

/** Changes the body of every watch, and ends the work. */
async function finishThrough(rig: Rig, change: (body: Body) => Pieces, phase?: "Succeeded" | "Failed") {
  rig.proxy.rule = (exchange) => exchange.isWatch ? exchange.pass(change) : undefined;
  const course = await startWatching(rig);
  const outcome = await finishWork(rig, course, phase);
  checkWithin(outcome, EVENT_SECONDS);
  return outcome;
}

/** Checks that the run read the first watch to the end and needed no other look. */
function checkReadable(rig: Rig): void {
  const [first, ...after] = rig.proxy.seen.slice(rig.proxy.seen.findIndex(isWatch));
  assert(first && !after.some(isWatch), "one watch was enough");
  assert(!after.some(isList), "no LIST was needed");
}

/** An event of an object with another name, on a line of this size. */
function bigEvent(bytes: number): string {
  const annotations = { big: "x".repeat(bytes) };
  const metadata = { name: "other", uid: "other", resourceVersion: "1000000", annotations };
  return JSON.stringify({ type: "MODIFIED", object: { metadata } }) + "\n";
}

async function* bytesOf(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield new TextEncoder().encode(piece);
}

/** Every byte a piece of its own, blank lines between the lines, and CRLF. */
async function* inOddPieces(body: Body): AsyncGenerator<Uint8Array> {
  for await (const line of lines(body)) yield* byteByByte(bytesOf(line.replace("\n", "\r\n\r\n \n")));
}

const malformed = ["{\n", "<html>\n<body>Sign in</body></html>\n", "\0\n", "[]\n", '{"type":"MODIFIED"}\n'];

/** Events that tell nothing, of which each claims or hides an end. */
function nonsense({ metadata }: JsonObject, end: JsonObject): JsonObject[] {
  const own = metadata as JsonObject;
  const event = (type: string, object: JsonObject) => ({ type, object });
  const ended = (type: string, metadata: JsonObject) =>
    event(type, { ...end, metadata: { ...metadata, ...end.metadata as JsonObject | undefined } });
  const { name, uid, resourceVersion } = own;
  return [
    ended("FINISHED", own),
    event("MODIFIED", {}),
    event("DELETED", {}),
    event("ADDED", { metadata: {} }),
    event("BOOKMARK", { metadata: {} }),
    ended("BOOKMARK", { name, uid }),
    ended("BOOKMARK", { name, uid, resourceVersion }),
    ended("MODIFIED", { name: "other", uid: "other", resourceVersion }),
    ended("DELETED", { name: "other", uid: "other", resourceVersion }),
    ended("MODIFIED", { name, resourceVersion }),
    ended("DELETED", { name, resourceVersion }),
    ended("MODIFIED", { name, uid: "earlier", resourceVersion }),
    ended("DELETED", { name, uid: "earlier", resourceVersion }),
  ];
}

/** Three changes of the object that say nothing of its end. */
async function changeThrice(rig: Rig): Promise<void> {
  for (const change of ["1", "2", "3"]) {
    await rig.patchObject({ metadata: { annotations: { change } } });
  }
}

export const rows: FaultRow[] = [
  {
    row: 39,
    name: "events come a byte at a time, with UTF-8 sequences split, CRLF and blank lines: they are read",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      let nonAscii = 0;
      rig.proxy.rule = (exchange) => {
        if (!exchange.isWatch) return;
        return exchange.pass(async function* (body) {
          for await (const piece of inOddPieces(body)) {
            if (piece[0]! >= 0x80) nonAscii++;
            yield piece;
          }
        });
      };
      const course = await startWatching(rig);
      await rig.patchObject({
        metadata: { annotations: { note: "größer € 🚀 \u2028" } },
      });
      const outcome = await finishWork(rig, course);
      assert(nonAscii > 0, "UTF-8 sequences came in pieces");
      checkReadable(rig);
      checkWithin(outcome, EVENT_SECONDS);
      return outcome;
    },
  },
  {
    row: 39,
    name: "a line of 5 MB comes between: it is read, and the watch goes on",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const outcome = await finishThrough(rig, (body) => before(bigEvents(5_000_000), body));
      checkReadable(rig);
      return outcome;
    },
  },
  {
    row: 39,
    name: "a line of 9 MB comes: it is too long, and the watch is broken off",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await disturbWatches(
        rig,
        2,
        (exchange, count) => exchange.pass((body) => count === 1 ? before(bigEvents(9_000_000), body) : body),
      );
      const outcome = await finishWork(rig, course);
      checkSaid(outcome.ended, "a line of over");
      checkWithin(outcome, EVENT_SECONDS);
      return outcome;
    },
  },
  {
    row: 40,
    name: "malformed lines, each in a watch that stays open: the watch is broken off each time",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      await disturbWatches(rig, malformed.length + 1, async (exchange, count) => {
        const line = malformed[count - 1];
        if (line === undefined) return await exchange.pass();
        await exchange.stream(withoutEnd(line));
      });
      const outcome = await finishWork(rig, course);
      checkSaid(outcome.ended, "a line that is no JSON");
      checkSaid(outcome.ended, "a line that is no watch event");
      checkWithin(outcome, EVENT_SECONDS);
      return outcome;
    },
  },
  {
    row: 40,
    name: "the line with the end is malformed: it is not skipped, a fresh look gives the verdict",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      let broken = 0;
      const outcome = await finishThrough(rig, async function* (body) {
        for await (const line of lines(body)) {
          if (rig.work.isEnd(line)) broken++;
          yield rig.work.isEnd(line) ? `${line.slice(0, line.length / 2)}\n` : line;
        }
      });
      assert(broken > 0, "the line of the end was broken");
      return outcome;
    },
  },
  {
    row: 41,
    name: "events of unknown types, without metadata, uid or version, or of other objects: none is a verdict",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const all = nonsense(await rig.object() ?? {}, rig.work.end("Succeeded"));
      await disturbWatches(rig, all.length + 1, (exchange, count) => {
        const event = all[count - 1];
        return event ? exchange.stream(before(events(event), silence(500))) : exchange.pass();
      });
      return await finishWork(rig, course, "Failed");
    },
  },
  {
    row: 42,
    name: "events come twice, old ones come again before and after the end: the end counts",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      let old: string[] = [];
      let replayed = 0;
      rig.proxy.rule = (exchange) => {
        if (!exchange.isWatch) return;
        return exchange.pass(async function* (body) {
          for await (const line of lines(body)) {
            yield* [...old.toReversed(), line, line, ...old];
            replayed += old.length;
            if (!rig.work.isEnd(line)) old = [...old, line];
          }
        });
      };
      const course = await startWatching(rig);
      await changeThrice(rig);
      const outcome = await finishWork(rig, course, "Failed");
      assert(replayed > 0, "old events came again");
      checkWithin(outcome, EVENT_SECONDS);
      return outcome;
    },
  },
  {
    row: 42,
    name:
      "a stale server answers the look at the end, and its old events follow: the end is found within 65 s",
    exitCode: 0,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const running = await rig.object();
      let stale = 0;
      rig.proxy.rule = (exchange) => {
        if (isWholeGet(exchange) && stale++ === 0) return exchange.answer(200, running);
        if (!exchange.isWatch) return;
        return exchange.pass(async function* (body) {
          for await (const line of lines(body)) yield rig.work.isEnd(line) ? line + modified(running) : line;
        });
      };
      rig.proxy.cutAll();
      await rig.request(({ path }) => path.includes("watch=true"));
      const outcome = await finishWork(rig, course);
      assert(stale >= 2, "the stale answer was not the last one");
      checkWithin(outcome, 65);
      return outcome;
    },
  },
  {
    row: 42,
    works: [WORKFLOW],
    name: "labels tell of a success that the status does not know: only the status decides",
    exitCode: 10,
    objects: 1,
    async scenario(rig) {
      const course = await startWatching(rig);
      const get = rig.request(isGet);
      const { metadata = {} } = rig.work.end("Succeeded");
      await rig.patchObject({ metadata });
      await get;
      return await finishWork(rig, course, "Failed");
    },
  },
];

async function* bigEvents(bytes: number): AsyncGenerator<string> {
  yield bigEvent(bytes);
}

async function* withoutEnd(line: string): AsyncGenerator<string> {
  yield line;
  await never();
}

function modified(object: JsonObject | undefined): string {
  return JSON.stringify({ type: "MODIFIED", object }) + "\n";
}
