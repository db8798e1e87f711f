/**
 * Checks that a client's object is of the kind that the path names, and its fields of that kind's types.
 *
 * @module
 */
import { isJsonObject, objectAt } from "../../../text/json.ts";
import type { ApiObject } from "./api_object.ts";
import { type ApiResource, apiVersionOf } from "./api_resource.ts";
import { badRequest, invalid, invalidField, unrecognizedObject } from "./status_error.ts";

/**
 * Checks the kind, the version, and the types of the fields that tests use.
 *
 * @throws {StatusError} 400 if the object cannot be read as the resource's kind; 422 if a CRD's kind differs.
 */
export function checkKind(resource: ApiResource, body: ApiObject): void {
  if (resource.custom) checkCustomKind(resource, body);
  else checkNativeKind(resource, body);
  for (const fault of FIELD_FAULTS[resource.kind]?.(body) ?? []) {
    const version = apiVersionOf(resource).split("/").at(-1);
    throw badRequest(
      `${resource.kind} in version "${version}" cannot be handled as a ${resource.kind}: ${fault}`,
    );
  }
}

function checkCustomKind(resource: ApiResource, body: ApiObject): void {
  const { kind = "", apiVersion = "" } = body;
  if (kind === "") {
    const text = JSON.stringify(body);
    throw unrecognizedObject(resource.kind, `Object 'Kind' is missing in '${text}'`, text);
  }
  const expected = apiVersionOf(resource);
  if (apiVersion !== expected) {
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  }
  if (kind === resource.kind) return;
  const error = invalidField("kind", kind, `must be ${resource.kind}`);
  throw invalid({ ...resource, kind }, body.metadata?.name ?? "", [error]);
}

/** Kind and version may be missing, since the path names them. */
function checkNativeKind(resource: ApiResource, body: ApiObject): void {
  const expected = apiVersionOf(resource);
  const { kind = resource.kind, apiVersion = expected } = body;
  if (kind === resource.kind && apiVersion === expected) return;
  const why =
    `no kind "${kind}" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:110"`;
  const version = apiVersion.split("/").at(-1);
  throw badRequest(`${kind} in version "${version}" cannot be handled as a ${resource.kind}: ${why}`);
}

const FIELD_FAULTS: Record<string, (body: ApiObject) => string[]> = {
  ConfigMap: (body) => stringFaults(body, "ConfigMap", "data"),
  Secret: (body) => [
    ...stringFaults(body, "Secret", "stringData"),
    ...Object.values(body.data ?? {}).filter((text) => !isBase64(text)).map(
      () => "illegal base64 data at input byte 0",
    ),
  ],
  Job: (body) => numberFaults(body, "JobSpec", ["backoffLimit", "parallelism", "completions"], "int32"),
};

function stringFaults(body: ApiObject, kind: string, field: string): string[] {
  const odd = Object.values(isJsonObject(body[field]) ? body[field] : {})
    .filter((value) => typeof value !== "string");
  return odd.map((value) => {
    return `json: cannot unmarshal ${goTypeOf(value)} into Go struct field ${kind}.${field} of type string`;
  });
}

function numberFaults(body: ApiObject, type: string, fields: readonly string[], goType: string): string[] {
  const spec = objectAt(body, "spec");
  const odd = fields.filter((field) => spec[field] !== undefined && !Number.isInteger(spec[field]));
  return odd.map((field) => {
    return `json: cannot unmarshal ${
      goTypeOf(spec[field])
    } into Go struct field ${type}.spec.${field} of type ${goType}`;
  });
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

function isBase64(text: unknown): boolean {
  return typeof text === "string" && text.length % 4 === 0 &&
    /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
