/**
 * What makes a WorkflowSpec impossible to run and no dry run finds: the Workflow's definition accepts any fields.
 *
 * @module
 */
import { InvalidInputError, isJsonObject, type JsonObject, type JsonValue } from "../../src/mod.ts";

/**
 * Checks what the controller would refuse only after the Workflow has been created.
 *
 * @throws {InvalidInputError} If the templates or parameters do not fit together
 */
export function checkSpec(spec: JsonObject): void {
  const templates = objectsOf(spec.templates, "templates");
  const isReference = hasReference(spec);
  if (!isReference && templates.length === 0) {
    throw new InvalidInputError(
      "the manifest has no templates, expected a WorkflowSpec with templates or a workflowTemplateRef",
    );
  }
  checkNames(templates);
  // With a reference, entrypoint and parameters may come from the WorkflowTemplate.
  if (isReference) return;
  const entrypoint = entrypointOf(spec, templates);
  checkParameters(spec, entrypoint);
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

/** A list of objects, or nothing. */
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

function entrypointOf(spec: JsonObject, templates: JsonObject[]): JsonObject {
  const { entrypoint } = spec;
  if (typeof entrypoint !== "string" || entrypoint === "") {
    throw new InvalidInputError("the manifest has no entrypoint, expected the name of a template");
  }
  const template = templates.find(({ name }) => name === entrypoint);
  if (template) return template;
  const names = templates.map(({ name }) => JSON.stringify(name)).join(", ");
  throw new InvalidInputError(
    `the manifest has the entrypoint ${JSON.stringify(entrypoint)}, expected one of its templates: ${names}`,
  );
}

function checkParameters(spec: JsonObject, entrypoint: JsonObject): void {
  const given = parametersOf(spec.arguments, "arguments");
  for (const parameter of given) {
    if (hasValue(parameter, ["value", "valueFrom"])) continue;
    throw new InvalidInputError(`the manifest has no value for the parameter arguments.${parameter.name}`);
  }
  for (const input of parametersOf(entrypoint.inputs, "the entrypoint's inputs")) {
    if (hasValue(input, ["value", "valueFrom", "default"])) continue;
    if (given.some(({ name }) => name === input.name)) continue;
    throw new InvalidInputError(
      `the manifest has no value for the parameter ${input.name}, which its entrypoint requires`,
    );
  }
}

function parametersOf(holder: JsonValue | undefined, path: string): JsonObject[] {
  if (holder === undefined || holder === null) return [];
  if (!isJsonObject(holder)) throw new InvalidInputError(`the manifest has ${path} that are no object`);
  return objectsOf(holder.parameters, `${path}.parameters`);
}

function hasValue(parameter: JsonObject, keys: string[]): boolean {
  return keys.some((key) => parameter[key] !== undefined && parameter[key] !== null);
}
