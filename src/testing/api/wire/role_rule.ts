/**
 * What a client is allowed to do.
 *
 * @module
 */
import { qualifiedName } from "../objects/api_resource.ts";
import { StatusError } from "../objects/status_error.ts";

/** The attributes of a request on which the rules decide. */
export interface AccessAttributes {
  /** `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`. */
  verb: string;
  /** API group; empty for the core group. */
  group: string;
  /** Plural name of the resource. */
  resource: string;
  /** Part of the object, as `log`; empty for the object itself. */
  subresource: string;
  /** Namespace; empty for the whole cluster. */
  namespace: string;
  /** Name of the object; empty for a collection. */
  name: string;
}

/** A rule that allows requests, as in a Role; `*` stands for all. */
export interface RoleRule {
  /** API groups. Default all. */
  apiGroups?: readonly string[];
  /** Resources, as `pods` or `pods/log`. */
  resources: readonly string[];
  /** Verbs. */
  verbs: readonly string[];
  /** Namespaces in which the rule applies. Default all. */
  namespaces?: readonly string[];
  /** Names of the objects to which the rule applies. Default all. */
  resourceNames?: readonly string[];
}

/** Whether a rule allows the access; without rules everything is allowed. */
export function isAllowed(rules: readonly RoleRule[] | undefined, access: AccessAttributes): boolean {
  return rules === undefined || rules.some((rule) => ruleAllows(rule, access));
}

function ruleAllows(rule: RoleRule, access: AccessAttributes): boolean {
  const has = (list: readonly string[] | undefined, item: string) =>
    !list || list.includes("*") || list.includes(item);
  const resource = access.subresource === "" ? access.resource : `${access.resource}/${access.subresource}`;
  return has(rule.verbs, access.verb) && has(rule.resources, resource) &&
    has(rule.apiGroups, access.group) &&
    has(rule.namespaces, access.namespace) &&
    has(rule.resourceNames, access.name);
}

/** 403: no rule allows the access. */
export function accessDenied(user: string, access: AccessAttributes): StatusError {
  const resource = access.subresource === "" ? access.resource : `${access.resource}/${access.subresource}`;
  const where = access.namespace === "" ? "at the cluster scope" : `in the namespace "${access.namespace}"`;
  const why =
    `User "${user}" cannot ${access.verb} resource "${resource}" in API group "${access.group}" ${where}`;
  const about = { group: access.group, plural: access.resource };
  const what = access.name === "" ? qualifiedName(about) : `${qualifiedName(about)} "${access.name}"`;
  const { name, group, resource: kind } = access;
  const details = { ...(name && { name }), ...(group && { group }), kind };
  return new StatusError(403, `${what} is forbidden: ${why}`, { reason: "Forbidden", details });
}
