import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import type { KubeClient, WatchEvent, WatchOptions } from "../../src/kube/client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { quickClock, until } from "../lab/quick_clock.ts";
import { rawAnswer, REF, serving, servingRaw, test, WORKFLOW } from "../lab/http_servers.ts";

const OPTIONS: WatchOptions = { namespace: "team", resourceVersion: "7", timeoutSeconds: 200 };

const line = (type: string, name: string) => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;

/** The events of a watch until its end. */
async function eventsOf(
  kube: KubeClient,
  options: Partial<WatchOptions> = {},
  seen: string[] = [],
): Promise<string[]> {
  for await (const event of kube.watch(REF, { ...OPTIONS, ...options })) seen.push(textOf(event));
  return seen;
}

function textOf({ type, object }: WatchEvent): string {
  return `${type} ${object.metadata.name}`;
}

test("fetchClient(): watch() sends its options", async () => {
  await serving(() => new Response(""), async (server, asked) => {
    await eventsOf(fetchClient({ server }), { fieldSelector: "metadata.name=demo", metadataOnly: true });
    const [request] = asked;
    assertEquals([request?.method, request?.path, request?.query], [
      "GET",
      "/apis/argoproj.io/v1alpha1/namespaces/team/workflows",
      {
        fieldSelector: "metadata.name=demo",
        watch: "true",
        allowWatchBookmarks: "true",
        resourceVersion: "7",
        timeoutSeconds: "200",
      },
    ]);
    assertEquals(
      request?.headers.get("accept"),
      "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
    );
  });
});

test("fetchClient(): watch() yields each event as it comes, and ends with the stream", async () => {
  let sendMore = () => {};
  const seen: string[] = [];
  await servingRaw(async ({ send, close }) => {
    await send(rawAnswer(line("ADDED", "a")));
    await new Promise<void>((resolve) => sendMore = resolve);
    await send(line("MODIFIED", "b"));
    close();
  }, async (server) => {
    const watched = eventsOf(fetchClient({ server }), {}, seen);
    await until(() => seen.length === 1);
    sendMore();
    assertEquals(await watched, ["ADDED a", "MODIFIED b"]);
  });
});

test("row 32: fetchClient(): watch() yields an ERROR event with its Status", async () => {
  const status = { kind: "Status", code: 410, reason: "Expired" };
  await serving(
    () => new Response(JSON.stringify({ type: "ERROR", object: status }) + "\n"),
    async (server) => {
      for await (const event of fetchClient({ server }).watch(REF, OPTIONS)) {
        assertEquals([event.type, event.object as unknown], ["ERROR", status]);
      }
    },
  );
});

test("row 33: fetchClient(): watch() throws for an answer that is an error", async () => {
  const status = { kind: "Status", message: "too old resource version", code: 410 };
  await serving(() => Response.json(status, { status: 410 }), async (server) => {
    const watch = () => eventsOf(fetchClient({ server }));
    const error = await assertRejects(
      watch,
      ApiError,
      "Cannot watch workflows: too old resource version (410)",
    );
    assertEquals(error.fault, "expired");
  });
});

const brokenStreams: [row: string, what: string, stream: string][] = [
  ["row 39", "is cut in the middle of a line and ends cleanly", '{"type":"ADD'],
  ["row 40", "has a malformed line", "{\n"],
  ["row 40", "is a web page", "<html>\n</html>\n"],
  ["row 41", "has a line without a type", '{"object":{}}\n'],
  ["row 41", "has a line without an object", '{"type":"ADDED"}\n'],
  ["row 40", "has a line that is no object", "5\n"],
];

for (const [row, what, stream] of brokenStreams) {
  test(`${row}: fetchClient(): watch() takes a stream as broken that ${what}`, async () => {
    await serving(() => new Response(line("ADDED", "a") + stream), async (server) => {
      const seen: string[] = [];
      const error = await assertRejects(() => eventsOf(fetchClient({ server }), {}, seen), ApiError);
      assertEquals([seen, error.fault], [["ADDED a"], "broken"]);
    });
  });
}

test("row 29: fetchClient(): watch() throws when the connection is reset in the middle", async () => {
  const seen: string[] = [];
  await servingRaw(async ({ send, close }) => {
    const head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";
    const event = line("ADDED", "a");
    await send(`${head}${event.length.toString(16)}\r\n${event}\r\n`);
    await until(() => seen.length === 1);
    close();
  }, async (server) => {
    const error = await assertRejects(() => eventsOf(fetchClient({ server }), {}, seen), ApiError);
    assertEquals(error.fault, "broken");
  });
});

test("row 36: fetchClient(): watch() ends when no headers come within the deadline", async () => {
  const clock = quickClock();
  let count = 0;
  await servingRaw(() => void count++, async (server) => {
    const watch = () => eventsOf(fetchClient({ server }, { clock }), { deadlineMs: 10_000 });
    let isDone = false;
    const watched = assertRejects(watch, ApiError, "within 10 s").finally(() => isDone = true);
    await until(() => count === 1);
    await clock.advance(10_000);
    await until(() => isDone);
    assertEquals((await watched).fault, "broken");
  });
});

test("row 36: fetchClient(): watch() lives 10 s longer than timeoutSeconds, whatever its headers' deadline", async () => {
  const clock = quickClock();
  const seen: string[] = [];
  await servingRaw(async ({ send }) => await send(rawAnswer(line("ADDED", "a"))), async (server) => {
    const watch = () => eventsOf(fetchClient({ server }, { clock }), { deadlineMs: 10_000 }, seen);
    let isDone = false;
    const watched = assertRejects(watch, ApiError, "the watch did not end").finally(() => isDone = true);
    await until(() => seen.length === 1);
    await clock.advance(209_999);
    assertEquals(isDone, false);
    await clock.advance(1);
    await until(() => isDone);
    assertEquals((await watched).fault, "broken");
  });
});

test("fetchClient(): watch() throws the signal's reason", async () => {
  const reason = new Error("stop");
  const seen: string[] = [];
  await servingRaw(async ({ send }) => await send(rawAnswer(line("ADDED", "a"))), async (server) => {
    const stop = new AbortController();
    const watched = eventsOf(fetchClient({ server }), { signal: stop.signal }, seen).catch((error) => error);
    await until(() => seen.length === 1);
    stop.abort(reason);
    assert(await watched === reason);
  });
});

test("fetchClient(): watch() ends its connection when its reader stops", async () => {
  let isClosed = false;
  const body = new ReadableStream({
    start: (stream) => stream.enqueue(new TextEncoder().encode(line("ADDED", "a"))),
    cancel: () => void (isClosed = true),
  });
  await serving(() => new Response(body), async (server) => {
    for await (const _event of fetchClient({ server }).watch(REF, OPTIONS)) break;
    await until(() => isClosed);
  });
});

test("row 36: fetchClient() goes on with a watch while another request opens a new connection", async () => {
  let sendMore = () => {};
  const seen: string[] = [];
  await servingRaw(async ({ text, send, close }) => {
    if (text.includes("watch=true")) {
      await send(rawAnswer(line("ADDED", "a")));
      await new Promise<void>((resolve) => sendMore = resolve);
      await send(line("MODIFIED", "b"));
    } else await send(rawAnswer(JSON.stringify(WORKFLOW)));
    close();
  }, async (server) => {
    const kube = fetchClient({ server });
    const watched = eventsOf(kube, {}, seen);
    await until(() => seen.length === 1);
    await kube.get(REF, { freshConnection: true });
    sendMore();
    assertEquals(await watched, ["ADDED a", "MODIFIED b"]);
  });
});
