/**
 * The resources of the Kubernetes API, and which of them the embedded API serves.
 *
 * @module
 */

/** One resource of the API: a row of the table that {@link builtinResources} starts. */
export interface ApiResource {
  /** API group; empty for the core group. */
  group: string;
  /** Version, as `v1`. */
  version: string;
  /** Name in the path, as `configmaps`. */
  plural: string;
  /** Kind, as `ConfigMap`. */
  kind: string;
  /** Whether its objects live in a namespace. */
  namespaced: boolean;
  /** Whether a CustomResourceDefinition defines it: the real API's answers differ a little for those. */
  custom: boolean;
  /** Which changes count in `metadata.generation`: of the spec, or of all but metadata. Default: no generation. */
  generation?: "spec" | "all";
  /** Dotted fields that a field selector may name, in addition to `metadata.name` and `metadata.namespace`. */
  selectableFields?: readonly string[];
  /** The rule for names: `subdomain` (253 characters, dots) or `label` (63, no dots). Default `subdomain`. */
  nameRule?: "subdomain" | "label";
  /** Whether `status` can only be written at `/status`. Default false. */
  statusSubresource?: boolean;
  /** Whether the answer to a delete is the object instead of a Status. Default false. */
  answersDeleted?: boolean;
  /** Required fields. Default none. */
  requiredFields?: readonly string[];
  /** Whether it is a review, such as SelfSubjectAccessReview: the API answers it and stores nothing. */
  review?: boolean;
}

const EVENT_FIELDS = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"]
  .map((field) => `involvedObject.${field}`);

function core(plural: string, kind: string, more: Partial<ApiResource> = {}): ApiResource {
  return { group: "", version: "v1", plural, kind, namespaced: true, custom: false, ...more };
}

function argo(plural: string, kind: string): ApiResource {
  const group = "argoproj.io", version = "v1alpha1";
  return {
    group,
    version,
    plural,
    kind,
    namespaced: true,
    custom: true,
    generation: "all",
    requiredFields: ["spec"],
  };
}

function review(group: string, plural: string, kind: string): ApiResource {
  return { ...core(plural, kind, { namespaced: false, review: true }), group };
}

/** The resources that every embedded API serves at first. */
export const builtinResources: readonly ApiResource[] = [
  core("namespaces", "Namespace", {
    namespaced: false,
    nameRule: "label",
    statusSubresource: true,
    selectableFields: ["status.phase", "name"],
  }),
  core("configmaps", "ConfigMap"),
  core("secrets", "Secret", { selectableFields: ["type"] }),
  core("serviceaccounts", "ServiceAccount", { answersDeleted: true }),
  core("resourcequotas", "ResourceQuota", { statusSubresource: true, answersDeleted: true }),
  core("pods", "Pod", {
    generation: "spec",
    statusSubresource: true,
    answersDeleted: true,
    selectableFields: [
      "spec.nodeName",
      "spec.restartPolicy",
      "spec.serviceAccountName",
      "status.phase",
      "status.podIP",
    ],
  }),
  core("events", "Event", {
    selectableFields: [...EVENT_FIELDS, "reason", "reportingComponent", "source", "type"],
  }),
  {
    ...core("jobs", "Job", {
      generation: "spec",
      statusSubresource: true,
      selectableFields: ["status.successful"],
    }),
    group: "batch",
  },
  argo("workflows", "Workflow"),
  argo("workflowtemplates", "WorkflowTemplate"),
  review("authorization.k8s.io", "selfsubjectaccessreviews", "SelfSubjectAccessReview"),
  review("authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview"),
  review("authentication.k8s.io", "selfsubjectreviews", "SelfSubjectReview"),
];

/** The group and version as objects name it: `v1` or `batch/v1`. */
export function apiVersionOf(resource: Pick<ApiResource, "group" | "version">): string {
  return resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
}

/** The resource as messages name it: `configmaps` or `workflows.argoproj.io`. */
export function qualifiedName(resource: Pick<ApiResource, "group" | "plural">): string {
  return resource.group === "" ? resource.plural : `${resource.plural}.${resource.group}`;
}

/** The kind as messages name it: `ConfigMap` or `Workflow.argoproj.io`. */
export function qualifiedKind(resource: Pick<ApiResource, "group" | "kind">): string {
  return resource.group === "" ? resource.kind : `${resource.kind}.${resource.group}`;
}
