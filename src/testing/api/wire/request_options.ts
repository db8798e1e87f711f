/**
 * The options in a request's query, read as the API server reads them.
 *
 * @module
 */
import { badRequest, invalidOption } from "../objects/status_error.ts";

/**
 * Whether the query asks for a dry run.
 *
 * @param kind the options' kind for the message, as `CreateOptions`.
 * @throws {StatusError} 422 if `dryRun` has a value other than `All`.
 */
export function isDryRun(values: readonly string[], kind: string): boolean {
  const unknown = values.filter((value) => value !== "All");
  if (unknown.length === 0) return values.includes("All");
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  throw invalidOption(kind, { reason: "FieldValueNotSupported", message, field: "dryRun" });
}

/**
 * A number in the query, or undefined if it is absent.
 *
 * @throws {StatusError} 400 if it is not a whole number.
 */
export function numberOption(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? "";
  if (text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
}

/** Whether the query sets the flag, as Go's ParseBool reads it. */
export function flagOption(query: URLSearchParams, name: string): boolean {
  const text = query.get(name);
  return text !== null &&
    !["false", "False", "FALSE", "f", "F", "0"].includes(text);
}
