import { assert, assertEquals, assertRejects } from "@std/assert";
import { ApiError } from "../../src/kube/api_error.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { quickClock } from "../lab/quick_clock.ts";
import { type Asked, REF, serving, test, WORKFLOW } from "../lab/http_servers.ts";

const COLLECTION = "/apis/argoproj.io/v1alpha1/namespaces/team/workflows";
const JSON_TYPE = "application/json";

/** Returns the only request of a call. */
async function requestOf(call: (kube: KubeClient) => Promise<unknown>): Promise<Asked> {
  let first: Asked | undefined;
  await serving(
    () => ({ ...WORKFLOW, items: [], metadata: { uid: "uid-1", resourceVersion: "7" } }),
    async (server, asked) => {
      await call(fetchClient({ server }));
      assertEquals(asked.length, 1);
      first = asked[0];
    },
  );
  return first!;
}

const calls: [what: string, call: (kube: KubeClient) => Promise<unknown>, request: string][] = [
  ["get()", (kube) => kube.get(REF), `GET ${COLLECTION}/demo {}`],
  ["list()", (kube) => kube.list(REF, { namespace: "team" }), `GET ${COLLECTION} {}`],
  [
    "list() with selectors",
    (kube) =>
      kube.list(REF, { namespace: "team", fieldSelector: "metadata.name=demo", labelSelector: "a=b" }),
    `GET ${COLLECTION} {"fieldSelector":"metadata.name=demo","labelSelector":"a=b"}`,
  ],
  [
    "list() of at most so many",
    (kube) => kube.list(REF, { namespace: "team", limit: 10 }),
    `GET ${COLLECTION} {"limit":"10"}`,
  ],
  ["create()", (kube) => kube.create(WORKFLOW), `POST ${COLLECTION} {"fieldManager":"action-runner"}`],
  [
    "create() as a dry run",
    (kube) => kube.create(WORKFLOW, { dryRun: true }),
    `POST ${COLLECTION} {"fieldManager":"action-runner","dryRun":"All"}`,
  ],
  [
    "mergePatch()",
    (kube) => kube.mergePatch(REF, {}),
    `PATCH ${COLLECTION}/demo {"fieldManager":"action-runner"}`,
  ],
  [
    "mergePatch() as a dry run",
    (kube) => kube.mergePatch(REF, {}, { dryRun: true }),
    `PATCH ${COLLECTION}/demo {"fieldManager":"action-runner","dryRun":"All"}`,
  ],
  ["replace()", (kube) => kube.replace(WORKFLOW), `PUT ${COLLECTION}/demo {"fieldManager":"action-runner"}`],
  ["ask()", (kube) => kube.ask("/version"), "GET /version {}"],
  [
    "ask() with a question, which is never stored",
    (kube) => kube.ask("/apis/example.org/v1/reviews", { question: { kind: "Review" } }),
    'POST /apis/example.org/v1/reviews {"fieldManager":"action-runner","dryRun":"All"}',
  ],
  ["delete()", (kube) => kube.delete(REF), `DELETE ${COLLECTION}/demo {}`],
  [
    "delete() as a dry run",
    (kube) => kube.delete(REF, { dryRun: true }),
    `DELETE ${COLLECTION}/demo {"dryRun":"All"}`,
  ],
  [
    "get() of the core group",
    (kube) => kube.get({ apiVersion: "v1", kind: "ConfigMap", name: "demo", namespace: "team" }),
    "GET /api/v1/namespaces/team/configmaps/demo {}",
  ],
];

for (const [what, call, expected] of calls) {
  test(`fetchClient(): ${what} sends the right request`, async () => {
    const { method, path, query } = await requestOf(call);
    assertEquals(`${method} ${path} ${JSON.stringify(query)}`, expected);
  });
}

const metadataForm = (kind: string) => `application/json;as=${kind};g=meta.k8s.io;v=v1`;

const forms: [what: string, call: (kube: KubeClient) => Promise<unknown>, accept: string][] = [
  ["get()", (kube) => kube.get(REF), JSON_TYPE],
  [
    "get() of metadata",
    (kube) => kube.get(REF, { metadataOnly: true }),
    metadataForm("PartialObjectMetadata"),
  ],
  [
    "list() of metadata",
    (kube) => kube.list(REF, { namespace: "team", metadataOnly: true }),
    metadataForm("PartialObjectMetadataList"),
  ],
  ["create()", (kube) => kube.create(WORKFLOW), JSON_TYPE],
];

for (const [what, call, accept] of forms) {
  test(`fetchClient(): ${what} accepts ${accept}`, async () => {
    assertEquals((await requestOf(call)).headers.get("accept"), accept);
  });
}

const bodies: [what: string, call: (kube: KubeClient) => Promise<unknown>, type: string, body: object][] = [
  ["create()", (kube) => kube.create(WORKFLOW), JSON_TYPE, WORKFLOW],
  ["replace()", (kube) => kube.replace(WORKFLOW), JSON_TYPE, WORKFLOW],
  [
    "mergePatch()",
    (kube) => kube.mergePatch(REF, { data: { ä: null } }),
    "application/merge-patch+json",
    { data: { ä: null } },
  ],
  [
    "delete()",
    (kube) => kube.delete(REF, { uid: "u", propagationPolicy: "Background" }),
    JSON_TYPE,
    {
      apiVersion: "v1",
      kind: "DeleteOptions",
      preconditions: { uid: "u" },
      propagationPolicy: "Background",
    },
  ],
];

