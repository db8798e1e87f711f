/**
 * Parses manifests in the three forms that users write, for runners whose work is one object.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import { isJsonObject, isNoText, type JsonObject, type JsonValue, saysNothing } from "../text/json.ts";
import type { KubeObject } from "../kube/client.ts";
import { RUN_ID_ANNOTATION, SPEC_HASH_ANNOTATION, STOPPED_BY_ANNOTATION } from "../object/ownership.ts";
import { nameProblem } from "../text/names.ts";
import type { ExecutionContext } from "../runner.ts";

/** The kind of object that a manifest is for. */
export interface WorkKind {
  /** For example `batch/v1`. */
  apiVersion: string;
  /** For example `Job`. */
  kind: string;
  /** The key of the second form: `job` for `{job: spec}`. */
  key: string;
  /** Maximum length of such an object's name, in characters. */
  maxNameLength: number;
  /** Labels in which the kind's controller writes the result: they are removed from the manifest. */
  resultLabels?: readonly string[];
}

/** The object of a manifest, with the warnings. */
export interface ParsedWork {
  /** The object to create. */
  object: KubeObject & { spec: JsonObject };
  /** Warnings, one per line: what is overruled or dropped from the manifest. */
  warnings: string[];
}

/** Minimum time to live, in seconds: an object that is deleted sooner may be gone before the run reads it again. */
const SAFE_TTL_SECONDS = 60;
/** Annotations of an earlier run, in a manifest that was read from a cluster. */
const RUN_ANNOTATIONS = [RUN_ID_ANNOTATION, SPEC_HASH_ANNOTATION, STOPPED_BY_ANNOTATION];
/** Fields of metadata that the API server or the context sets: the manifest may only have them empty. */
const FOREIGN_METADATA = [
  "uid",
  "resourceVersion",
  "ownerReferences",
  "finalizers",
  "creationTimestamp",
  "generation",
];

/**
 * Makes the object of a run, named after the context, from a manifest in any of three forms: a bare spec,
 * `{<key>: spec}`, or a whole object.
 *
 * @throws {InvalidInputError} If the manifest has none of these forms or names another object
 */
export function parseWork(manifest: JsonObject, context: ExecutionContext, of: WorkKind): ParsedWork {
  const problem = nameProblem(context.name, of.maxNameLength);
  if (problem) throw new InvalidInputError(`the name of a ${of.kind}: ${problem}`);
  const { metadata, spec, warnings } = partsOf(manifest, context, of);
  const { apiVersion, kind } = of;
  const { namespace } = context.platform;
  return {
    object: { apiVersion, kind, metadata: { ...metadata, name: context.name, namespace }, spec },
    warnings,
  };
}

/** Warns if the context's service account replaces a different account in the manifest. */
export function overruledAccount(given: JsonValue | undefined, { platform }: ExecutionContext): string[] {
  const { serviceAccountName } = platform;
  if (isNoText(given) || given === serviceAccountName) return [];
  return [`the manifest's serviceAccountName ${text(given)} is overruled by ${text(serviceAccountName)}`];
}

/** Removes the keys that hold the result of earlier work. Returns the rest and the removed keys. */
export function without(
  object: JsonObject,
  keys: readonly string[] = [],
): { kept: JsonObject; dropped: string[] } {
  const kept = Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
  return { kept, dropped: keys.filter((key) => key in object) };
}

/** Warns of each removed key, with its path in the manifest. */
export function droppedResults(path: string, keys: string[]): string[] {
  return keys.map((key) =>
    `the manifest's ${path} ${text(key)} is dropped: it tells of work that was done before`
  );
}

/** Warns of a time to live that is so short that the object may be deleted before a run has read its verdict. */
export function shortTtl(path: string, seconds: JsonValue | undefined): string[] {
  if (typeof seconds !== "number" || seconds >= SAFE_TTL_SECONDS) return [];
  return [
    `the manifest's ${path} is ${seconds}: a run that is cut off for that long learns no verdict, ` +
    `${SAFE_TTL_SECONDS} or more are safer`,
  ];
}

