/**
 * Makes a status small enough for an object that other clients also write.
 *
 * @module
 */
import { isJsonObject, type JsonObject, type JsonValue } from "../text/json.ts";
import { byteLength } from "../text/utf8.ts";

/** Maximum size of a status, in bytes: a ConfigMap or Secret holds 1 MiB in all. */
export const MAX_STATUS_BYTES = 64 * 1024;
/** Maximum length of each message in a shortened status, in characters. */
const MAX_MESSAGE_LENGTH = 4_000;

/**
 * Returns the status unchanged if it has at most 64 KiB. Otherwise it shortens the messages, then drops the failure's
 * lists, and at last drops the outputs, which the message then says. The verdict always stays.
 */
export function fitStatus(status: JsonObject): JsonObject {
  let fit = status;
  for (const shorten of [withShortMessages, withoutLists, withoutOutputs]) {
    if (bytesOf(fit) <= MAX_STATUS_BYTES) return fit;
    fit = shorten(fit);
  }
  return fit;
}

function withShortMessages(status: JsonObject): JsonObject {
  const { failure } = status;
  return {
    ...status,
    ...(status.message === undefined ? {} : { message: short(status.message) }),
    ...(isJsonObject(failure) && failure.message !== undefined
      ? { failure: { ...failure, message: short(failure.message) } }
      : {}),
  };
}

function withoutLists(status: JsonObject): JsonObject {
  if (!isJsonObject(status.failure)) return status;
  const { events: _events, logTail: _logTail, notRead, ...failure } = status.failure;
  const note = "events and log are left out of the status: they do not fit into it";
  return { ...status, failure: { ...failure, notRead: [...(Array.isArray(notRead) ? notRead : []), note] } };
}

function withoutOutputs({ outputs, ...status }: JsonObject): JsonObject {
  if (outputs === undefined) return status;
  const note = `the outputs are left out of the status: ${bytesOf(outputs)} bytes, more than fit into it`;
  return { ...status, message: `${status.message}; ${note}` };
}

function short(text: JsonValue): JsonValue {
  if (typeof text !== "string" || text.length <= MAX_MESSAGE_LENGTH) return text;
  return `${text.slice(0, MAX_MESSAGE_LENGTH).toWellFormed()}…`;
}

function bytesOf(value: JsonValue): number {
  return byteLength(JSON.stringify(value));
}