for (const [what, call, type, body] of bodies) {
  test(`fetchClient(): ${what} sends ${type}`, async () => {
    const asked = await requestOf(call);
    assertEquals([asked.headers.get("content-type"), JSON.parse(asked.body)], [type, body]);
  });
}

test("fetchClient() sends its name", async () => {
  const { headers } = await requestOf((kube) => kube.get(REF));
  assertEquals([headers.get("user-agent"), headers.get("authorization")], ["action-runner", null]);
});

test("fetchClient() keeps the path of the server's URL", async () => {
  await serving(() => WORKFLOW, async (server, asked) => {
    await fetchClient({ server: `${server}/k8s/clusters/c-1` }).get(REF);
    assertEquals(asked[0]?.path, `/k8s/clusters/c-1${COLLECTION}/demo`);
  });
});

test("fetchClient(): get() returns metadata with the requested kind", async () => {
  const partial = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: { uid: "u" } };
  await serving(() => partial, async (server) => {
    const { kind, apiVersion, metadata } = await fetchClient({ server }).get(REF, { metadataOnly: true });
    assertEquals([kind, apiVersion, metadata.uid], ["Workflow", "argoproj.io/v1alpha1", "u"]);
  });
});

test("fetchClient(): list() returns the collection's version and the objects with their kind", async () => {
  const answer = {
    kind: "WorkflowList",
    metadata: { resourceVersion: "7" },
    items: [{ metadata: { name: "a", uid: "uid-1" } }],
  };
  await serving(() => answer, async (server) => {
    const { resourceVersion, items } = await fetchClient({ server }).list(REF, { namespace: "team" });
    assertEquals([resourceVersion, items.map(({ kind, metadata }) => [kind, metadata.name])], [
      "7",
      [["Workflow", "a"]],
    ]);
  });
});

test("fetchClient(): list() takes items that are null as an empty list, as the API means it", async () => {
  await serving(() => ({ metadata: { resourceVersion: "7" }, items: null }), async (server) => {
    assertEquals((await fetchClient({ server }).list(REF, { namespace: "team" })).items, []);
  });
});

for (const answer of [{}, { metadata: {}, items: [] }, { metadata: { resourceVersion: "7" } }]) {
  test(`fetchClient(): list() does not take ${JSON.stringify(answer)} as a list`, async () => {
    await serving(() => answer, async (server) => {
      const list = () => fetchClient({ server }).list(REF, { namespace: "team" });
      const error = await assertRejects(list, ApiError, "Cannot list workflows: the answer is no list");
      assertEquals(error.fault, "server");
    });
  });
}

const noObjects = [{}, { login: "required" }, { metadata: {} }, { metadata: { uid: 1 } }, {
  kind: "Status",
  metadata: {},
}];

for (const answer of noObjects) {
  test(`row 64: fetchClient(): get() and create() do not take ${JSON.stringify(answer)} as an object`, async () => {
    await serving(() => answer, async (server) => {
      const kube = fetchClient({ server });
      for (const call of [() => kube.get(REF), () => kube.create(WORKFLOW)]) {
        const error = await assertRejects(call, ApiError, "the answer is no object");
        assertEquals(error.fault, "server");
      }
    });
  });
}

test("fetchClient(): create() says what it could not do, and quotes the server", async () => {
  const status = {
    kind: "Status",
    reason: "AlreadyExists",
    message: "it exists",
    details: { kind: "workflows" },
  };
  await serving(() => Response.json(status, { status: 409 }), async (server) => {
    const error = await assertRejects(() => fetchClient({ server }).create(WORKFLOW), ApiError);
    assertEquals([error.message, error.fault, error.status], [
      'Cannot create Workflow "demo": it exists (409)',
      "exists",
      409,
    ]);
  });
});

test("row 26: fetchClient() reports how long a 429 asks to wait", async () => {
  const answer = () => new Response("Too many requests", { status: 429, headers: { "retry-after": "4" } });
  await serving(answer, async (server) => {
    const error = await assertRejects(() => fetchClient({ server }).get(REF), ApiError);
    assertEquals([error.fault, error.retryAfterMs], ["throttled", 4_000]);
  });
});

test("row 54: fetchClient(): serverNow() is the server's clock, by its last answer", async () => {
  const dates = ["Thu, 01 Jan 2026 00:00:00 GMT", "Thu, 01 Jan 2026 05:00:00 GMT"];
  const answer = (_asked: Asked, count: number) =>
    Response.json(WORKFLOW, { headers: { date: dates[count - 1] ?? "" } });
  await serving(answer, async (server) => {
    const clock = quickClock();
    const kube = fetchClient({ server }, { clock });
    assert(Math.abs(kube.serverNow() - Date.now()) < 60_000);
    await kube.get(REF);
    assertEquals(kube.serverNow(), Date.parse(dates[0] ?? ""));
    await clock.advance(90_000);
    assertEquals(kube.serverNow(), Date.parse(dates[0] ?? "") + 90_000);
    await kube.get(REF);
    assertEquals(kube.serverNow(), Date.parse(dates[1] ?? ""));
  });
});
