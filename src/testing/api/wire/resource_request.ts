/**
 * A request on a resource: what it wants to do, to which object, and how it wants to be answered.
 *
 * @module
 */
import type { ApiResource } from "../objects/api_resource.ts";
import type { Target } from "../objects/target.ts";
import { type AnswerForm, formFor, parseAccept } from "./answer_form.ts";
import type { ApiPath } from "./api_path.ts";
import { flagOption } from "./request_options.ts";
import type { AccessAttributes } from "./role_rule.ts";

/** A request whose path names a resource that is served. */
export interface ResourceRequest {
  request: Request;
  path: ApiPath;
  resource: ApiResource;
  query: URLSearchParams;
}

export function verbOf(method: string, path: ApiPath, query: URLSearchParams): string {
  if (method === "GET" || method === "HEAD") {
    if (path.name !== "") return "get";
    return flagOption(query, "watch") ? "watch" : "list";
  }
  if (method === "DELETE") {
    return path.name === "" ? "deletecollection" : "delete";
  }
  return ({ POST: "create", PUT: "update", PATCH: "patch" } as Record<
    string,
    string
  >)[method] ??
    method.toLowerCase();
}

/** What a request wants to do. A list or watch that selects one name has that name, as a get has. */
export function accessOf(method: string, path: ApiPath, query: URLSearchParams): AccessAttributes {
  const verb = verbOf(method, path, query);
  const [, selected = ""] = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get("fieldSelector") ?? "") ?? [];
  const name = ["list", "watch", "deletecollection"].includes(verb) ? selected : path.name;
  return { ...path, verb, name, resource: path.plural };
}

/** The object that the request names. */
export function targetOf({ resource, path }: ResourceRequest): Target {
  return { resource, namespace: path.namespace, name: path.name };
}

/** Which part of the object the request writes. */
export function partOf({ path }: ResourceRequest): "main" | "status" {
  return path.subresource === "status" ? "status" : "main";
}

/** The form in which the request wants one object. */
export function formOfObject({ request, resource }: ResourceRequest): AnswerForm {
  return formFor(parseAccept(request.headers.get("accept")), { isList: false, isCustom: resource.custom });
}
