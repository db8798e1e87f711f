/**
 * The API server's validation of objects, as far as tests need it.
 *
 * @module
 */
import { arrayAt, isJsonObject, textAt, valueAt } from "../../../text/json.ts";
import type { StoredObject } from "./api_object.ts";
import { sameJson } from "./merge_patch.ts";
import type { UnversionedObject } from "./object_store.ts";
import type { ApiResource } from "./api_resource.ts";
import { type FieldError, invalid, invalidField, requiredField } from "./status_error.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', " +
  "and must start and end with an alphanumeric character (e.g. 'example.com', " +
  `regex used for validation is '${LABEL}(\\.${LABEL})*')`;
const DOTS = "must not contain dots";
const LABEL_RULE = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', " +
  "and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', " +
  `regex used for validation is '${LABEL}')`;
const LABEL_VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', " +
  "and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', " +
  "regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/apis/core/types.go: MaxSecretSize */
const MAX_DATA_BYTES = 1024 * 1024;

/**
 * Checks an object before it is written; `previous` is the stored object that it replaces.
 *
 * @throws {StatusError} 422 with all causes if the object breaks a rule.
 */
export function validateObject(
  resource: ApiResource,
  object: UnversionedObject,
  previous?: StoredObject,
): void {
  const kindErrors = KIND_RULES[resource.kind]?.(object, previous) ?? [];
  const errors = [
    ...nameErrors(resource, object),
    ...labelErrors(object),
    ...keyErrors(object),
    ...finalizerErrors(object, previous),
    ...(resource.requiredFields ?? []).filter((field) => object[field] === undefined)
      .map((field) => requiredField(field, "")),
    ...kindErrors,
  ];
  if (errors.length > 0) throw invalid(resource, object.metadata.name, errors);
}

function nameErrors(resource: ApiResource, object: UnversionedObject): FieldError[] {
  const isLabel = resource.nameRule === "label";
  const { name } = object.metadata;
  const maxLength = isLabel ? 63 : 253;
  const pattern = new RegExp(isLabel ? `^${LABEL}$` : `^${LABEL}(\\.${LABEL})*$`);
  const wrong: string[] = [];
  if (name.length > maxLength) {
    wrong.push(`must be no more than ${maxLength} characters`);
  }
  if (isLabel && name.includes(".")) wrong.push(DOTS);
  else if (!pattern.test(name)) wrong.push(isLabel ? LABEL_RULE : SUBDOMAIN_RULE);
  return wrong.map((why) => invalidField("metadata.name", name, why));
}

const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

function keyErrors({ metadata }: UnversionedObject): FieldError[] {
  return (["labels", "annotations"] as const).flatMap((field) => {
    const keys = Object.keys(metadata[field] ?? {});
    const odd = keys.filter((key) =>
      !/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(key.replace(/^[^/]*\//, ""))
    );
    return odd.map((key) => invalidField(`metadata.${field}`, key, NAME_PART));
  });
}

function finalizerErrors({ metadata }: UnversionedObject, previous?: StoredObject): FieldError[] {
  if (previous?.metadata.deletionTimestamp === undefined) return [];
  const added = (metadata.finalizers ?? []).filter((each) => !previous.metadata.finalizers?.includes(each));
  if (added.length === 0) return [];
  const why = "no new finalizers can be added if the object is being deleted, found new finalizers";
  const message = `Forbidden: ${why} []string{${added.map((each) => JSON.stringify(each)).join(", ")}}`;
  return [{ reason: "FieldValueForbidden", message, field: "metadata.finalizers" }];
}

function labelErrors(object: UnversionedObject): FieldError[] {
  const values = Object.values(object.metadata.labels ?? {});
  const long = values.filter((value) => value.length > 63)
    .map((value) => invalidField("metadata.labels", value, "must be no more than 63 characters"));
  const odd = values.filter((value) => !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value))
    .map((value) => invalidField("metadata.labels", value, LABEL_VALUE_RULE));
  return [...long, ...odd];
}

type KindRule = (object: UnversionedObject, previous?: StoredObject) => FieldError[];

const KIND_RULES: Record<string, KindRule> = {
  ConfigMap: (object, previous) => [
    ...immutableErrors(object, previous),
    ...dataKeyErrors(object),
    ...configMapSizeErrors(object),
  ],
  Secret: (object, previous) => [
    ...secretTypeErrors(object, previous),
    ...immutableErrors(object, previous),
    ...dataKeyErrors(object),
  ],
  Job: (object, previous) => previous ? jobChangeErrors(object, previous) : jobErrors(object),
};

function immutableErrors(object: UnversionedObject, previous?: StoredObject): FieldError[] {
  if (previous?.immutable !== true) return [];
  const why = "field is immutable when `immutable` is set";
  const forbiddenField = (field: string) => ({
    reason: "FieldValueForbidden",
    message: `Forbidden: ${why}`,
    field,
  });
  const changed = ["data", "binaryData"].filter((field) =>
    !sameJson(object[field] ?? {}, previous[field] ?? {})
  );
  return [...(object.immutable === true ? [] : ["immutable"]), ...changed].map(forbiddenField);
}

function dataKeyErrors(object: UnversionedObject): FieldError[] {
  const rule =
    "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or " +
    "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  const odd = Object.keys(object.data ?? {}).filter((key) => !/^[-._a-zA-Z0-9]+$/.test(key));
  return odd.map((key) => invalidField(`data[${key}]`, key, rule));
}

function configMapSizeErrors(object: UnversionedObject): FieldError[] {
  const values = [object.data, object.binaryData].filter(isJsonObject).flatMap(Object.values);
  const bytes = values.reduce<number>(
    (sum, value) => sum + new TextEncoder().encode(String(value)).length,
    0,
  );
  if (bytes <= MAX_DATA_BYTES) return [];
  const message = `Too long: may not be more than ${MAX_DATA_BYTES} bytes`;
  return [{ reason: "FieldValueTooLong", message, field: "[]" }];
}

function secretTypeErrors(object: UnversionedObject, previous?: StoredObject): FieldError[] {
  if (!previous || previous.type === object.type) return [];
  return [invalidField("type", object.type, "field is immutable")];
}

function jobErrors(object: UnversionedObject): FieldError[] {
  const pod = valueAt(object, "spec", "template", "spec");
  const errors: FieldError[] = [];
  if (arrayAt(pod, "containers").length === 0) {
    errors.push(requiredField("spec.template.spec.containers", ""));
  }
  const policy = textAt(pod, "restartPolicy");
  if (policy === "OnFailure" || policy === "Never") return errors;
  const message = policy === "" || policy === "Always"
    ? `Required value: valid values: "OnFailure", "Never"`
    : `Unsupported value: "${policy}": supported values: "OnFailure", "Never"`;
  const reason = policy === "" || policy === "Always" ? "FieldValueRequired" : "FieldValueNotSupported";
  return [...errors, { reason, message, field: "spec.template.spec.restartPolicy" }];
}

function jobChangeErrors(object: UnversionedObject, previous: StoredObject): FieldError[] {
  const fields = ["template", "completions", "selector"].filter((field) => {
    return !sameJson(valueAt(object, "spec", field), valueAt(previous, "spec", field));
  });
  return fields.map((field) =>
    invalidField(`spec.${field}`, valueAt(object, "spec", field), "field is immutable")
  );
}
