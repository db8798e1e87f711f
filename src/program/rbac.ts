/**
 * What `rbac` prints: the Role of a run, and who has it.
 *
 * @module
 */
import type { RbacRule } from "../kube/rbac_rule.ts";
import type { ExecutionContext } from "../runner.ts";

/** Longest line of a comment, in characters. */
const MAX_LINE_LENGTH = 110;
/** Plain texts that YAML, of whatever version, takes for something else. */
const YAML_WORDS = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];

/**
 * The Role with these rules, and the RoleBinding that gives it to the run's service account: YAML, as
 * `kubectl apply -f -` takes it. Both have the run's name.
 */
export function rbacText(rules: RbacRule[], context: ExecutionContext): string {
  const { name, platform: { namespace, serviceAccountName } } = context;
  const metadata = ["metadata:", `  name: ${plain(name)}`, `  namespace: ${plain(namespace)}`];
  const isNeeded = ({ optional, onlyIf }: RbacRule) => !optional && !onlyIf;
  const byNeed = [...rules.filter(isNeeded), ...rules.filter((rule) => !isNeeded(rule))];
  return [
    ...comment(
      `What ${context.program} needs for a run with these settings. The work runs under the same account: what ` +
        "the work itself asks of the API server comes on top. Without an optional rule verdict, status and exit code " +
        "are the same; the run only tells less, or later.",
      "",
    ),
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: Role",
    ...metadata,
    "rules:",
    ...byNeed.flatMap(ruleLines),
    "---",
    "apiVersion: rbac.authorization.k8s.io/v1",
    "kind: RoleBinding",
    ...metadata,
    "roleRef:",
    "  apiGroup: rbac.authorization.k8s.io",
    "  kind: Role",
    `  name: ${plain(name)}`,
    "subjects:",
    "  - kind: ServiceAccount",
    `    name: ${plain(serviceAccountName)}`,
    `    namespace: ${plain(namespace)}`,
    "",
  ].join("\n");
}

function ruleLines(rule: RbacRule): string[] {
  const { purpose, orVerbs, onlyIf, optional } = rule;
  const instead = orVerbs ? `; ${orVerbs.join(" and ")} would do as well` : "";
  const condition = onlyIf ? `Only if ${onlyIf}: ` : optional ? "Optional: " : "";
  const lines = grantLines(rule);
  return [
    ...comment(`${condition}${purpose}${instead}`, "  "),
    ...(onlyIf ? lines.map((line) => line.replace("  ", "  # ")) : lines),
  ];
}

function grantLines({ apiGroup, resource, name, verbs }: RbacRule): string[] {
  return [
    `  - apiGroups: [${plain(apiGroup)}]`,
    `    resources: [${plain(resource)}]`,
    ...(name === undefined ? [] : [`    resourceNames: [${plain(name)}]`]),
    `    verbs: [${verbs.map(plain).join(", ")}]`,
  ];
}

/** A text as lines of a comment. */
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

/** A name as it stands in YAML: in quotes where it might be taken for another type. */
function plain(text: string): string {
  return /^[a-z][a-z0-9./-]*$/.test(text) && !YAML_WORDS.includes(text) ? text : JSON.stringify(text);
}
