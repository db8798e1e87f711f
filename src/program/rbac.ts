/**
 * The output of `rbac`: the Role of a run, and its RoleBinding.
 *
 * @module
 */
import { stringify } from "@std/yaml/stringify";
import type { RbacRule } from "../kube/rbac_rule.ts";
import type { ExecutionContext } from "../runner.ts";

const API_GROUP = "rbac.authorization.k8s.io";
/** Maximum length of a comment line, in characters. */
const MAX_LINE_LENGTH = 110;

/**
 * The Role with these rules and the RoleBinding that gives it to the run's service account, as YAML for
 * `kubectl apply -f -`. Both have the run's name.
 */
export function rbacText(rules: RbacRule[], context: ExecutionContext): string {
  const { name, platform: { namespace, serviceAccountName } } = context;
  const apiVersion = `${API_GROUP}/v1`;
  const metadata = { name, namespace };
  const roleRef = { apiGroup: API_GROUP, kind: "Role", name };
  const subjects = [{ kind: "ServiceAccount", name: serviceAccountName, namespace }];
  const isNeeded = ({ optional, onlyIf }: RbacRule) => !optional && !onlyIf;
  const byNeed = [...rules.filter(isNeeded), ...rules.filter((rule) => !isNeeded(rule))];
  return [
    ...comment(
      `What ${context.program} needs for a run with these settings. The work runs under the same account: what ` +
        "the work itself asks of the API server comes on top. Without an optional rule verdict, status and exit code " +
        "are the same; the run only tells less, or later.",
      "",
    ),
    ...yamlLines({ apiVersion, kind: "Role", metadata }),
    "rules:",
    ...byNeed.flatMap(ruleLines),
    "---",
    ...yamlLines({ apiVersion, kind: "RoleBinding", metadata, roleRef, subjects }),
    "",
  ].join("\n");
}

function ruleLines(rule: RbacRule): string[] {
  const { purpose, orVerbs, onlyIf, optional } = rule;
  const instead = orVerbs ? `; ${orVerbs.join(" and ")} would do as well` : "";
  const condition = onlyIf ? `Only if ${onlyIf}: ` : optional ? "Optional: " : "";
  const indent = onlyIf ? "  # " : "  ";
  return [
    ...comment(`${condition}${purpose}${instead}`, "  "),
    ...yamlLines([policyRule(rule)], { flowLevel: 2 }).map((line) => indent + line),
  ];
}

/** https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/role-v1/ */
function policyRule({ apiGroup, resource, name, verbs }: RbacRule): Record<string, string[]> {
  return {
    apiGroups: [apiGroup],
    resources: [resource],
    ...(name === undefined ? {} : { resourceNames: [name] }),
    verbs,
  };
}

/** Matches texts that need quotes: kubectl, which reads YAML 1.1, would read them as a number or a boolean. */
const NO_TEXT_IN_YAML_1_1 = /(?<=^|[ [])(\d[\w.-]*|y|n|yes|no|on|off)(?=$|[\],])/gim;

function yamlLines(value: unknown, options: { flowLevel?: number } = {}): string[] {
  const text = stringify(value, { ...options, lineWidth: -1 });
  return text.trimEnd().replace(NO_TEXT_IN_YAML_1_1, "'$1'").split("\n");
}

/** Formats a text as comment lines. */
function comment(text: string, indent: string): string[] {
  const lines: string[] = [];
  let line = `${indent}#`;
  for (const word of text.split(" ")) {
    if (line.length + 1 + word.length > MAX_LINE_LENGTH) {
      lines.push(line);
      line = `${indent}#`;
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
