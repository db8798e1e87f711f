/**
 * From a request on a resource to its answer.
 *
 * @module
 */
import { textAnswer } from "./answers.ts";
import type { LogOptions } from "../objects/pod_logs.ts";
import { flagOption, numberOption } from "./request_options.ts";
import type { Backend } from "./backend.ts";
import { type ResourceRequest, verbOf } from "./resource_request.ts";
import { get, list, watch } from "./read_requests.ts";
import { review } from "./review.ts";
import { methodNotAllowed, noSuchResource, notFound } from "../objects/status_error.ts";
import { create, patch, remove, removeAll, update } from "./write_requests.ts";

type Verb = (backend: Backend, asked: ResourceRequest) => Response | Promise<Response>;

const COLLECTION_VERBS = ["list", "watch", "create", "deletecollection"];
const VERBS: Record<string, Verb> = {
  ...{ get, list, watch, create, update, patch },
  ...{ delete: remove, deletecollection: removeAll },
};

/**
 * Answers a request on a resource.
 *
 * @throws {StatusError} What the API refuses.
 */
export async function answerResource(backend: Backend, asked: ResourceRequest): Promise<Response> {
  const { path, resource, request } = asked;
  if (resource.review) return await review(backend, asked);
  if (
    path.subresource !== "" &&
    !(path.subresource === "status" && resource.statusSubresource)
  ) {
    return subresource(backend, asked);
  }
  const verb = verbOf(request.method, path, asked.query);
  const answer = VERBS[verb];
  if (resource.namespaced && path.namespace === "" && path.name !== "") {
    throw noSuchResource();
  }
  const onWholeCluster = resource.namespaced && path.namespace === "" &&
    !["list", "watch"].includes(verb);
  if (
    !answer || onWholeCluster ||
    (path.name === "") !== COLLECTION_VERBS.includes(verb)
  ) {
    throw methodNotAllowed();
  }
  return await answer(backend, asked);
}

function subresource({ store, logs }: Backend, asked: ResourceRequest): Response {
  const { path, resource, request, query } = asked;
  if (resource.custom) throw notFound(resource, path.name);
  if (resource.kind !== "Pod" || path.subresource !== "log") {
    throw noSuchResource();
  }
  if (request.method !== "GET") throw methodNotAllowed();
  const pod = store.get(resource, path.namespace, path.name);
  if (!pod) throw notFound(resource, path.name);
  return textAnswer(logs.read(pod, logOptions(query)), 200, "text/plain");
}

function logOptions(query: URLSearchParams): LogOptions {
  return {
    container: query.get("container") ?? "",
    previous: flagOption(query, "previous"),
    timestamps: flagOption(query, "timestamps"),
    tailLines: numberOption(query, "tailLines"),
    limitBytes: numberOption(query, "limitBytes"),
  };
}
