/**
 * The defaults that the API server sets in an object.
 *
 * @module
 */
import { arrayAt, isJsonObject, type JsonObject, objectAt, textAt } from "../../../text/json.ts";
import type { UnversionedObject } from "./object_store.ts";
import type { ApiResource } from "./api_resource.ts";

/** Returns the object with the real API's defaults; fields that are set stay as they are. */
export function withDefaults(resource: ApiResource, object: UnversionedObject): UnversionedObject {
  const rule = resource.custom ? undefined : KIND_DEFAULTS[resource.kind];
  return rule ? rule(object) : object;
}

const KIND_DEFAULTS: Record<
  string,
  (object: UnversionedObject) => UnversionedObject
> = {
  Namespace: namespaceDefaults,
  Secret: secretDefaults,
  Job: jobDefaults,
  Pod: podDefaults,
  Event: eventDefaults,
};

function eventDefaults(object: UnversionedObject): UnversionedObject {
  const empty = { eventTime: null, firstTimestamp: null, lastTimestamp: null, source: {} };
  return { ...empty, reportingComponent: "", reportingInstance: "", ...object };
}

function namespaceDefaults(object: UnversionedObject): UnversionedObject {
  const labels = { "kubernetes.io/metadata.name": object.metadata.name, ...object.metadata.labels };
  const metadata = { ...object.metadata, labels };
  return {
    ...object,
    metadata,
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active", ...object.status },
  };
}

function secretDefaults(object: UnversionedObject): UnversionedObject {
  const { stringData, ...rest } = object;
  const folded = isJsonObject(stringData) ? Object.entries(stringData) : [];
  const encoded = folded.map(([key, value]) => [key, base64(String(value))]);
  const data = { ...rest.data, ...Object.fromEntries(encoded) };
  return { ...rest, ...(Object.keys(data).length > 0 && { data }), type: rest.type ?? "Opaque" };
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

const JOB_SPEC_DEFAULTS = {
  parallelism: 1,
  completions: 1,
  backoffLimit: 6,
  manualSelector: false,
  completionMode: "NonIndexed",
  suspend: false,
  podReplacementPolicy: "TerminatingOrFailed",
};

function jobDefaults(object: UnversionedObject): UnversionedObject {
  const { uid, name } = object.metadata;
  if (objectAt(object.spec).manualSelector === true) {
    const spec = { ...JOB_SPEC_DEFAULTS, ...object.spec };
    const template = {
      ...objectAt(spec, "template"),
      spec: podSpecDefaults(objectAt(spec, "template", "spec")),
    };
    return { ...object, spec: { ...spec, template }, status: object.status ?? {} };
  }
  const selector = { matchLabels: { "batch.kubernetes.io/controller-uid": uid } };
  const spec: JsonObject = { ...JOB_SPEC_DEFAULTS, selector, ...object.spec };
  const template = objectAt(spec, "template");
  const labels = {
    ...objectAt(template, "metadata", "labels"),
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
    "controller-uid": uid,
    "job-name": name,
  };
  const metadata = { ...objectAt(template, "metadata"), labels };
  spec.template = { ...template, metadata, spec: podSpecDefaults(objectAt(template, "spec")) };
  const own = object.metadata.labels ?? labels as Record<string, string>;
  return { ...object, metadata: { ...object.metadata, labels: own }, spec, status: object.status ?? {} };
}

function podDefaults(object: UnversionedObject): UnversionedObject {
  const spec = { enableServiceLinks: true, ...podSpecDefaults(object.spec ?? {}) };
  return { ...object, spec, status: { phase: "Pending", qosClass: "BestEffort", ...object.status } };
}

function podSpecDefaults(spec: JsonObject): JsonObject {
  const containers = arrayAt(spec, "containers").map((container) => ({
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    resources: {},
    imagePullPolicy: /:(?!latest$)[^/]+$/.test(textAt(container, "image")) ? "IfNotPresent" : "Always",
    ...objectAt(container),
  }));
  return {
    dnsPolicy: "ClusterFirst",
    schedulerName: "default-scheduler",
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...spec,
    ...(containers.length > 0 && { containers }),
  };
}
