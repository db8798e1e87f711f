/**
 * What a simulated workflow is to do: its own spec or that of a WorkflowTemplate, and whether it can be done.
 *
 * @module
 */
import { arrayAt, type JsonObject, type JsonValue, objectAt, textAt } from "../text/json.ts";
import type { StoredObject } from "./api/objects/api_object.ts";

/** The spec to carry out, or why there is none. */
export type ResolvedSpec = { spec: JsonObject } | { error: string };

/**
 * The spec of the workflow, over that of the WorkflowTemplate that it refers to.
 *
 * @param find the WorkflowTemplate of a name in the workflow's namespace, or undefined.
 */
export function resolveSpec(
  workflow: StoredObject,
  find: (name: string) => StoredObject | undefined,
): ResolvedSpec {
  const { workflowTemplateRef, ...own } = workflow.spec ?? {};
  if (workflowTemplateRef === undefined) return { spec: own };
  const name = textAt(workflowTemplateRef, "name");
  const template = find(name);
  if (!template) return { error: `workflowtemplates.argoproj.io "${name}" not found` };
  const parameters = mergedParameters(template.spec, own);
  return { spec: { ...template.spec, ...own, arguments: { ...objectAt(own, "arguments"), parameters } } };
}

function mergedParameters(base: JsonObject | undefined, own: JsonObject): JsonValue[] {
  const given = arrayAt(own, "arguments", "parameters");
  const names = given.map((parameter) => textAt(parameter, "name"));
  const rest = arrayAt(base, "arguments", "parameters").filter((each) =>
    !names.includes(textAt(each, "name"))
  );
  return [...given, ...rest];
}

/**
 * Why Argo refuses the spec, or undefined. The order and the texts are those of
 * {@link https://github.com/argoproj/argo-workflows/blob/v3.7.4/workflow/validate/validate.go}.
 */
export function specFault(name: string, spec: JsonObject): string | undefined {
  if (name.length > 63) {
    return `workflow name "${name}" must not be more than 63 characters long (currently ${name.length})`;
  }
  const names = arrayAt(spec, "templates").map((template) => textAt(template, "name"));
  const repeated = names.findIndex((each, index) => names.indexOf(each) < index);
  if (repeated >= 0) return `spec.templates[${repeated}].name '${names[repeated]}' is not unique`;
  const entrypoint = textAt(spec, "entrypoint");
  const empty = arrayAt(spec, "arguments", "parameters").map((each) => objectAt(each))
    .find((parameter) => parameter.value === undefined && parameter.valueFrom === undefined);
  if (empty) {
    const field = `spec.arguments.${textAt(empty, "name")}`;
    return `${field}.value or ${field}.valueFrom is required`;
  }
  if (entrypoint === "") return "spec.entrypoint is required";
  if (!names.includes(entrypoint)) return `template name '${entrypoint}' undefined`;
  return templateFault(spec, names);
}

function templateFault(spec: JsonObject, names: readonly string[]): string | undefined {
  for (const template of arrayAt(spec, "templates")) {
    const within = `templates.${textAt(template, "name")}`;
    for (const [index, steps] of arrayAt(template, "steps").entries()) {
      const odd = (Array.isArray(steps) ? steps : []).find((step) => isUndefined(step, names));
      if (odd) {
        return `${within}.steps[${index}].${textAt(odd, "name")} template name '${
          textAt(odd, "template")
        }' undefined`;
      }
    }
    const odd = arrayAt(template, "dag", "tasks").find((task) => isUndefined(task, names));
    if (odd) {
      return `${within}.tasks.${textAt(odd, "name")} template name '${textAt(odd, "template")}' undefined`;
    }
  }
  return undefined;
}

function isUndefined(step: unknown, names: readonly string[]): boolean {
  const name = textAt(step, "template");
  return name !== "" && !names.includes(name);
}
