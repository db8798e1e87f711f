/**
 * Finds errors of a WorkflowSpec that a dry run cannot find, since the Workflow's definition accepts any fields.
 *
 * @module
 */
import { InvalidInputError, type JsonObject } from "../../src/mod.ts";
import { isJsonObject, isNoText, type JsonValue } from "../../src/kube/mod.ts";

/**
 * Finds errors that the controller would report only after the Workflow has been created.
 *
 * @returns warnings, one line for each missing field that the controller's workflowDefaults may supply:
 * https://argo-workflows.readthedocs.io/en/latest/default-workflow-specs/
 * @throws {InvalidInputError} If the spec cannot run with any settings of the controller
 */
export function checkSpec(spec: JsonObject): string[] {
  const templates = objectsOf(spec.templates, "templates");
  const isReference = hasReference(spec);
  if (!isReference && templates.length === 0) {
    throw new InvalidInputError(
      "the manifest has no templates, expected a WorkflowSpec with templates or a workflowTemplateRef",
    );
  }
  checkNames(templates);
  // The referenced WorkflowTemplate may supply entrypoint and parameters.
  if (isReference) return [];
  const entrypoint = entrypointOf(spec, templates);
  return [
    ...entrypoint ? [] : [missing("no entrypoint")],
    ...parametersWithoutValue(spec, entrypoint).map((name) => missing(`no value for the parameter ${name}`)),
  ];
}

function missing(what: string): string {
  return `the manifest has ${what}: the Workflow fails unless the controller's workflowDefaults supply it`;
}

function hasReference({ workflowTemplateRef: reference }: JsonObject): boolean {
  if (reference === undefined || reference === null) return false;
  if (!isJsonObject(reference)) {
    throw new InvalidInputError("the manifest has a workflowTemplateRef that is no object");
  }
  if (typeof reference.name !== "string" || reference.name === "") {
    throw new InvalidInputError("the manifest has a workflowTemplateRef without a name");
  }
  return true;
}

/** A list of objects; empty if the field is absent. */
function objectsOf(list: JsonValue | undefined, path: string): JsonObject[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw new InvalidInputError(`the manifest has ${path} that are no list`);
  return list.map((item, index) => {
    if (isJsonObject(item)) return item;
    throw new InvalidInputError(`the manifest has ${path}[${index}] that is no object`);
  });
}

function checkNames(templates: JsonObject[]): void {
  const seen = new Set<JsonValue>();
  for (const [index, { name }] of templates.entries()) {
    if (typeof name !== "string" || name === "") {
      throw new InvalidInputError(`the manifest has templates[${index}] without a name`);
    }
    if (seen.has(name)) {
      throw new InvalidInputError(`the manifest has two templates named ${JSON.stringify(name)}`);
    }
    seen.add(name);
  }
}

/** The template that the Workflow begins with; `undefined` if the manifest has no entrypoint. */
function entrypointOf({ entrypoint }: JsonObject, templates: JsonObject[]): JsonObject | undefined {
  if (isNoText(entrypoint)) return undefined;
  if (typeof entrypoint !== "string") {
    throw new InvalidInputError(
      "the manifest has an entrypoint that is no text, expected the name of a template",
    );
  }
  const template = templates.find(({ name }) => name === entrypoint);
  if (template) return template;
  const names = templates.map(({ name }) => JSON.stringify(name)).join(", ");
  throw new InvalidInputError(
    `the manifest has the entrypoint ${JSON.stringify(entrypoint)}, expected one of its templates: ${names}`,
  );
}

/** The names of the required parameters that have no value in the manifest. */
function parametersWithoutValue(spec: JsonObject, entrypoint: JsonObject | undefined): string[] {
  const given = parametersOf(spec.arguments, "arguments");
  const inputs = parametersOf(entrypoint?.inputs, "the entrypoint's inputs");
  return [
    ...given.filter((parameter) => !hasValue(parameter, ["value", "valueFrom"]))
      .map(({ name }) => `arguments.${name}`),
    ...inputs.filter((input) => !hasValue(input, ["value", "valueFrom", "default"]))
      .filter((input) => !given.some(({ name }) => name === input.name))
      .map(({ name }) => `${name}, which its entrypoint requires`),
  ];
}

function parametersOf(holder: JsonValue | undefined, path: string): JsonObject[] {
  if (holder === undefined || holder === null) return [];
  if (!isJsonObject(holder)) throw new InvalidInputError(`the manifest has ${path} that are no object`);
  return objectsOf(holder.parameters, `${path}.parameters`);
}

function hasValue(parameter: JsonObject, keys: string[]): boolean {
  return keys.some((key) => parameter[key] !== undefined && parameter[key] !== null);
}
