import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { embeddedApi, serveEmbeddedApi, type Timer } from "../../../src/testing/mod.ts";
import { apiBehaviour, type Connect } from "../../lab/api_behaviour.ts";

const connectTo = (api: ReturnType<typeof embeddedApi>): Connect => (path, init) =>
  api.handle(new Request(`http://embedded${path}`, init));

// Ten times as fast, so that nobody waits for a watch's time-out.
const quickTimer: Timer = (callback, delayMs) => {
  const id = setTimeout(callback, delayMs / 10);
  return () => clearTimeout(id);
};

apiBehaviour("embedded API", connectTo(embeddedApi({ timer: quickTimer })));

const maps = "/api/v1/namespaces/default/configmaps";
const aMap = (name: string) => ({ metadata: { name, namespace: "default" } });
const post = (body: unknown): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

Deno.test("compact() makes a watch from an older version expire", async () => {
  const api = embeddedApi(), connect = connectTo(api);
  const { metadata } = api.create("ConfigMap", aMap("a"));
  api.create("ConfigMap", aMap("b"));
  api.compact();
  const answer = await connect(`${maps}?watch=1&resourceVersion=${metadata.resourceVersion}`);
  const event = JSON.parse(await answer.text());
  assertEquals([answer.status, event.type, event.object.reason], [200, "ERROR", "Expired"]);
});

Deno.test("historyLimit forgets the oldest changes", async () => {
  const api = embeddedApi({ historyLimit: 2 }), connect = connectTo(api);
  const versions = ["a", "b", "c", "d"].map((name) =>
    api.create("ConfigMap", aMap(name)).metadata.resourceVersion
  );
  const typeFrom = async (version: string | undefined) => {
    const answer = await connect(`${maps}?watch=1&resourceVersion=${version}`);
    const { value } = await (answer.body ?? new ReadableStream()).pipeThrough(new TextDecoderStream())
      .getReader().read();
    api.endWatches();
    return JSON.parse((value ?? "").split("\n")[0] ?? "").type;
  };
  assertEquals([await typeFrom(versions[0]), await typeFrom(versions[1])], ["ERROR", "ADDED"]);
});

