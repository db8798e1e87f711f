import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError, type Fault } from "../../src/kube/api_error.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { quickClock, until } from "../lab/quick_clock.ts";
import {
  deadServer,
  keptAliveAnswer,
  rawAnswer,
  REF,
  serving,
  servingRaw,
  test,
  WORKFLOW,
} from "../lab/http_servers.ts";

async function faultOf(work: () => Promise<unknown>): Promise<Fault> {
  return (await assertRejects(work, ApiError)).fault;
}

const writes: [what: string, write: (kube: KubeClient) => Promise<unknown>][] = [
  ["create()", (kube) => kube.create(WORKFLOW)],
  ["mergePatch()", (kube) => kube.mergePatch(REF, {})],
  ["replace()", (kube) => kube.replace(WORKFLOW)],
  ["delete()", (kube) => kube.delete(REF)],
];

for (const [what, write] of writes) {
  test(`row 5: fetchClient(): ${what} is sent once when its reply is lost`, async () => {
    await servingRaw(({ close }) => close(), async (server, requests) => {
      assertEquals(await faultOf(() => write(fetchClient({ server }))), "broken");
      assertEquals(requests.length, 1);
    });
  });

  test(`row 5: fetchClient(): ${what} is sent once on a connection that served before and then breaks`, async () => {
    await servingRaw(
      async ({ close, send }, count) =>
        count === 1 ? await send(keptAliveAnswer(JSON.stringify(WORKFLOW))) : close(),
      async (server, requests) => {
        const kube = fetchClient({ server });
        await kube.get(REF);
        assertEquals(await faultOf(() => write(kube)), "broken");
        assertEquals(requests.filter((text) => !text.startsWith("GET")).length, 1);
      },
    );
  });
}

test("row 1: fetchClient() says that nothing listens at the server's address", async () => {
  const server = deadServer();
  const get = () => fetchClient({ server }).get(REF);
  const error = await assertRejects(get, ApiError, `Cannot get Workflow "demo": no answer from ${server}: `);
  assertEquals([error.fault, error.status], ["refused", 0]);
});

test("row 3: fetchClient() says that there is no TLS when a server speaks plain HTTP", async () => {
  await serving(() => WORKFLOW, async (server, asked) => {
    const kube = fetchClient({ server: server.replace("http:", "https:") });
    assertEquals(await faultOf(() => kube.get(REF)), "tls");
    assertEquals(asked.length, 0);
  });
});

