/**
 * Marks that prove which run an object belongs to.
 *
 * @module
 */
import {
  canonicalJson,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  saysNothing,
  sha256,
} from "../text/json.ts";
import type { KubeObject, ObjectMeta, OwnerRef } from "../kube/client.ts";

/** Label with the name of the program that created an object. */
export const CREATED_BY_LABEL = "runner.capact.io/created-by";
/** Annotation with the hash of what the user asked for. */
export const SPEC_HASH_ANNOTATION = "runner.capact.io/spec-hash";
/** Annotation with the id of the run that created an object. */
export const RUN_ID_ANNOTATION = "runner.capact.io/run-id";

/** Annotation with the reason why a runner stopped an object's work. */
export const STOPPED_BY_ANNOTATION = "runner.capact.io/stopped-by";

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/ */
const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";

/** Who creates an object, such as an `ExecutionContext`. */
export interface Owner {
  /** The program, such as `argo-runner`. */
  program: string;
  /** The run's id, if it has an id. */
  runId?: string | undefined;
  /** Whether the run adopts an object that is proven to be its own. */
  onExisting: "adopt" | "refuse";
  /** The owner reference that the object gets. */
  ownerRef?: OwnerRef | undefined;
}

/**
 * Adds the marks to an object that is about to be created.
 *
 * @param hashed what is hashed: all that defines the work, and nothing that differs between two starts of one run. By
 * default the object without its owner references.
 */
export async function withMarks(object: KubeObject, owner: Owner, hashed?: JsonValue): Promise<KubeObject> {
  const { metadata } = object;
  const marks = {
    [SPEC_HASH_ANNOTATION]: await specHash(hashed ?? withoutOwnerReferences(object)),
    ...(owner.runId === undefined ? {} : { [RUN_ID_ANNOTATION]: owner.runId }),
  };
  return {
    ...object,
    metadata: {
      ...metadata,
      labels: { ...metadata.labels, [MANAGED_BY_LABEL]: "action-runner", [CREATED_BY_LABEL]: owner.program },
      annotations: { ...metadata.annotations, ...marks },
      ...(owner.ownerRef
        ? { ownerReferences: [...metadata.ownerReferences ?? [], { ...owner.ownerRef }] }
        : {}),
    },
  };
}

/** The hash that proves what an object was made from. */
export async function specHash(hashed: JsonValue): Promise<string> {
  return await sha256(canonicalJson(hashed));
}

/**
 * How the marks of an existing object differ from those of the wanted object. `undefined` if both belong to the same
 * run: the hashes are equal, and so are the run ids, if both are known.
 */
export function differenceOfMarks(existing: ObjectMeta, wanted: ObjectMeta): string | undefined {
  const hash = existing.annotations?.[SPEC_HASH_ANNOTATION];
  const runId = existing.annotations?.[RUN_ID_ANNOTATION];
  const wantedRunId = wanted.annotations?.[RUN_ID_ANNOTATION];
  if (hash === undefined) return "it was not created by an action runner";
  if (hash !== wanted.annotations?.[SPEC_HASH_ANNOTATION]) {
    return "it was created from another manifest or for another service account";
  }
  if (runId !== undefined && wantedRunId !== undefined && runId !== wantedRunId) {
    return `it belongs to run ${JSON.stringify(runId)}, this is run ${JSON.stringify(wantedRunId)}`;
  }
}

/** A note that a runner stopped the object's work; empty if no runner did. */
export function stopNote({ annotations }: ObjectMeta): string {
  const reason = annotations?.[STOPPED_BY_ANNOTATION];
  return reason === undefined ? "" : `stopped by the runner (${reason})`;
}

/**
 * The path of the first field of `wanted` that differs in `existing`, such as `spec.entrypoint`. Empty values do not
 * count: the API server may leave them out.
 */
export function firstDifference(
  existing: JsonValue | undefined,
  wanted: JsonValue,
  path: string,
): string | undefined {
  if (isJsonObject(wanted) && isJsonObject(existing)) return firstOfFields(existing, wanted, path);
  if (Array.isArray(wanted) && Array.isArray(existing) && wanted.length === existing.length) {
    return firstOfFields(Object.fromEntries(existing.entries()), Object.fromEntries(wanted.entries()), path);
  }
  return existing !== undefined && canonicalJson(existing) === canonicalJson(wanted) ? undefined : path;
}

function firstOfFields(existing: JsonObject, wanted: JsonObject, path: string): string | undefined {
  for (const [key, value] of Object.entries(wanted)) {
    const difference = value === undefined || (existing[key] === undefined && saysNothing(value))
      ? undefined
      : firstDifference(existing[key], value, `${path}.${key}`);
    if (difference) return difference;
  }
}

function withoutOwnerReferences(object: KubeObject): JsonObject {
  const { ownerReferences: _ownerReferences, ...metadata } = object.metadata;
  return { ...object, metadata };
}
