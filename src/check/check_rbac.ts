/**
 * Whether the API server allows what a run needs.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { type JsonObject, valueAt } from "../text/json.ts";
import type { RbacRule } from "../kube/rbac_rule.ts";
import type { KubeClient } from "../kube/client.ts";
import type { ExecutionContext } from "../runner.ts";
import { type CheckItem, missing, notChecked, ok, warning } from "./check_item.ts";
import { accountUser } from "./check_server.ts";

const ITEM = "access";
const REVIEWS = "/apis/authorization.k8s.io/v1";

/** Options of {@linkcode checkRbac}. */
export interface CheckRbacOptions {
  context: ExecutionContext;
  /** The runner's user name at the API server; `undefined` if that is not known. */
  user: string | undefined;
  signal: AbortSignal;
}

/** Asks the API server about every rule. Returns an item for each rule, in the same order. */
export async function checkRbac(
  kube: KubeClient,
  rules: RbacRule[],
  options: CheckRbacOptions,
): Promise<CheckItem[]> {
  return await Promise.all(rules.map((rule) => checkRule(kube, rule, options)));
}

async function checkRule(
  kube: KubeClient,
  rule: RbacRule,
  options: CheckRbacOptions,
): Promise<CheckItem> {
  const { program } = options.context;
  try {
    const denied = await deniedVerbs(kube, rule, options);
    if (denied.length === 0) {
      return ok(ITEM, `${textOf(rule, rule.verbs)}: ${rule.purpose}${onlyIfText(rule)}`);
    }
    if (rule.orVerbs && (await deniedVerbs(kube, { ...rule, verbs: rule.orVerbs }, options)).length === 0) {
      return ok(ITEM, `${textOf(rule, rule.orVerbs)}: ${rule.purpose}${onlyIfText(rule)}`);
    }
    const what = `${rule.ofWork ? "the work " : ""}may not ${textOf(rule, denied)}, needed ${rule.purpose}`;
    const message = `${what}${onlyIfText(rule)}; ${program} rbac prints the Role`;
    if (rule.optional || rule.onlyIf) return warning(ITEM, message);
    return missing(ITEM, message, rule.ofWork ? "WorkFailed" : "NotAllowed");
  } catch (error) {
    return notChecked(ITEM, `${textOf(rule, rule.verbs)}: ${messageOf(error)}`);
  }
}

function onlyIfText({ onlyIf }: RbacRule): string {
  return onlyIf ? `, only if ${onlyIf}` : "";
}

/** `get, list pods "x"`. */
function textOf({ apiGroup, resource, name }: RbacRule, verbs: string[]): string {
  const group = apiGroup === "" ? "" : `.${apiGroup}`;
  return `${verbs.join(", ")} ${resource}${group}${name === undefined ? "" : ` "${name}"`}`;
}

async function deniedVerbs(
  kube: KubeClient,
  rule: RbacRule,
  options: CheckRbacOptions,
): Promise<string[]> {
  const answers = await Promise.all(rule.verbs.map((verb) => isAllowed(kube, { rule, verb }, options)));
  return rule.verbs.filter((_verb, index) => !answers[index]);
}

async function isAllowed(
  kube: KubeClient,
  { rule, verb }: { rule: RbacRule; verb: string },
  { context, user, signal }: CheckRbacOptions,
): Promise<boolean> {
  const { kind, plural, subject } = reviewOf(rule, context, user);
  const question = {
    apiVersion: "authorization.k8s.io/v1",
    kind,
    spec: { ...subject, resourceAttributes: attributesOf(rule, verb, context.platform.namespace) },
  };
  const allowed = valueAt(await kube.ask(`${REVIEWS}/${plural}`, { question, signal }), "status", "allowed");
  if (typeof allowed !== "boolean") throw new Error("the answer is no review");
  return allowed;
}

/** A review of the work's account for a rule of the work, unless the runner has that account. */
function reviewOf({ ofWork }: RbacRule, { platform }: ExecutionContext, user: string | undefined) {
  const account = accountUser(platform);
  if (!ofWork || user === account) {
    return { kind: "SelfSubjectAccessReview", plural: "selfsubjectaccessreviews", subject: {} };
  }
  // https://kubernetes.io/docs/reference/access-authn-authz/authentication/#service-account-tokens
  const groups = [
    "system:serviceaccounts",
    `system:serviceaccounts:${platform.namespace}`,
    "system:authenticated",
  ];
  return { kind: "SubjectAccessReview", plural: "subjectaccessreviews", subject: { user: account, groups } };
}

function attributesOf({ apiGroup, resource, name }: RbacRule, verb: string, namespace: string): JsonObject {
  const [plural = "", subresource] = resource.split("/");
  return { namespace, verb, group: apiGroup, resource: plural, subresource, name };
}
