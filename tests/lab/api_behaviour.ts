/**
 * What clients rely on in the Kubernetes API: the same tests for the embedded API and for a real API server.
 *
 * WorkflowTemplates stand for objects of a CRD, since no controller changes them.
 *
 * @module
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { StoredObject } from "../../src/testing/mod.ts";

/** Sends a request to a path of the API. */
export type Connect = (path: string, init?: RequestInit) => Promise<Response>;

type Json = Record<string, unknown>;

/** One namespace of an API, with short functions for requests in it. */
interface Site {
  connect: Connect;
  namespace: string;
  configMaps: string;
  templates: string;
}

/** Registers the tests for the API that `connect` reaches. */
export function apiBehaviour(name: string, connect: Connect): void {
  for (const [title, check] of behaviours) {
    Deno.test(`${name}: ${title}`, async () => {
      const site = await openSite(connect);
      try {
        await check(site);
      } finally {
        await answerOf(connect(`/api/v1/namespaces/${site.namespace}`, { method: "DELETE" }));
      }
    });
  }
}

async function openSite(connect: Connect): Promise<Site> {
  const namespace = `behaviour-${crypto.randomUUID().slice(0, 13)}`;
  const { code } = await post(connect, "/api/v1/namespaces", { metadata: { name: namespace } });
  assertEquals(code, 201);
  const inGroup = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}`;
  return {
    ...{ connect, namespace },
    configMaps: `/api/v1/namespaces/${namespace}/configmaps`,
    templates: `${inGroup}/workflowtemplates`,
  };
}

// deno-lint-ignore no-explicit-any -- the tests read answers of many shapes, and fail if a shape is unexpected
type Answer = { code: number; type: string; body: any; text: string };

async function answerOf(pending: Promise<Response>): Promise<Answer> {
  const response = await pending;
  const type = response.headers.get("content-type") ?? "";
  const text = await response.text();
  const isJson = type.startsWith("application/json") && text !== "";
  return {
    code: response.status,
    type,
    text,
    body: isJson ? JSON.parse(text.split("\n{")[0] ?? "") : undefined,
  };
}

function send(connect: Connect, method: string, path: string, body: unknown, type = "application/json") {
  const headers = { "content-type": type };
  return answerOf(connect(path, { method, headers, body: JSON.stringify(body) }));
}

const get = (connect: Connect, path: string, accept = "application/json") =>
  answerOf(connect(path, { headers: { accept } }));
const post = (connect: Connect, path: string, body: Json) => send(connect, "POST", path, body);
const put = (connect: Connect, path: string, body: Json) => send(connect, "PUT", path, body);
const patch = (connect: Connect, path: string, body: Json) =>
  send(connect, "PATCH", path, body, "application/merge-patch+json");
const remove = (connect: Connect, path: string, body?: Json) =>
  body ? send(connect, "DELETE", path, body) : answerOf(connect(path, { method: "DELETE" }));

function aConfigMap(name: string, more: Json = {}): Json {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name }, ...more };
}

function aTemplate(name: string, metadata: Json = {}): Json {
  const spec = { entrypoint: "a", templates: [{ name: "a", suspend: {} }] };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: { name, ...metadata },
    spec,
  };
}

/** The events of a watch that the server ends. */
async function watched(connect: Connect, path: string, accept = "application/json"): Promise<Json[]> {
  const response = await connect(path, { headers: { accept } });
  assertEquals(response.status, 200);
  return (await response.text()).split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

/** The first events of a watch, which the client then cancels. */
async function firstEvents(connect: Connect, path: string, count: number): Promise<Json[]> {
  const response = await connect(path);
  assert(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n").length <= count) {
    const { done, value } = await reader.read();
    if (done) break;
    text += value;
  }
  await reader.cancel();
  return text.split("\n").slice(0, count).filter((line) => line !== "").map((line) => JSON.parse(line));
}

// deno-lint-ignore no-explicit-any -- as above
const seen = (events: any[]) =>
  events.map(({ type, object }) => `${type} ${object.metadata.name ?? object.reason}`);

const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

const behaviours: [string, (site: Site) => Promise<void>][] = [
  ["create answers 201 with the fields that the server sets", async ({ connect, configMaps, namespace }) => {
    const { code, body } = await post(connect, configMaps, { metadata: { name: "a" }, data: { k: "v" } });
    assertEquals([code, body.kind, body.apiVersion, body.data], [201, "ConfigMap", "v1", { k: "v" }]);
    assertEquals(body.metadata.namespace, namespace);
    assert(/^[0-9a-f-]{36}$/.test(body.metadata.uid) && /^\d+$/.test(body.metadata.resourceVersion));
    assert(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(body.metadata.creationTimestamp));
  }],
  [
    "a create with a taken name is 409 AlreadyExists, with the plural as kind",
    async ({ connect, templates }) => {
      await post(connect, templates, aTemplate("a"));
      const { code, body } = await post(connect, templates, aTemplate("a"));
      const details = { name: "a", group: "argoproj.io", kind: "workflowtemplates" };
      const message = 'workflowtemplates.argoproj.io "a" already exists';
      assertEquals([code, body.reason, body.message, body.details], [409, "AlreadyExists", message, details]);
      assertEquals([body.kind, body.apiVersion, body.status], ["Status", "v1", "Failure"]);
    },
  ],
  ["a missing object is 404 with its name, in a missing namespace too", async ({ connect, templates }) => {
    for (const path of [templates, templates.replace(/namespaces\/[^/]*/, "namespaces/not-there")]) {
      const { code, body } = await get(connect, `${path}/nope`);
      const details = { name: "nope", group: "argoproj.io", kind: "workflowtemplates" };
      assertEquals([code, body.reason, body.details], [404, "NotFound", details]);
    }
  }],
  ["a create in a missing namespace is 404 for the namespace", async ({ connect }) => {
    const path = "/api/v1/namespaces/not-there/configmaps";
    const { code, body } = await post(connect, path, aConfigMap("a"));
    assertEquals([code, body.message], [404, 'namespaces "not-there" not found']);
    assertEquals(body.details, { name: "not-there", kind: "namespaces" });
  }],
  ["a resource without a CRD is 404 in plain text", async ({ connect, templates }) => {
    const { code, type, text } = await get(connect, templates.replace("workflowtemplates", "nothings"));
    assertEquals([code, text.trim()], [404, "404 page not found"]);
    assertStringIncludes(type, "text/plain");
  }],
  ["an invalid name is 422 with a cause", async ({ connect, configMaps }) => {
    const { code, body } = await post(connect, configMaps, aConfigMap("A_b"));
    assertEquals([code, body.reason, body.details.kind], [422, "Invalid", "ConfigMap"]);
    assertEquals(body.details.causes[0].reason, "FieldValueInvalid");
    assertEquals(body.details.causes[0].field, "metadata.name");
    assertStringIncludes(body.message, "a lowercase RFC 1123 subdomain must consist of");
  }],
  ["a missing name is 422, and generateName makes a name", async ({ connect, configMaps }) => {
    const without = await post(connect, configMaps, { metadata: {} });
    assertEquals(without.code, 422);
    assertStringIncludes(
      without.body.message,
      "metadata.name: Required value: name or generateName is required",
    );
    const { body } = await post(connect, configMaps, { metadata: { generateName: "g-" } });
    assert(/^g-[a-z0-9]{5}$/.test(body.metadata.name));
  }],
  ["another namespace in the body is 400", async ({ connect, configMaps }) => {
    const { code, body } = await post(connect, configMaps, { metadata: { name: "a", namespace: "other" } });
    const message = "the namespace of the provided object does not match the namespace sent on the request";
    assertEquals([code, body.reason, body.message], [400, "BadRequest", message]);
  }],
  ["a field of the wrong type is 400, and so is another kind", async ({ connect, configMaps }) => {
    const number = await post(connect, configMaps, aConfigMap("a", { data: { a: 1 } }));
    assertEquals(number.code, 400);
    assertStringIncludes(number.body.message, "cannot unmarshal number into Go struct field ConfigMap.data");
    const kind = await post(connect, configMaps, { ...aConfigMap("a"), apiVersion: "v2" });
    assertEquals([kind.code, kind.body.reason], [400, "BadRequest"]);
  }],
  ["a body that is not JSON is 400, and another media type is 415", async ({ connect, configMaps }) => {
    const init = (type: string) => ({ method: "POST", headers: { "content-type": type }, body: "{nope" });
    assertEquals((await answerOf(connect(configMaps, init("application/json")))).code, 400);
    const { code, body } = await answerOf(connect(configMaps, init("text/plain")));
    assertEquals([code, body.reason], [415, "UnsupportedMediaType"]);
  }],
  ["dryRun=All checks the object, answers, and stores nothing", async ({ connect, configMaps }) => {
    const { code, body } = await post(connect, `${configMaps}?dryRun=All`, aConfigMap("dry"));
    assertEquals([code, typeof body.metadata.uid, body.metadata.resourceVersion], [201, "string", undefined]);
    assertEquals((await get(connect, `${configMaps}/dry`)).code, 404);
    await post(connect, configMaps, aConfigMap("dry"));
    assertEquals((await post(connect, `${configMaps}?dryRun=All`, aConfigMap("dry"))).code, 409);
    const patched = await patch(connect, `${configMaps}/dry?dryRun=All`, { data: { a: "1" } });
    assertEquals([patched.code, patched.body.data], [200, { a: "1" }]);
    assertEquals((await remove(connect, `${configMaps}/dry?dryRun=All`)).body.status, "Success");
    assertEquals((await get(connect, `${configMaps}/dry`)).body.data, undefined);
  }],
  ["another value of dryRun is 422", async ({ connect, configMaps }) => {
    const { code, body } = await post(connect, `${configMaps}?dryRun=Yes`, aConfigMap("dry"));
    assertEquals([code, body.reason, body.details.kind], [422, "Invalid", "CreateOptions"]);
    assertStringIncludes(body.message, 'dryRun: Unsupported value: ["Yes"]: supported values: "All"');
  }],
  [
    "a merge patch changes and removes fields; without a change the version stays",
    async ({ connect, configMaps }) => {
      const made = await post(connect, configMaps, aConfigMap("a", { data: { k: "v" } }));
      const { code, body } = await patch(connect, `${configMaps}/a`, { data: { k: null, z: "1" } });
      assertEquals([code, body.data], [200, { z: "1" }]);
      assert(body.metadata.resourceVersion !== made.body.metadata.resourceVersion);
      const same = await patch(connect, `${configMaps}/a`, { data: { z: "1" } });
      assertEquals(same.body.metadata.resourceVersion, body.metadata.resourceVersion);
      assertEquals((await patch(connect, `${configMaps}/nope`, {})).code, 404);
    },
  ],
  ["a patch with an old version is 409, and with another name 400", async ({ connect, configMaps }) => {
    await post(connect, configMaps, aConfigMap("a"));
    const metadata = { resourceVersion: "1" };
    const { code, body } = await patch(connect, `${configMaps}/a`, { metadata, data: { a: "1" } });
    assertEquals([code, body.reason, body.details], [409, "Conflict", { name: "a", kind: "configmaps" }]);
    assertStringIncludes(
      body.message,
      'Operation cannot be fulfilled on configmaps "a": the object has been modified',
    );
    const renamed = await patch(connect, `${configMaps}/a`, { metadata: { name: "b" } });
    assertEquals(renamed.code, 400);
    assertEquals(renamed.body.message, "the name of the object (b) does not match the name on the URL (a)");
  }],
  ["an update needs the latest version", async ({ connect, templates }) => {
    const { body: made } = await post(connect, templates, aTemplate("a"));
    assertEquals((await put(connect, `${templates}/a`, aTemplate("a"))).code, 422);
    const { resourceVersion } = made.metadata;
    const labels = { x: "1" };
    const changed = await put(connect, `${templates}/a`, aTemplate("a", { resourceVersion, labels }));
    assertEquals([changed.code, changed.body.metadata.labels], [200, labels]);
    const again = await put(
      connect,
      `${templates}/a`,
      aTemplate("a", { resourceVersion, labels: { x: "2" } }),
    );
    assertEquals([again.code, again.body.reason], [409, "Conflict"]);
    assertEquals((await put(connect, `${templates}/nope`, aTemplate("nope", { resourceVersion }))).code, 404);
  }],
  ["generation grows with the spec, not with labels", async ({ connect, templates }) => {
    const { body: made } = await post(connect, templates, aTemplate("a"));
    const labelled = await patch(connect, `${templates}/a`, { metadata: { labels: { x: "1" } } });
    const changed = await patch(connect, `${templates}/a`, { spec: { entrypoint: "b" } });
    const generations = [made, labelled.body, changed.body].map((body) => body.metadata.generation);
    assertEquals(generations, [1, 1, 2]);
  }],
  [
    "a delete answers a Status with the uid, and after it the object is 404",
    async ({ connect, templates }) => {
      const { body: made } = await post(connect, templates, aTemplate("a"));
      const { code, body } = await remove(connect, `${templates}/a`);
      assertEquals([code, body.kind, body.status], [200, "Status", "Success"]);
      const { uid } = made.metadata;
      assertEquals(body.details, { name: "a", group: "argoproj.io", kind: "workflowtemplates", uid });
      assertEquals((await remove(connect, `${templates}/a`)).code, 404);
    },
  ],
  ["a delete with another uid is 409", async ({ connect, configMaps }) => {
    const { body: { metadata: { uid } } } = await post(connect, configMaps, aConfigMap("a"));
    const { code, body } = await remove(connect, `${configMaps}/a`, { preconditions: { uid: "other" } });
    assertEquals([code, body.reason, body.details], [409, "Conflict", { name: "a", kind: "ConfigMap" }]);
    assertStringIncludes(
      body.message,
      `the UID in the precondition (other) does not match the UID in record (${uid})`,
    );
    assertEquals((await remove(connect, `${configMaps}/a`, { preconditions: { uid } })).code, 200);
  }],
  ["finalizers keep a deleted object until they are removed", async ({ connect, configMaps }) => {
    const finalizers = ["example.com/hold"];
    await post(connect, configMaps, { metadata: { name: "a", finalizers } });
    const { code, body } = await remove(connect, `${configMaps}/a`);
    assertEquals([code, body.kind, typeof body.metadata.deletionTimestamp], [200, "ConfigMap", "string"]);
    assertEquals((await get(connect, `${configMaps}/a`)).code, 200);
    assertEquals((await patch(connect, `${configMaps}/a`, { metadata: { finalizers: null } })).code, 200);
    assertEquals((await get(connect, `${configMaps}/a`)).code, 404);
  }],
  ["an immutable ConfigMap cannot be changed", async ({ connect, configMaps }) => {
    await post(connect, configMaps, aConfigMap("a", { immutable: true, data: { a: "1" } }));
    const { code, body } = await patch(connect, `${configMaps}/a`, { data: { a: "2" } });
    assertEquals([code, body.reason, body.details.causes[0].field], [422, "Invalid", "data"]);
    assertStringIncludes(body.message, "field is immutable when `immutable` is set");
  }],
  [
    "size limits: of a ConfigMap 422, of an object 500 without a reason, of a body 413",
    async ({ connect, configMaps, templates }) => {
      const map = await post(connect, configMaps, aConfigMap("big", { data: { a: "x".repeat(1_100_000) } }));
      assertEquals([map.code, map.body.details.causes[0].reason], [422, "FieldValueTooLong"]);
      const ofSize = (length: number) => ({ ...aTemplate("big"), spec: { text: "x".repeat(length) } });
      const object = await post(connect, templates, ofSize(1_600_000));
      assertEquals([object.code, object.body.reason], [500, undefined]);
      assertStringIncludes(object.body.message, "etcdserver: request is too large");
      assertEquals((await post(connect, templates, ofSize(3_300_000))).code, 413);
    },
  ],
  ["stringData of a Secret becomes data", async ({ connect, namespace }) => {
    const path = `/api/v1/namespaces/${namespace}/secrets`;
    const { body } = await post(connect, path, { metadata: { name: "s" }, stringData: { a: "hé" } });
    assertEquals([body.data, body.stringData, body.type], [{ a: "aMOp" }, undefined, "Opaque"]);
  }],
  ["Jobs are checked and get defaults", async ({ connect, namespace }) => {
    const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
    const job = (spec: Json) => ({ apiVersion: "batch/v1", kind: "Job", metadata: { name: "j" }, spec });
    const containers = [{ name: "c", image: "x" }];
    const bad = await post(connect, path, job({ template: { spec: { containers } } }));
    assertEquals([bad.code, bad.body.details.causes[0].field], [422, "spec.template.spec.restartPolicy"]);
    const pod = { template: { spec: { containers, restartPolicy: "Never" } } };
    const text = await post(connect, path, job({ ...pod, backoffLimit: "yes" }));
    assertEquals([text.code, text.body.reason], [400, "BadRequest"]);
    const { body } = await post(connect, path, job({ ...pod, suspend: true }));
    assertEquals([body.spec.backoffLimit, body.metadata.generation, body.status], [6, 1, {}]);
    const status = await patch(connect, `${path}/j`, { status: { active: 3 } });
    assertEquals([status.code, status.body.status?.active], [200, undefined]);
  }],
  [
    "list answers the collection's version, selected by labels and fields",
    async ({ connect, configMaps }) => {
      for (const [name, app] of [["a", "x"], ["b", "y"], ["c", "z"]] as const) {
        await post(connect, configMaps, { metadata: { name, labels: { app, [name]: "" } } });
      }
      const names = async (query: string) =>
        (await get(connect, `${configMaps}?${query}`)).body.items.map(({ metadata }: StoredObject) =>
          metadata.name
        );
      const cases = {
        "labelSelector=app=x": ["a"],
        "labelSelector=app==x": ["a"],
        "labelSelector=app,app!=x": ["b", "c"],
        "labelSelector=app+in+(x,y)": ["a", "b"],
        "labelSelector=app,app+notin+(x,y)": ["c"],
        "labelSelector=b": ["b"],
        "labelSelector=app,!b": ["a", "c"],
        "fieldSelector=metadata.name=b": ["b"],
        "labelSelector=app&fieldSelector=metadata.name!=b": ["a", "c"],
      };
      for (const [query, expected] of Object.entries(cases)) {
        assertEquals(await names(query), expected, query);
      }
      const { body } = await get(connect, `${configMaps}?labelSelector=app=x`);
      assertEquals([body.kind, body.apiVersion, body.items[0].kind], ["ConfigMapList", "v1", undefined]);
      assert(/^\d+$/.test(body.metadata.resourceVersion));
      assertEquals((await get(connect, `${configMaps}?fieldSelector=data.a=b`)).code, 400);
    },
  ],
  ["a future version is 504 for list and get", async ({ connect, configMaps }) => {
    const { code, body } = await get(connect, `${configMaps}?resourceVersion=99999999999`);
    assertEquals([code, body.reason, body.details.causes[0].reason], [
      504,
      "Timeout",
      "ResourceVersionTooLarge",
    ]);
  }],
  ["get and list can answer metadata only", async ({ connect, templates }) => {
    await post(connect, templates, aTemplate("a"));
    const { body } = await get(connect, `${templates}/a`, metadataOnly);
    assertEquals([body.kind, body.apiVersion], ["PartialObjectMetadata", "meta.k8s.io/v1"]);
    assertEquals(Object.keys(body).sort(), ["apiVersion", "kind", "metadata"]);
    const list = await get(connect, `${templates}?fieldSelector=metadata.name=a`, metadataList);
    assertEquals([list.body.kind, list.body.apiVersion], ["PartialObjectMetadataList", "meta.k8s.io/v1"]);
    const none = await get(connect, `${templates}?fieldSelector=metadata.name=b`, metadataList);
    assertEquals(none.body.items, null);
    const [item] = list.body.items;
    assertEquals([item.kind, item.metadata.name, item.spec], ["PartialObjectMetadata", "a", undefined]);
    assertEquals((await get(connect, templates, metadataOnly)).code, 406);
    assertEquals((await get(connect, `${templates}/a`, metadataList)).code, 500);
  }],
  ["a watch sends all objects as ADDED, then each change, then ends", async ({ connect, configMaps }) => {
    await post(connect, configMaps, aConfigMap("a"));
    const path = `${configMaps}?watch=true&timeoutSeconds=2&fieldSelector=metadata.name=a`;
    const events = watched(connect, path);
    await firstEvents(connect, path, 1);
    await patch(connect, `${configMaps}/a`, { data: { a: "1" } });
    await remove(connect, `${configMaps}/a`);
    assertEquals(seen(await events), ["ADDED a", "MODIFIED a", "DELETED a"]);
  }],
  ["a watch resumes after a version; DELETED has the last state with a newer version", async (site) => {
    const { connect, templates } = site;
    const { body: made } = await post(connect, templates, aTemplate("a"));
    const { body: changed } = await patch(connect, `${templates}/a`, { metadata: { labels: { x: "1" } } });
    await remove(connect, `${templates}/a`);
    await post(connect, templates, aTemplate("a"));
    const path = `${templates}?watch=1&resourceVersion=${made.metadata.resourceVersion}`;
    // deno-lint-ignore no-explicit-any -- as above
    const events: any[] = await firstEvents(connect, path, 3);
    assertEquals(seen(events), ["MODIFIED a", "DELETED a", "ADDED a"]);
    const [, gone, next] = events.map(({ object }) => object);
    assertEquals([gone.metadata.uid, gone.metadata.labels, gone.spec], [
      made.metadata.uid,
      { x: "1" },
      made.spec,
    ]);
    assert(gone.metadata.resourceVersion !== changed.metadata.resourceVersion);
    assert(next.metadata.uid !== made.metadata.uid);
  }],
  [
    "a watch with a label selector sends ADDED and DELETED when labels change",
    async ({ connect, configMaps }) => {
      const { body } = await post(connect, configMaps, { metadata: { name: "a" } });
      const steps = [{ x: "1" }, { x: "1", y: "1" }, { x: "2" }];
      for (const labels of steps) await patch(connect, `${configMaps}/a`, { metadata: { labels } });
      const query = `watch=1&labelSelector=x=1&resourceVersion=${body.metadata.resourceVersion}`;
      // deno-lint-ignore no-explicit-any -- as above
      const events: any[] = await firstEvents(connect, `${configMaps}?${query}`, 3);
      assertEquals(seen(events), ["ADDED a", "MODIFIED a", "DELETED a"]);
      assertEquals(events[2].object.metadata.labels, { x: "1", y: "1" });
    },
  ],
  [
    "a watch from a version that is too old gets 200 and an ERROR event 410",
    async ({ connect, templates }) => {
      for (const accept of ["application/json", metadataOnly]) {
        // deno-lint-ignore no-explicit-any -- as above
        const [event]: any[] = await watched(
          connect,
          `${templates}?watch=1&resourceVersion=1&timeoutSeconds=5`,
          accept,
        );
        assertEquals([event.type, event.object.kind, event.object.code], ["ERROR", "Status", 410]);
        assertEquals([event.object.reason, event.object.status], ["Expired", "Failure"]);
      }
    },
  ],
  ["a watch from a future version is silent", async ({ connect, configMaps }) => {
    await post(connect, configMaps, aConfigMap("a"));
    const query = "watch=1&resourceVersion=99999999999&timeoutSeconds=1";
    assertEquals(await watched(connect, `${configMaps}?${query}`), []);
  }],
  [
    "a watch sends a bookmark near its end only if something has changed",
    async ({ connect, configMaps }) => {
      const { body } = await post(connect, configMaps, aConfigMap("a"));
      const from =
        `timeoutSeconds=3&allowWatchBookmarks=true&resourceVersion=${body.metadata.resourceVersion}`;
      const pending = watched(connect, `${configMaps}?watch=1&fieldSelector=metadata.name=none&${from}`);
      await post(connect, configMaps, aConfigMap("b"));
      const kinds = (await pending).map(({ type }) => type);
      assert(kinds.length > 0 && kinds.every((type) => type === "BOOKMARK"));
    },
  ],
  ["a watch of metadata only has bookmarks of metadata only", async ({ connect, templates }) => {
    await post(connect, templates, aTemplate("a"));
    const query = "watch=1&timeoutSeconds=3&allowWatchBookmarks=true&fieldSelector=metadata.name=a";
    // deno-lint-ignore no-explicit-any -- as above
    const events: any[] = await watched(connect, `${templates}?${query}`, metadataOnly);
    const shape = (event: typeof events[0]) => [event.type, event.object.kind, event.object.apiVersion];
    assertEquals(shape(events[0]), ["ADDED", "PartialObjectMetadata", "meta.k8s.io/v1"]);
    assertEquals(shape(events[1]), ["BOOKMARK", "PartialObjectMetadata", "meta.k8s.io/v1"]);
    assertEquals(Object.keys(events[1].object.metadata).sort(), ["annotations", "resourceVersion"]);
  }],
  ["events can be selected by the uid of their object", async ({ connect, namespace }) => {
    const path = `/api/v1/namespaces/${namespace}/events`;
    const involvedObject = { kind: "Pod", name: "p", namespace, uid: "uid-1" };
    const event = { metadata: { name: "e" }, involvedObject, reason: "R", message: "m", type: "Warning" };
    assertEquals((await post(connect, path, event)).code, 201);
    const count = async (uid: string) =>
      (await get(connect, `${path}?fieldSelector=involvedObject.uid=${uid}`)).body.items.length;
    assertEquals([await count("uid-1"), await count("uid-2")], [1, 0]);
  }],
  ["the Workflow CRD has no status subresource", async ({ connect, namespace }) => {
    const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows/x/status`;
    const { code, body } = await get(connect, path);
    assertEquals([code, body.reason], [404, "NotFound"]);
  }],
  ["methods that a resource does not support are 405", async ({ connect, configMaps }) => {
    for (const [method, path] of [["PUT", configMaps], ["POST", `${configMaps}/a`]] as const) {
      const { code, body } = await send(connect, method, path, aConfigMap("a"));
      assertEquals([code, body.reason], [405, "MethodNotAllowed"], method);
    }
  }],
  ["SelfSubjectAccessReview says what is allowed", async ({ connect, namespace }) => {
    const spec = { resourceAttributes: { verb: "get", resource: "pods", namespace } };
    const { code, body } = await post(connect, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {
      spec,
    });
    assertEquals([code, body.kind, body.status.allowed], [201, "SelfSubjectAccessReview", true]);
  }],
  ["SubjectAccessReview says what another user may do", async ({ connect, namespace }) => {
    const spec = { user: "nobody-at-all", resourceAttributes: { verb: "get", resource: "pods", namespace } };
    const { code, body } = await post(connect, "/apis/authorization.k8s.io/v1/subjectaccessreviews", {
      spec,
    });
    assertEquals([code, body.kind, body.status.allowed], [201, "SubjectAccessReview", false]);
  }],
  ["SelfSubjectReview says who the client is, in a dry run too", async ({ connect }) => {
    const path = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
    const { code, body } = await post(connect, `${path}?dryRun=All`, {});
    assertEquals([code, body.kind], [201, "SelfSubjectReview"]);
    assert(body.status.userInfo.username.length > 0);
    assert(body.status.userInfo.groups.includes("system:authenticated"));
  }],
  ["a create in a namespace that is being deleted is refused", async ({ connect, configMaps, namespace }) => {
    await post(connect, configMaps, { metadata: { name: "hold", finalizers: ["example.com/hold"] } });
    const { code, body: ending } = await remove(connect, `/api/v1/namespaces/${namespace}`);
    assertEquals([code, ending.kind, ending.status.phase], [200, "Namespace", "Terminating"]);
    const { code: refused, body } = await post(connect, configMaps, aConfigMap("late"));
    assertEquals([refused, body.reason, body.details.kind], [403, "Forbidden", "configmaps"]);
    assertEquals(body.details.causes[0].reason, "NamespaceTerminating");
    await patch(connect, `${configMaps}/hold`, { metadata: { finalizers: null } });
  }],
  ["/version and /readyz answer", async ({ connect }) => {
    assertEquals((await get(connect, "/version")).body.major, "1");
    assertEquals((await get(connect, "/readyz", "*/*")).text, "ok");
  }],
];
