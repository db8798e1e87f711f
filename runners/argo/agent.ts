/**
 * Whether a Workflow needs Argo's agent: the pod that works on `http` and `plugin` templates.
 * https://argo-workflows.readthedocs.io/en/latest/http-template/
 *
 * @module
 */
import { isJsonObject, objectAt, objectsAt, textAt } from "../../src/kube/mod.ts";
import type { JsonObject } from "../../src/mod.ts";

/** What a spec tells of the agent. */
export interface AgentNeed {
  /** It has such a template. */
  isNeeded: boolean;
  /** Names of WorkflowTemplates that it refers to, whose templates it does not tell. */
  unknown: string[];
}

/** Looks at every template of a WorkflowSpec, wherever it stands. */
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

/** A template, and those that stand in its steps and tasks. */
function withInline(template: JsonObject): JsonObject[] {
  const inline = callsOf(template).map(({ inline }) => inline).filter(isJsonObject);
  return [template, ...inline.flatMap(withInline)];
}

/** The steps and tasks of a template. */
function callsOf({ steps, dag }: JsonObject): JsonObject[] {
  const groups = Array.isArray(steps) ? steps.flat() : [];
  return [...groups.filter(isJsonObject), ...objectsAt(dag, "tasks")];
}

/** A step or task, and what it calls at its end or at an event: https://argo-workflows.readthedocs.io/en/latest/lifecyclehook/ */
function withHooks(call: JsonObject): JsonObject[] {
  return [call, ...Object.values(objectAt(call, "hooks")).filter(isJsonObject)];
}