test("row 29: fetchClient() takes a body that ends too soon as a broken connection", async () => {
  const answer = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{";
  await servingRaw(async ({ send, close }) => {
    await send(answer);
    close();
  }, async (server) => assertEquals(await faultOf(() => fetchClient({ server }).get(REF)), "broken"));
});

test("fetchClient() does not take a body that is cut and ends cleanly as an answer", async () => {
  await servingRaw(async ({ send, close }) => {
    await send(rawAnswer('{"kind":"Work'));
    close();
  }, async (server) => assertEquals(await faultOf(() => fetchClient({ server }).get(REF)), "server"));
});

for (const status of [301, 302, 307, 308]) {
  test(`row 64: fetchClient() does not follow a redirect ${status}, and does not send its token there`, async () => {
    await serving(() => WORKFLOW, async (elsewhere, askedElsewhere) => {
      const answer = () => new Response(null, { status, headers: { location: `${elsewhere}/login` } });
      await serving(answer, async (server, asked) => {
        const kube = fetchClient({ server, token: { text: "secret" } });
        const error = await assertRejects(() => kube.get(REF), ApiError, `redirected to ${elsewhere}/login`);
        assertEquals([error.fault, error.status, asked.length], ["server", status, 1]);
        assertEquals(await faultOf(() => kube.create(WORKFLOW)), "server");
      });
      assertEquals(askedElsewhere.length, 0);
    });
  });
}

const noObjects = ["<html>Please log in</html>", "", '"text"', "null", "[]", "5"];

for (const body of noObjects) {
  test(`row 64: fetchClient() does not take ${JSON.stringify(body)} with 200 as an answer of an API server`, async () => {
    await serving(() => new Response(body, { headers: { "content-type": "text/html" } }), async (server) => {
      assertEquals(await faultOf(() => fetchClient({ server }).get(REF)), "server");
    });
  });
}

test("row 36: fetchClient() ends a request after 30 s, and uses no earlier connection again", async () => {
  const clock = quickClock();
  const connections: number[] = [];
  await servingRaw(async ({ connection, send }, count) => {
    connections.push(connection);
    // Two requests at one time, so that two connections are kept.
    await until(() => connections.length >= 2);
    if (count !== 3) await send(keptAliveAnswer(JSON.stringify(WORKFLOW)));
  }, async (server) => {
    const kube = fetchClient({ server }, { clock });
    await Promise.all([kube.get(REF), kube.get(REF)]);
    const tried = faultOf(() => kube.get(REF));
    await until(() => connections.length === 3);
    await clock.advance(30_000);
    assertEquals(await tried, "broken");
    await kube.get(REF);
    assertEquals([...connections.slice(0, 2).sort(), connections[3]], [1, 2, 3]);
  });
});

test("row 36: fetchClient() opens a new connection with freshConnection, and otherwise keeps the connection that it has", async () => {
  const connections: number[] = [];
  await servingRaw(async ({ connection, send }) => {
    connections.push(connection);
    await send(keptAliveAnswer('{"metadata":{"uid":"uid-1","resourceVersion":"7"},"items":[]}'));
  }, async (server) => {
    const kube = fetchClient({ server });
    await kube.get(REF);
    await kube.get(REF);
    await kube.get(REF, { freshConnection: true });
    await kube.list(REF, { namespace: "team", freshConnection: true });
    assertEquals(connections, [1, 1, 2, 3]);
  });
});

test("row 37: fetchClient() drops an answer whose body does not end in time", async () => {
  const clock = quickClock();
  let isSent = false;
  await servingRaw(async ({ send }) => {
    await send("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{");
    isSent = true;
  }, async (server) => {
    const kube = fetchClient({ server }, { clock });
    const tried = faultOf(() => kube.get(REF, { deadlineMs: 5_000 }));
    await until(() => isSent);
    await clock.advance(5_000);
    assertEquals(await tried, "broken");
  });
});

test("fetchClient() leaves no timer behind an answer", async () => {
  const clock = quickClock();
  await serving(() => WORKFLOW, async (server) => {
    await fetchClient({ server }, { clock }).get(REF);
    await assertRejects(() => clock.finish(new Promise(() => {}), 60_000), Error, "it does not become so");
  });
});

const stops: [what: string, call: (kube: KubeClient, signal: AbortSignal) => Promise<unknown>][] = [
  ["get()", (kube, signal) => kube.get(REF, { signal })],
  ["list()", (kube, signal) => kube.list(REF, { namespace: "team", signal })],
  ["create()", (kube, signal) => kube.create(WORKFLOW, { signal })],
  ["mergePatch()", (kube, signal) => kube.mergePatch(REF, {}, { signal })],
  ["delete()", (kube, signal) => kube.delete(REF, { signal })],
];

for (const [what, call] of stops) {
  test(`fetchClient(): ${what} rejects with the signal's reason, before and during the request`, async () => {
    const reason = new Error("stop");
    let count = 0;
    await servingRaw(() => void count++, async (server) => {
      const kube = fetchClient({ server });
      const before = await call(kube, AbortSignal.abort(reason)).catch((error) => error);
      assert(before === reason, `${before}`);
      assertEquals(count, 0);
      const stop = new AbortController();
      const during = call(kube, stop.signal).catch((error) => error);
      await until(() => count === 1);
      stop.abort(reason);
      assert(await during === reason, `${await during}`);
    });
  });
}
