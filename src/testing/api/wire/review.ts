/**
 * Reviews: the API answers what is posted, and stores nothing.
 *
 * @module
 */
import { type JsonObject, objectAt, textAt } from "../../../text/json.ts";
import { type AccessAttributes, isAllowed } from "./role_rule.ts";
import { jsonAnswer } from "./answers.ts";
import type { ApiObject } from "../objects/api_object.ts";
import type { Backend } from "./backend.ts";
import type { ResourceRequest } from "./resource_request.ts";
import { apiVersionOf } from "../objects/api_resource.ts";
import { methodNotAllowed } from "../objects/status_error.ts";
import { readObject } from "./write_requests.ts";

/** Answers who the client is, or what a user may do. The rules hold for the client; other users may do nothing. */
export async function review(backend: Backend, asked: ResourceRequest): Promise<Response> {
  if (asked.request.method !== "POST") throw methodNotAllowed();
  const body = await readObject(asked);
  const { kind } = asked.resource;
  const status = kind === "SelfSubjectReview"
    ? { userInfo: { username: backend.user, groups: ["system:authenticated"] } }
    : accessStatus(backend, kind, body);
  return jsonAnswer({ metadata: {}, ...body, kind, apiVersion: apiVersionOf(asked.resource), status }, 201);
}

function accessStatus({ rules, user }: Backend, kind: string, body: ApiObject): JsonObject {
  const wanted = objectAt(body, "spec", "resourceAttributes");
  const of = (field: string) => textAt(wanted, field);
  const access: AccessAttributes = {
    ...{ verb: of("verb"), group: of("group"), resource: of("resource"), subresource: of("subresource") },
    ...{ namespace: of("namespace"), name: of("name") },
  };
  const isClient = kind === "SelfSubjectAccessReview" || textAt(objectAt(body, "spec"), "user") === user;
  return { allowed: isClient && isAllowed(rules, access) };
}