Deno.test("rules decide on requests and on SelfSubjectAccessReview", async () => {
  const rules = [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"], namespaces: ["default"] }];
  const api = embeddedApi({ rules, user: "system:serviceaccount:default:runner" }), connect = connectTo(api);
  assertEquals((await connect(`${maps}/a`)).status, 404);
  const answer = await connect(maps, post({ metadata: { name: "a" } }));
  const { message, details } = await answer.json();
  assertEquals([answer.status, details], [403, { kind: "configmaps" }]);
  const who = 'configmaps is forbidden: User "system:serviceaccount:default:runner" cannot create';
  assertEquals(message, `${who} resource "configmaps" in API group "" in the namespace "default"`);
  const allowed = async (verb: string) => {
    const spec = { resourceAttributes: { verb, resource: "configmaps", namespace: "default" } };
    const review = await connect("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", post({ spec }));
    return (await review.json()).status.allowed;
  };
  assertEquals([await allowed("get"), await allowed("patch")], [true, false]);
  api.setRules(undefined);
  assertEquals((await connect(maps)).status, 200);
});

Deno.test("a rule for one name allows to list and watch that name alone", async () => {
  const rules = [{ resources: ["configmaps"], verbs: ["list", "watch"], resourceNames: ["a"] }];
  const connect = connectTo(embeddedApi({ rules }));
  const code = async (query: string) => (await connect(`${maps}?${query}`)).status;
  assertEquals(await code("fieldSelector=metadata.name%3Da"), 200);
  assertEquals(await code("fieldSelector=metadata.name%3D%3Da"), 200);
  assertEquals(await code("fieldSelector=metadata.name%3Da,metadata.namespace%3Ddefault"), 200);
  assertEquals(await code("fieldSelector=metadata.name%3Db"), 403);
  assertEquals(await code("fieldSelector=metadata.name!%3Da"), 403);
  assertEquals(await code(""), 403);
  const { message, details } = await (await connect(`${maps}?fieldSelector=metadata.name%3Db&watch=1`))
    .json();
  assertStringIncludes(message, 'configmaps "b" is forbidden: User "embedded-user" cannot watch resource');
  assertEquals(details, { name: "b", kind: "configmaps" });
});

Deno.test("a client without rights may still ask what it may do, and who it is", async () => {
  const connect = connectTo(embeddedApi({ rules: [], user: "me" }));
  const ask = (path: string) => connect(`/apis/${path}`, post({}));
  assertEquals((await ask("authorization.k8s.io/v1/selfsubjectaccessreviews")).status, 201);
  const me = await ask("authentication.k8s.io/v1/selfsubjectreviews");
  assertEquals((await me.json()).status.userInfo.username, "me");
  assertEquals((await ask("authorization.k8s.io/v1/subjectaccessreviews")).status, 403);
});

Deno.test("a request without an accepted token gets 401, except /readyz", async () => {
  const connect = connectTo(embeddedApi({ tokens: ["secret"] }));
  const answer = await connect(maps);
  assertEquals([answer.status, (await answer.json()).reason], [401, "Unauthorized"]);
  assertEquals((await connect(maps, { headers: { authorization: "Bearer secret" } })).status, 200);
  assertEquals((await connect("/readyz")).status, 200);
});

Deno.test("a full quota forbids a create even if the name is taken", async () => {
  const api = embeddedApi(), connect = connectTo(api);
  api.create("ConfigMap", aMap("a"));
  api.create("ResourceQuota", { ...aMap("few"), spec: { hard: { "count/configmaps": "1" } } });
  const answer = await connect(maps, post({ metadata: { name: "a" } }));
  const figures = "requested: count/configmaps=1, used: count/configmaps=1, limited: count/configmaps=1";
  const { message } = await answer.json();
  assertEquals([answer.status, message], [
    403,
    `configmaps "a" is forbidden: exceeded quota: few, ${figures}`,
  ]);
});

Deno.test("removeResource() acts as a missing CRD, and addResource() serves a resource", async () => {
  const api = embeddedApi(), connect = connectTo(api);
  api.removeResource("workflows.argoproj.io");
  const path = "/apis/argoproj.io/v1alpha1/namespaces/default/workflows/x";
  assertEquals(await (await connect(path)).text(), "404 page not found\n");
  assertEquals(api.find("Workflow", "default", "x"), undefined);
  const widgets = {
    group: "example.com",
    version: "v1",
    plural: "widgets",
    kind: "Widget",
    namespaced: true,
  };
  api.addResource({ ...widgets, custom: true });
  const answer = await connect("/apis/example.com/v1/namespaces/default/widgets");
  assertEquals((await answer.json()).kind, "WidgetList");
});

Deno.test("use() puts an interceptor in front of the API until it is removed; requests are recorded", async () => {
  const api = embeddedApi(), connect = connectTo(api);
  const stop = api.use(async (request, next) => {
    if (request.method === "POST") return new Response("broken", { status: 502 });
    return await next(request);
  });
  assertEquals((await connect(maps, post(aMap("a")))).status, 502);
  assertEquals((await connect(`${maps}?limit=1`)).status, 200);
  stop();
  assertEquals((await connect(maps, post(aMap("a")))).status, 201);
  assertEquals(api.requests.map(({ method }) => method), ["POST", "GET", "POST"]);
  assertEquals(api.requests[1], { method: "GET", path: maps, query: { limit: "1" } });
});

Deno.test("pod logs: container, tailLines, limitBytes, previous", async () => {
  const api = embeddedApi(), connect = connectTo(api);
  const containers = [{ name: "main", image: "x" }, { name: "wait", image: "x" }];
  api.create("Pod", { ...aMap("p"), spec: { containers } });
  api.setLog({ namespace: "default", pod: "p" }, "one\ntwo\nthree\n");
  api.setLog({ namespace: "default", pod: "p", previous: true }, "before\n");
  const log = async (query: string) => {
    const answer = await connect(`/api/v1/namespaces/default/pods/p/log?${query}`);
    return answer.ok ? await answer.text() : (await answer.json()).message;
  };
  assertEquals(await log("container=main"), "one\ntwo\nthree\n");
  assertEquals(await log("container=main&tailLines=2"), "two\nthree\n");
  assertEquals(await log("container=main&tailLines=0"), "");
  assertEquals(await log("container=main&limitBytes=5"), "one\nt");
  assertEquals(await log("container=main&previous=true"), "before\n");
  assertEquals(await log(""), "a container name must be specified for pod p, choose one of: [main wait]");
  assertEquals(await log("container=x"), "container x is not valid for pod p");
  const missing = 'previous terminated container "wait" in pod "p" not found';
  assertEquals(await log("container=wait&previous=1"), missing);
});

Deno.test("an owner's dependents are deleted after it, and with Foreground before it", async () => {
  const api = embeddedApi(), connect = connectTo(api);
  const deleted: string[] = [];
  api.observe(({ type, object }) => type === "DELETED" && deleted.push(object.metadata.name));
  for (const policy of ["Background", "Foreground"]) {
    const { metadata: { uid } } = api.create("ConfigMap", aMap("owner"));
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "owner" };
    api.create("ConfigMap", {
      metadata: { ...aMap("owned").metadata, ownerReferences: [{ ...owner, uid }] },
    });
    await connect(`${maps}/owner?propagationPolicy=${policy}`, { method: "DELETE" });
    await new Promise((resolve) => queueMicrotask(() => queueMicrotask(() => resolve(undefined))));
  }
  assertEquals(deleted, ["owner", "owned", "owned", "owner"]);
});

