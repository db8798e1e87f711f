/**
 * The forms in which a client may ask for objects: whole, or their metadata only
 * ({@link https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches}).
 *
 * @module
 */
import { isJsonObject } from "../../../text/json.ts";
import type { StoredObject } from "../objects/api_object.ts";
import { notAcceptable, StatusError } from "../objects/status_error.ts";

/** Whole objects, or `PartialObjectMetadata` in this version of `meta.k8s.io`. */
export type AnswerForm = "object" | "meta.k8s.io/v1" | "meta.k8s.io/v1beta1";

/** What an Accept header asks for. */
export interface Accepted {
  /** The form of the objects. */
  form: AnswerForm;
  /** The kind asked for; undefined for whole objects. */
  as?: "PartialObjectMetadata" | "PartialObjectMetadataList";
}

/**
 * Reads an Accept header, and returns the first form in it that the embedded API knows.
 *
 * @throws {StatusError} 406 if the embedded API knows no form in it.
 */
export function parseAccept(header: string | null): Accepted {
  if (header === null || header.trim() === "") return { form: "object" };
  for (const clause of header.split(",")) {
    const accepted = acceptedBy(clause);
    if (accepted) return accepted;
  }
  const types = "application/json, application/yaml, application/vnd.kubernetes.protobuf";
  throw notAcceptable(`406: Not Acceptable\n\nAvailable representations: ${types}`);
}

function acceptedBy(clause: string): Accepted | undefined {
  const [type = "", ...parameters] = clause.split(";").map((part) => part.trim());
  if (!["application/json", "application/*", "*/*"].includes(type)) {
    return undefined;
  }
  const named = new Map(parameters.map((parameter) => parameter.split("=", 2) as [string, string]));
  const as = named.get("as"), version = named.get("v");
  if (as === undefined) return { form: "object" };
  if (as !== "PartialObjectMetadata" && as !== "PartialObjectMetadataList") {
    return undefined;
  }
  if (
    named.get("g") !== "meta.k8s.io" ||
    (version !== "v1" && version !== "v1beta1")
  ) return undefined;
  return { form: `meta.k8s.io/${version}`, as };
}

/**
 * The form for an answer with one object, or with a list.
 *
 * @throws {StatusError} 406 if the header asks for the metadata of a list and the answer is one object, or the reverse;
 * 500 if that object is of a CRD, as in the real API.
 */
export function formFor(
  accepted: Accepted,
  { isList, isCustom }: { isList: boolean; isCustom: boolean },
): AnswerForm {
  const { as, form } = accepted;
  if (as === undefined || (as === "PartialObjectMetadataList") === isList) {
    return form;
  }
  if (isCustom && !isList) throw new StatusError(500, "content is not a list");
  throw notAcceptable(`you requested ${as}, but the requested object is ${isList ? "a list" : "not a list"}`);
}

/** The object in the requested form; a Status, as in a watch's ERROR event, stays whole. */
export function inForm(object: object, form: AnswerForm): object {
  if (form === "object" || !isJsonObject(object) || object.kind === "Status") {
    return object;
  }
  const metadata = (object as StoredObject).metadata;
  return { kind: "PartialObjectMetadata", apiVersion: form, metadata };
}