interface Parts extends Pick<ParsedWork, "warnings"> {
  metadata: JsonObject;
  spec: JsonObject;
}

function partsOf(manifest: JsonObject, context: ExecutionContext, of: WorkKind): Parts {
  if (!isNoText(manifest.kind) || !isNoText(manifest.apiVersion) || !saysNothing(manifest.metadata)) {
    return partsOfWhole(manifest, context, of);
  }
  const { [of.key]: inner, ...rest } = manifest;
  const others = Object.keys(rest).filter((key) => !saysNothing(rest[key]));
  if (inner === undefined || (inner === null && others.length > 0)) {
    return { metadata: {}, spec: rest, warnings: [] };
  }
  if (others.length > 0) {
    throw new InvalidInputError(`the manifest has beside ${of.key} the unknown ${others.join(", ")}`);
  }
  return { metadata: {}, spec: specAt(manifest, of.key, of), warnings: [] };
}

function partsOfWhole(manifest: JsonObject, context: ExecutionContext, of: WorkKind): Parts {
  const { apiVersion, kind } = manifest;
  if (kind !== of.kind || apiVersion !== of.apiVersion) {
    throw new InvalidInputError(
      `the manifest is a ${text(kind)} of ${text(apiVersion)}, expected a ${of.kind} of ${of.apiVersion}`,
    );
  }
  const metadata = manifest.metadata ?? {};
  if (!isJsonObject(metadata)) {
    throw new InvalidInputError("the manifest has no object at metadata, expected one or none");
  }
  checkSame(metadata.name, context.name, "metadata.name");
  checkSame(metadata.namespace, context.platform.namespace, "metadata.namespace");
  const foreign = FOREIGN_METADATA.filter((key) => !saysNothing(metadata[key]) && metadata[key] !== 0);
  if (foreign.length > 0) {
    throw new InvalidInputError(`the manifest has metadata.${foreign.join(", metadata.")}, expected none`);
  }
  const labels = without(textsAt(metadata, "labels"), of.resultLabels);
  const annotations = without(textsAt(metadata, "annotations"), RUN_ANNOTATIONS);
  return {
    metadata: { ...filled("labels", labels.kept), ...filled("annotations", annotations.kept) },
    spec: specAt(manifest, "spec", of),
    warnings: [
      ...droppedResults("metadata.labels", labels.dropped),
      ...droppedResults("metadata.annotations", annotations.dropped),
      ...(saysNothing(manifest.status) ? [] : ["the manifest's status is dropped"]),
      ...(saysNothing(metadata.generateName) ? [] : ["the manifest's metadata.generateName is dropped"]),
    ],
  };
}

/** The labels or annotations; `{}` if they are absent. A null becomes an empty text, as in the API server. */
function textsAt(metadata: JsonObject, key: "labels" | "annotations"): JsonObject {
  const texts = metadata[key] ?? {};
  if (!isJsonObject(texts) || !Object.values(texts).every((value) => typeof (value ?? "") === "string")) {
    throw new InvalidInputError(`the manifest has metadata.${key} that are not texts by names`);
  }
  return Object.fromEntries(Object.entries(texts).map(([name, value]) => [name, value ?? ""]));
}

function filled(key: string, texts: JsonObject): JsonObject {
  return Object.keys(texts).length > 0 ? { [key]: texts } : {};
}

function checkSame(given: JsonValue | undefined, expected: string, path: string): void {
  if (!isNoText(given) && given !== expected) {
    throw new InvalidInputError(
      `the manifest has ${path} ${text(given)}, expected the context's ${text(expected)} or none`,
    );
  }
}

function specAt(manifest: JsonObject, key: string, { kind }: WorkKind): JsonObject {
  const spec = manifest[key];
  if (isJsonObject(spec)) return spec;
  throw new InvalidInputError(`the manifest has no object at ${key}, expected a ${kind}Spec`);
}

function text(value: JsonValue | undefined): string {
  return value === undefined ? "unknown kind or version" : JSON.stringify(value);
}