Deno.test("bookmarks come each minute and two seconds before the end of a watch", async () => {
  const due: [number, () => void][] = [];
  const timer: Timer = (callback, delayMs) => {
    const entry: [number, () => void] = [delayMs, callback];
    due.push(entry);
    return () => due.splice(due.indexOf(entry), 1);
  };
  const api = embeddedApi({ timer }), connect = connectTo(api);
  const { metadata } = api.create("ConfigMap", aMap("a"));
  const from = `resourceVersion=${metadata.resourceVersion}`;
  const answer = await connect(
    `${maps}?watch=1&timeoutSeconds=10&allowWatchBookmarks=true&labelSelector=x&${from}`,
  );
  const { metadata: changed } = api.create("ConfigMap", aMap("b"));
  const delays = due.map(([delayMs]) => delayMs).sort((a, b) => a - b);
  assertEquals(delays, [8000, 10000]);
  for (const [, callback] of due.slice(0, 2)) callback();
  const text = await answer.text();
  const object = {
    kind: "ConfigMap",
    apiVersion: "v1",
    metadata: { resourceVersion: changed.resourceVersion },
  };
  assertEquals(JSON.parse(text), { type: "BOOKMARK", object });
});

Deno.test("serveEmbeddedApi() serves on a free port; close() ends watches", async () => {
  const api = embeddedApi();
  const server = serveEmbeddedApi(api);
  const { clusters } = JSON.parse(server.kubeconfig());
  assertEquals(clusters[0].cluster.server, server.url);
  const response = await fetch(`${server.url}${maps}?watch=1`);
  const text = response.text();
  api.create("ConfigMap", aMap("a"));
  await server.close();
  assertStringIncludes(await text, '{"type":"ADDED"');
});

Deno.test("a client's signal breaks off its watch", async () => {
  const api = embeddedApi();
  const client = new AbortController();
  const answer = await api.handle(new Request(`http://x${maps}?watch=1`, { signal: client.signal }));
  client.abort(new Error("enough"));
  await assertRejects(() => answer.text(), Error, "enough");
});

Deno.test("a served request has its body, and leaving a watch ends it", async () => {
  const api = embeddedApi();
  const server = serveEmbeddedApi(api);
  const created = await fetch(`${server.url}${maps}`, post({ metadata: { name: "a" } }));
  assertEquals([created.status, (await created.json()).metadata.name], [201, "a"]);
  const watch = await fetch(`${server.url}${maps}?watch=1`);
  await watch.body?.cancel();
  await server.close();
});

Deno.test("put(), patch(), delete() and remove() act on the store", () => {
  const api = embeddedApi();
  api.put("ConfigMap", { ...aMap("a"), data: { a: "1" } });
  api.put("ConfigMap", { ...aMap("a"), data: { a: "2" } });
  api.patch("ConfigMap", "default", "a", { metadata: { finalizers: ["example.com/x"] } });
  api.delete("ConfigMap", "default", "a");
  const held = api.find("ConfigMap", "default", "a");
  assertEquals(held?.data, { a: "2" });
  assert(held?.metadata.deletionTimestamp !== undefined);
  api.remove("ConfigMap", "default", "a");
  assertEquals(api.objects("ConfigMap"), []);
});
