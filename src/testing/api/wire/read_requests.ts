/**
 * The verbs that read: get, list and watch.
 *
 * @module
 */
import { jsonAnswer, listBody } from "./answers.ts";
import type { Backend } from "./backend.ts";
import { formOfObject, type ResourceRequest, targetOf } from "./resource_request.ts";
import { readVersion, selectorOf, watchStart } from "./list_options.ts";
import type { ObjectStore } from "../objects/object_store.ts";
import { formFor, inForm, parseAccept } from "./answer_form.ts";
import { numberOption } from "./request_options.ts";
import { notFound, resourceVersionTooLarge } from "../objects/status_error.ts";
import { WatchStream } from "./watch_stream.ts";

/** https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/endpoints/handlers/get.go: 1 to 2 times minRequestTimeout */
const DEFAULT_WATCH_MS = 2_700_000;

/** Answers one object. */
export function get({ store }: Backend, asked: ResourceRequest): Response {
  const { resource, namespace, name } = targetOf(asked);
  const form = formOfObject(asked);
  checkVersion(store, asked.query);
  const found = store.get(resource, namespace, name);
  if (!found) throw notFound(resource, name);
  return jsonAnswer(inForm(found, form));
}

/** Answers all selected objects. */
export function list({ store }: Backend, asked: ResourceRequest): Response {
  const { resource, path, query, request } = asked;
  const form = formFor(parseAccept(request.headers.get("accept")), {
    isList: true,
    isCustom: resource.custom,
  });
  numberOption(query, "limit");
  checkVersion(store, query);
  const objects = store.list(resource, path.namespace).filter(selectorOf(query, resource));
  return jsonAnswer(listBody(resource, objects, { version: store.version, form }));
}

function checkVersion(store: ObjectStore, query: URLSearchParams): void {
  const asked = readVersion(query) ?? 0;
  if (asked > store.version) {
    throw resourceVersionTooLarge(asked, store.version);
  }
}

/** Answers a stream of changes. */
export function watch({ store, timer, watches }: Backend, asked: ResourceRequest): Response {
  const { query, resource, path, request } = asked;
  const seconds = numberOption(query, "timeoutSeconds");
  const accepted = parseAccept(request.headers.get("accept"));
  const headers = { "content-type": "application/json", "cache-control": "no-cache, private" };
  // The real API cannot write an event in the form of a list: it ends the watch at once.
  if (accepted.as === "PartialObjectMetadataList") return new Response("", { headers });
  const stream = new WatchStream(store, {
    resource,
    namespace: path.namespace,
    selects: selectorOf(query, resource),
    ...watchStart(query),
    timeoutMs: seconds ? seconds * 1000 : DEFAULT_WATCH_MS,
    form: accepted.form,
    timer,
  }, watches);
  request.signal.addEventListener("abort", () => stream.fail(request.signal.reason));
  return new Response(stream.body, { headers });
}
