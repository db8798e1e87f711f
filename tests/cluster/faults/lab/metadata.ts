/**
 * What identifies an object, in the cluster and in a report.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import type { JsonValue } from "../../../../src/text/json.ts";

/** The metadata of an object. */
export function metadataOf(object: JsonObject | undefined): JsonObject {
  return (object?.metadata ?? {}) as JsonObject;
}

/** The uid of an object. */
export function uidOf(object: JsonObject | undefined): JsonValue | undefined {
  return metadataOf(object).uid;
}

/** The uid of the object in a report. */
export function uidInReport(report: JsonObject | undefined): JsonValue | undefined {
  return (report?.object as JsonObject | undefined)?.uid;
}
