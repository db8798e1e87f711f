/**
 * Label and field selectors of list and watch.
 *
 * @module
 */
import { valueAt } from "../../../text/json.ts";
import type { StoredObject } from "../objects/api_object.ts";
import type { ApiResource } from "../objects/api_resource.ts";
import { badRequest } from "../objects/status_error.ts";

/** Whether an object is selected. */
export type Selector = (object: StoredObject) => boolean;

type Requirement = (labels: Record<string, string>) => boolean;

/**
 * Reads a label selector: `a=b`, `a==b`, `a!=b`, `a in (b, c)`, `a notin (b)`, `a`, `!a`, joined by commas.
 *
 * @throws {StatusError} 400 if the text has another form.
 */
export function labelSelector(text: string): Selector {
  const requirements = splitOutsideBrackets(text).map(labelRequirement);
  return (object) => requirements.every((matches) => matches(object.metadata.labels ?? {}));
}

function splitOutsideBrackets(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim()).filter((part) => part !== "");
}

function labelRequirement(part: string): Requirement {
  const key = "([A-Za-z0-9][-A-Za-z0-9_./]*)";
  const set = part.match(new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^()]*)\\)$`));
  if (set) return setRequirement(set[1] ?? "", set[2] ?? "", set[3] ?? "");
  const equality = part.match(new RegExp(`^${key}\\s*(=|==|!=)\\s*([-A-Za-z0-9_.]*)$`));
  if (equality) {
    return equalityRequirement(equality[1] ?? "", equality[2] ?? "", equality[3] ?? "");
  }
  const existence = part.match(new RegExp(`^(!?)\\s*${key}$`));
  if (existence) {
    return (labels) => Object.hasOwn(labels, existence[2] ?? "") === (existence[1] === "");
  }
  const found = part.split(/\s+/)[1] ?? part;
  throw badRequest(`unable to parse requirement: found '${found}', expected: in, notin, =, ==, !=, gt, lt`);
}

function setRequirement(key: string, operator: string, list: string): Requirement {
  const values = list.split(",").map((value) => value.trim());
  return (labels) => {
    const isIn = Object.hasOwn(labels, key) &&
      values.includes(labels[key] ?? "");
    return operator === "in" ? isIn : !isIn;
  };
}

/** An object without the label satisfies `!=`, as in the real API. */
function equalityRequirement(key: string, operator: string, value: string): Requirement {
  return (labels) =>
    (Object.hasOwn(labels, key) && labels[key] === value) ===
      (operator !== "!=");
}

/**
 * Reads a field selector: `a=b`, `a==b`, `a!=b`, joined by commas, of fields that the resource offers.
 *
 * @throws {StatusError} 400 if the resource does not offer the field.
 */
export function fieldSelector(text: string, resource: ApiResource): Selector {
  const terms = text.split(",").filter((term) => term !== "").map((term) => fieldTerm(term, resource));
  return (object) => terms.every((matches) => matches(object));
}

function fieldTerm(term: string, resource: ApiResource): Selector {
  const match = term.match(/^([^=!]+)(==|=|!=)(.*)$/);
  if (!match) {
    throw badRequest(`invalid selector: '${term}'; can't understand '${term}'`);
  }
  const [, field = "", operator = "", value = ""] = match;
  const known = ["metadata.name", "metadata.namespace", ...(resource.selectableFields ?? [])];
  if (!known.includes(field)) throw badRequest(unknownField(field, resource));
  return (object) =>
    (String(valueAt(object, ...field.split(".")) ?? "") === value) ===
      (operator !== "!=");
}

/** The real API has another text for built-in kinds without fields of their own. */
function unknownField(field: string, resource: ApiResource): string {
  if (resource.custom || resource.selectableFields) {
    return `field label not supported: ${field}`;
  }
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}
