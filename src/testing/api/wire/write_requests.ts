/**
 * The verbs that write: create, update, patch, delete and deletecollection.
 *
 * @module
 */
import type { JsonObject } from "../../../text/json.ts";
import { jsonAnswer, listBody } from "./answers.ts";
import type { ApiObject } from "../objects/api_object.ts";
import type { Backend } from "./backend.ts";
import { formOfObject, partOf, type ResourceRequest, targetOf } from "./resource_request.ts";
import { selectorOf } from "./list_options.ts";
import { inForm } from "./answer_form.ts";
import { jsonFault, mediaType, parseObject, parsePatch, readBody } from "./request_body.ts";
import { isDryRun } from "./request_options.ts";
import { StatusError, unsupportedMediaType } from "../objects/status_error.ts";

/** The types in the real API's messages; the embedded API reads JSON and merge patches only. */
const BODY_TYPES = ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];
const CUSTOM_PATCH_TYPES = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
];

/** Creates an object. */
export async function create({ writes }: Backend, asked: ResourceRequest): Promise<Response> {
  const dryRun = isDryRun(asked.query.getAll("dryRun"), "CreateOptions");
  const body = await readObject(asked);
  const created = writes.create(targetOf(asked), body, { dryRun, part: "main" });
  return jsonAnswer(inForm(created, formOfObject(asked)), 201);
}

/** Replaces an object. */
export async function update({ writes }: Backend, asked: ResourceRequest): Promise<Response> {
  const dryRun = isDryRun(asked.query.getAll("dryRun"), "UpdateOptions");
  const body = await readObject(asked);
  const updated = writes.update(targetOf(asked), body, { dryRun, part: partOf(asked) });
  return jsonAnswer(inForm(updated, formOfObject(asked)));
}

/** Applies a JSON merge patch. */
export async function patch({ writes }: Backend, asked: ResourceRequest): Promise<Response> {
  const dryRun = isDryRun(asked.query.getAll("dryRun"), "PatchOptions");
  const body = await readPatch(asked);
  const patched = writes.patch(targetOf(asked), body, { dryRun, part: partOf(asked) });
  return jsonAnswer(inForm(patched, formOfObject(asked)));
}

/** Deletes an object. */
export async function remove({ deletion }: Backend, asked: ResourceRequest): Promise<Response> {
  const { options, dryRun } = await deleteOptions(asked);
  return jsonAnswer(inForm(deletion.delete(targetOf(asked), options, dryRun), formOfObject(asked)));
}

/** Deletes all selected objects. */
export async function removeAll({ store, deletion }: Backend, asked: ResourceRequest): Promise<Response> {
  const { resource, path, query } = asked;
  const { options, dryRun } = await deleteOptions(asked);
  const objects = store.list(resource, path.namespace).filter(selectorOf(query, resource));
  for (const { metadata: { namespace = "", name } } of objects) {
    deletion.delete({ resource, namespace, name }, options, dryRun);
  }
  return jsonAnswer(listBody(resource, objects, { version: store.version, form: "object" }));
}

/** Reads the body as an object of the resource's kind. */
export async function readObject({ request, resource }: ResourceRequest): Promise<ApiObject> {
  const text = await readBody(request);
  // As the real API, read a body without a type as JSON.
  if (!["", "application/json"].includes(mediaType(request))) {
    throw unsupportedMediaType(BODY_TYPES);
  }
  return parseObject(text, resource.kind);
}

async function readPatch({ request, resource }: ResourceRequest): Promise<ApiObject> {
  const text = await readBody(request);
  if (mediaType(request) === "application/merge-patch+json") {
    return parsePatch(text);
  }
  if (resource.custom) throw unsupportedMediaType(CUSTOM_PATCH_TYPES);
  throw new StatusError(415, "415: Unsupported Media Type", { reason: "UnsupportedMediaType", details: {} });
}

async function deleteOptions(
  { request, query }: ResourceRequest,
): Promise<{ options: JsonObject; dryRun: boolean }> {
  const text = await readBody(request);
  const fault = text === "" ? undefined : jsonFault(text);
  if (fault !== undefined) {
    throw new StatusError(500, `couldn't get version/kind; json parse error: ${fault}`);
  }
  const options: JsonObject = text === "" ? {} : JSON.parse(text);
  const inBody = Array.isArray(options.dryRun) ? options.dryRun.map(String) : [];
  const dryRun = isDryRun([...query.getAll("dryRun"), ...inBody], "DeleteOptions");
  const propagationPolicy = query.get("propagationPolicy");
  return { options: { ...(propagationPolicy !== null && { propagationPolicy }), ...options }, dryRun };
}
