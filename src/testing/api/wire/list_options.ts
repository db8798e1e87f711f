/**
 * The options of list and watch in a query: versions, selectors, and where a watch starts.
 *
 * @module
 */
import { flagOption, numberOption } from "./request_options.ts";
import type { ApiResource } from "../objects/api_resource.ts";
import { fieldSelector, labelSelector, type Selector } from "./selectors.ts";
import { badRequest, invalidOption, StatusError } from "../objects/status_error.ts";

/**
 * The `resourceVersion` of a get or a list, or undefined.
 *
 * @throws {StatusError} 400 if it is not a number.
 */
export function readVersion(query: URLSearchParams): number | undefined {
  const fault = versionFault(query);
  if (fault !== undefined) {
    throw badRequest(`invalid resource version: ${fault}`);
  }
  return numberOption(query, "resourceVersion");
}

function versionFault(query: URLSearchParams): string | undefined {
  const text = query.get("resourceVersion") ?? "";
  if (/^\d*$/.test(text)) return undefined;
  return `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`;
}

/**
 * Which objects the query selects.
 *
 * @throws {StatusError} 400 if a selector cannot be read.
 */
export function selectorOf(query: URLSearchParams, resource: ApiResource): Selector {
  const byLabel = labelSelector(query.get("labelSelector") ?? "");
  const byField = fieldSelector(query.get("fieldSelector") ?? "", resource);
  return (object) => byLabel(object) && byField(object);
}

/** Where a watch starts. */
export interface WatchStart {
  /** Version after which changes are sent; undefined: first all objects, as ADDED. */
  after: number | undefined;
  /** Whether a bookmark marks the end of those first objects. */
  marksStart: boolean;
  /** Whether to send bookmarks. */
  bookmarks: boolean;
}

/**
 * Reads where a watch starts.
 *
 * @throws {StatusError} 500 if the version is not a number, as in the real API; 422 if the options contradict each
 * other.
 */
export function watchStart(query: URLSearchParams): WatchStart {
  const fault = versionFault(query);
  if (fault !== undefined) throw new StatusError(500, fault);
  const version = numberOption(query, "resourceVersion") || undefined;
  const bookmarks = flagOption(query, "allowWatchBookmarks");
  const initial = flagOption(query, "sendInitialEvents");
  if (initial && query.get("resourceVersionMatch") !== "NotOlderThan") {
    const message = "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan";
    throw invalidOption("ListOptions", {
      reason: "FieldValueForbidden",
      message,
      field: "resourceVersionMatch",
    });
  }
  const after = initial ? undefined : version;
  return { after, marksStart: bookmarks && after === undefined, bookmarks };
}
