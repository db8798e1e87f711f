import { assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import type { KubeClient, StreamLogOptions } from "../../src/kube/client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { quickClock, until } from "../lab/quick_clock.ts";
import { rawAnswer, serving, servingRaw, test } from "../lab/http_servers.ts";

const POD = { name: "demo", namespace: "team" };
const OPTIONS: StreamLogOptions = { container: "main", follow: true };

/** The text of a stream until its end. */
async function textOf(
  kube: KubeClient,
  options: Partial<StreamLogOptions> = {},
  seen: string[] = [],
): Promise<string> {
  for await (const chunk of kube.streamLog(POD, { ...OPTIONS, ...options })) {
    seen.push(new TextDecoder().decode(chunk));
  }
  return seen.join("");
}

test("fetchClient(): streamLog() sends its options", async () => {
  await serving(() => new Response("2026-11-25T01:00:00Z a\n"), async (server, asked) => {
    const kube = fetchClient({ server });
    assertEquals(await textOf(kube), "2026-11-25T01:00:00Z a\n");
    await textOf(kube, { follow: false, sinceTime: "2026-11-25T01:00:00Z" });
    assertEquals(asked.map(({ path }) => path), Array(2).fill("/api/v1/namespaces/team/pods/demo/log"));
    assertEquals(asked.map(({ query }) => query), [
      { container: "main", follow: "true", timestamps: "true" },
      { container: "main", timestamps: "true", sinceTime: "2026-11-25T01:00:00Z" },
    ]);
  });
});

test("fetchClient(): streamLog() yields chunks as they come, for longer than the deadline of an answer", async () => {
  let sendMore = () => {};
  const seen: string[] = [];
  await servingRaw(async ({ send, close }) => {
    await send(rawAnswer("a\n"));
    await new Promise<void>((resolve) => sendMore = resolve);
    await send("b\n");
    close();
  }, async (server) => {
    const clock = quickClock();
    const read = textOf(fetchClient({ server }, { clock }), {}, seen);
    await until(() => seen.length === 1);
    await clock.advance(600_000);
    sendMore();
    assertEquals(await read, "a\nb\n");
  });
});

test("fetchClient(): streamLog() throws for an answer that is an error", async () => {
  const status = { kind: "Status", message: "is waiting to start: ContainerCreating", code: 400 };
  await serving(() => Response.json(status, { status: 400 }), async (server) => {
    const error = await assertRejects(() => textOf(fetchClient({ server })), ApiError);
    assertEquals(
      [error.fault, error.message],
      ["invalid", 'Cannot follow the log of Pod "demo": is waiting to start: ContainerCreating (400)'],
    );
  });
});

test("fetchClient(): streamLog() throws when the stream breaks, and when no answer comes", async () => {
  await servingRaw(async ({ send, close }) => {
    await send("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\na\n\r\n");
    close();
  }, async (server) => {
    const error = await assertRejects(() => textOf(fetchClient({ server })), ApiError);
    assertEquals(error.fault, "broken");
  });
  await servingRaw(() => {}, async (server, requests) => {
    const clock = quickClock();
    const read = assertRejects(() => textOf(fetchClient({ server }, { clock })), ApiError);
    await until(() => requests.length === 1);
    await clock.advance(30_000);
    assertEquals((await read).fault, "broken");
  });
});

test("fetchClient(): streamLog() ends with its signal", async () => {
  const seen: string[] = [];
  await servingRaw(({ send }) => send(rawAnswer("a\n")), async (server) => {
    const stop = new AbortController();
    const read = assertRejects(
      () => textOf(fetchClient({ server }), { signal: stop.signal }, seen),
      Error,
      "enough",
    );
    await until(() => seen.length === 1);
    stop.abort(new Error("enough"));
    await read;
  });
});
