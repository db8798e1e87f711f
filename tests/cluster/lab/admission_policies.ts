/**
 * Policies of a test's own, for its namespace alone.
 *
 * @module
 */
import { eventually, type Space } from "./cluster.ts";
import { type AnyObject, create, remove } from "./objects.ts";

const ADMISSION = "admissionregistration.k8s.io/v1";
/** How long the API server may take to see a new policy, milliseconds. */
const POLICY_MS = 60_000;

/** Does `action` while the API server refuses all that does not fulfil an expression in the namespace. */
export async function withPolicy(
  { namespace }: Space,
  expression: string,
  action: () => Promise<void>,
): Promise<void> {
  const metadata = { name: namespace };
  const rule = {
    apiGroups: ["", "batch", "argoproj.io"],
    apiVersions: ["*"],
    resources: ["configmaps", "secrets", "jobs", "workflows"],
    operations: ["CREATE", "UPDATE"],
  };
  const namespaceSelector = { matchLabels: { "kubernetes.io/metadata.name": namespace } };
  const policy = {
    apiVersion: ADMISSION,
    kind: "ValidatingAdmissionPolicy",
    metadata,
    spec: { matchConstraints: { namespaceSelector, resourceRules: [rule] }, validations: [{ expression }] },
  };
  const binding = {
    apiVersion: ADMISSION,
    kind: "ValidatingAdmissionPolicyBinding",
    metadata,
    spec: { policyName: namespace, validationActions: ["Deny"] },
  };
  try {
    await create(policy);
    await create(binding);
    await eventually("the policy counts", POLICY_MS, () => isDenied(namespace));
    await action();
  } finally {
    await remove(binding);
    await remove(policy);
  }
}

async function isDenied(namespace: string): Promise<true | undefined> {
  const probe: AnyObject = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "probe", namespace } };
  try {
    await create(probe, "All");
  } catch (error) {
    return String(error).includes("denied request") ? true : undefined;
  }
}
