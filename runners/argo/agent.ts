/**
 * Whether a Workflow needs Argo's agent: the pod that works on `http` and `plugin` templates.
 * https://argo-workflows.readthedocs.io/en/latest/http-template/
 *
 * @module
 */
import { isJsonObject, objectAt, objectsAt, textAt } from "../../src/kube/mod.ts";
import type { JsonObject } from "../../src/mod.ts";

/** Whether a spec needs the agent, as far as the spec tells. */
export interface AgentNeed {
  /** Whether it has an `http` or `plugin` template. */
  isNeeded: boolean;
  /** Names of the WorkflowTemplates that it refers to; their templates are unknown. */
  unknown: string[];
}

/** Examines every template of a WorkflowSpec, inline templates included. */
export function agentNeed(spec: JsonObject): AgentNeed {
  const templates = [...objectsAt(spec, "templates"), objectAt(spec, "templateDefaults")].flatMap(withInline);
  const calls = [{ hooks: spec.hooks }, ...templates.flatMap(callsOf)].flatMap(withHooks);
  const names = [
    textAt(spec, "workflowTemplateRef", "name"),
    ...calls.map((call) => textAt(call, "templateRef", "name")),
  ];
  return {
    isNeeded: templates.some(({ http, plugin }) => isJsonObject(http) || isJsonObject(plugin)),
    unknown: [...new Set(names.filter((name) => name !== ""))],
  };
}

/** A template, and the inline templates of its steps and tasks. */
function withInline(template: JsonObject): JsonObject[] {
  const inline = callsOf(template).map(({ inline }) => inline).filter(isJsonObject);
  return [template, ...inline.flatMap(withInline)];
}

/** The steps and tasks of a template. */
function callsOf({ steps, dag }: JsonObject): JsonObject[] {
  const groups = Array.isArray(steps) ? steps.flat() : [];
  return [...groups.filter(isJsonObject), ...objectsAt(dag, "tasks")];
}

/** A step or task, and its hooks: https://argo-workflows.readthedocs.io/en/latest/lifecyclehook/ */
function withHooks(call: JsonObject): JsonObject[] {
  return [call, ...Object.values(objectAt(call, "hooks")).filter(isJsonObject)];
}
