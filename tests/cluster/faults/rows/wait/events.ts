/**
 * What comes in the stream of a watch: cut into odd pieces, broken, made up, old, twice or in the wrong order.
 *
 * @module
 */
import type { JsonObject } from "../../../../../src/mod.ts";
import type { FaultRow } from "../../fault_row.ts";
import { must } from "../../lab/checks.ts";
import { disturbWatches, withRule } from "../../lab/proxy_trouble.ts";
import type { Rig } from "../../lab/rig.ts";
import { before, type Body, byteByByte, events, lines, never, silence } from "../../proxy/bodies.ts";
import type { Pieces } from "../../proxy/proxy.ts";
import { isGet, isList, isWatch, isWholeGet } from "../../proxy/requests.ts";
import { WORKFLOW } from "../../works/workflow.ts";

/** How soon a verdict comes from an event, seconds. */
const EVENT_SECONDS = 5;

/** Changes the body of every watch. */
function withBodies(change: (body: Body, rig: Rig) => Pieces) {
  return withRule((rig) => ({ isWatch, pass }) => isWatch ? pass((body) => change(body, rig)) : undefined);
}

/** The run read the first watch to the end and needed no other request for the object's state. */
function mustReadOneWatch(rig: Rig): void {
  const [first, ...after] = rig.proxy.seen.slice(rig.proxy.seen.findIndex(isWatch));
  must(first && !after.some(isWatch), "one watch was enough");
  must(!after.some(isList), "no LIST was needed");
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
    at: "start",
    trouble(rig) {
      let nonAscii = 0;
      withBodies(async function* (body) {
        for await (const piece of inOddPieces(body)) {
          if (piece[0]! >= 0x80) nonAscii++;
          yield piece;
        }
      })(rig);
      return () => must(nonAscii > 0, "UTF-8 sequences came in pieces");
    },
    async act(rig) {
      await rig.patchObject({ metadata: { annotations: { note: "größer € 🚀 \u2028" } } });
      await rig.finish();
    },
    expect: { within: EVENT_SECONDS, also: mustReadOneWatch },
  },
  {
    row: 39,
    name: "a line of 5 MB comes between: it is read, and the watch goes on",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble: withBodies((body) => before(bigEvents(5_000_000), body)),
    expect: { within: EVENT_SECONDS, also: mustReadOneWatch },
  },
  {
    row: 39,
    name: "a line of 9 MB comes: it is too long, and the watch is broken off",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      await disturbWatches(
        rig,
        2,
        (exchange, count) => exchange.pass((body) => count === 1 ? before(bigEvents(9_000_000), body) : body),
      );
    },
    expect: { says: ["a line of over"], within: EVENT_SECONDS },
  },
  {
    row: 40,
    name: "malformed lines, each in a watch that stays open: the watch is broken off each time",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      await disturbWatches(rig, malformed.length + 1, async (exchange, count) => {
        const line = malformed[count - 1];
        if (line === undefined) return await exchange.pass();
        await exchange.stream(withoutEnd(line));
      });
    },
    expect: { says: ["a line that is no JSON", "a line that is no watch event"], within: EVENT_SECONDS },
  },
  {
    row: 40,
    name: "the line with the end is malformed: it is not skipped, a fresh look gives the verdict",
    exitCode: 0,
    objects: 1,
    at: "start",
    trouble(rig) {
      let broken = 0;
      withBodies(async function* (body) {
        for await (const line of lines(body)) {
          if (rig.work.isEnd(line)) broken++;
          yield rig.work.isEnd(line) ? `${line.slice(0, line.length / 2)}\n` : line;
        }
      })(rig);
      return () => must(broken > 0, "the line of the end was broken");
    },
    expect: { within: EVENT_SECONDS },
  },
  {
    row: 41,
    name: "events of unknown types, without metadata, uid or version, or of other objects: none is a verdict",
    exitCode: 10,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const all = nonsense(await rig.object() ?? {}, rig.work.end("Succeeded"));
      await disturbWatches(rig, all.length + 1, (exchange, count) => {
        const event = all[count - 1];
        return event ? exchange.stream(before(events(event), silence(500))) : exchange.pass();
      });
    },
    act: "Failed",
  },
  {
    row: 42,
    name: "events come twice, old ones come again before and after the end: the end counts",
    exitCode: 10,
    objects: 1,
    at: "start",
    trouble(rig) {
      let old: string[] = [];
      let replayed = 0;
      withBodies(async function* (body) {
        for await (const line of lines(body)) {
          yield* [...old.toReversed(), line, line, ...old];
          replayed += old.length;
          if (!rig.work.isEnd(line)) old = [...old, line];
        }
      })(rig);
      return () => must(replayed > 0, "old events came again");
    },
    async act(rig) {
      await changeThrice(rig);
      await rig.finish("Failed");
    },
    expect: { within: EVENT_SECONDS },
  },
  {
    row: 42,
    name:
      "a stale server answers the look at the end, and its old events follow: the end is found within 65 s",
    exitCode: 0,
    objects: 1,
    at: "wait",
    async trouble(rig) {
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
      await rig.request(isWatch);
      return () => must(stale >= 2, "the stale answer was not the last one");
    },
    expect: { within: 65 },
  },
  {
    row: 42,
    works: [WORKFLOW],
    name: "labels tell of a success that the status does not know: only the status decides",
    exitCode: 10,
    objects: 1,
    at: "wait",
    async trouble(rig) {
      const get = rig.request(isGet);
      const { metadata = {} } = rig.work.end("Succeeded");
      await rig.patchObject({ metadata });
      await get;
    },
    act: "Failed",
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
