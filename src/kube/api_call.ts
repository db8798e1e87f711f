/**
 * What goes to an API server and what comes back, as values.
 *
 * @module
 */
import { isJsonObject, type JsonObject } from "../text/json.ts";
import { ApiError, errorFromAnswer } from "./api_error.ts";
import {
  type AskOptions,
  type DeleteOptions,
  FIELD_MANAGER,
  type KubeObject,
  type ListOptions,
  type LogOptions,
  type ObjectRef,
  pluralOf,
  type ReadOptions,
  refOf,
  resourcePath,
  type ResourceType,
  type StreamLogOptions,
  titleOf,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./client.ts";

/** A request as data. */
export interface Call {
  method: string;
  /** Path and query. */
  path: string;
  /** The content type that the answer should have. */
  accept: string;
  body?: { type: string; value: JsonObject };
  /** For errors: such as `get Workflow "x"`. */
  doing: string;
  /** The plural in the path, which shows whether a conflict is about this kind. */
  plural: string;
  apiVersion: string;
  /** Most bytes of the answer, unless it is a stream. */
  maxBytes: number;
}

const MIB = 1024 * 1024;
/**
 * Most bytes of an object's JSON. etcd accepts 1.5 MiB, and the API server 3 MiB of any request:
 * https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/server/config.go `MaxRequestBodyBytes`
 */
const MAX_OBJECT_BYTES = 8 * MIB;
/** Most bytes of a list: many times the size of any list of a run's own objects. */
const MAX_LIST_BYTES = 32 * MIB;
/** Most bytes of the end of a log: a few lines, of which long ones are cut. */
const MAX_LOG_BYTES = 1 * MIB;

const JSON_TYPE = "application/json";
const MERGE_PATCH_TYPE = "application/merge-patch+json";
const METADATA_TYPE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST_TYPE = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** GET of one object. */
export function getCall(ref: ObjectRef, { metadataOnly }: ReadOptions): Call {
  return { ...callOn(ref, "get"), accept: metadataOnly ? METADATA_TYPE : JSON_TYPE };
}

/** GET of a collection. */
export function listCall(type: ResourceType, options: ListOptions): Call {
  const { namespace, fieldSelector, labelSelector, limit, metadataOnly } = options;
  const query = { fieldSelector, labelSelector, limit: limit === undefined ? undefined : String(limit) };
  return {
    ...callOn({ ...type, namespace, name: undefined }, "list"),
    path: resourcePath(type, namespace) + queryText(query),
    accept: metadataOnly ? METADATA_LIST_TYPE : JSON_TYPE,
    maxBytes: fieldSelector?.startsWith("metadata.name=") ? MAX_OBJECT_BYTES : MAX_LIST_BYTES,
  };
}

/** GET of a collection's events. */
export function watchCall(type: ResourceType, options: WatchOptions): Call {
  const { namespace, fieldSelector, labelSelector, metadataOnly, resourceVersion, timeoutSeconds } = options;
  const query = {
    fieldSelector,
    labelSelector,
    watch: "true",
    allowWatchBookmarks: "true",
    resourceVersion,
    timeoutSeconds: String(timeoutSeconds),
  };
  return {
    ...callOn({ ...type, namespace, name: undefined }, "watch"),
    path: resourcePath(type, namespace) + queryText(query),
    accept: metadataOnly ? METADATA_TYPE : JSON_TYPE,
  };
}

/** POST. */
export function createCall(object: KubeObject, options: WriteOptions): Call {
  const ref = refOf(object);
  return {
    ...callOn(ref, "create"),
    method: "POST",
    path: resourcePath(ref, ref.namespace) + writeQuery(options),
    body: { type: JSON_TYPE, value: object },
  };
}

/** GET or POST of something that is not an object; a POST is a dry run, so nothing is ever stored. */
export function askCall(path: string, { question }: AskOptions): Call {
  const answer = { accept: JSON_TYPE, plural: "", apiVersion: "", maxBytes: MAX_OBJECT_BYTES };
  const call = { ...answer, path, doing: `ask ${path}` };
  if (!question) return { ...call, method: "GET" };
  const body = { type: JSON_TYPE, value: question };
  return { ...call, method: "POST", path: path + writeQuery({ dryRun: true }), body };
}

/** PATCH by https://www.rfc-editor.org/rfc/rfc7386 */
export function mergePatchCall(ref: ObjectRef, patch: JsonObject, options: WriteOptions): Call {
  const call = callOn(ref, "patch");
  const path = call.path + writeQuery(options);
  return { ...call, method: "PATCH", path, body: { type: MERGE_PATCH_TYPE, value: patch } };
}

/** PUT. */
export function replaceCall(object: KubeObject, options: WriteOptions): Call {
  const call = callOn(refOf(object), "replace");
  return {
    ...call,
    method: "PUT",
    path: call.path + writeQuery(options),
    body: { type: JSON_TYPE, value: object },
  };
}

/** GET of a container's log. */
export function logCall(pod: { name: string; namespace: string }, options: LogOptions): Call {
  const { container, tailLines, previous } = options;
  const call = callOn({ apiVersion: "v1", kind: "Pod", ...pod }, "read the log of");
  const query = { container, tailLines: String(tailLines), previous: previous ? "true" : undefined };
  const path = `${call.path}/log${queryText(query)}`;
  return { ...call, path, accept: "text/plain, */*", maxBytes: MAX_LOG_BYTES };
}

/** GET of a container's log as a stream. */
export function streamLogCall(pod: { name: string; namespace: string }, options: StreamLogOptions): Call {
  const { container, follow, sinceTime } = options;
  const call = callOn({ apiVersion: "v1", kind: "Pod", ...pod }, "follow the log of");
  const query = { container, follow: follow ? "true" : undefined, timestamps: "true", sinceTime };
  return { ...call, path: `${call.path}/log${queryText(query)}`, accept: "text/plain, */*" };
}

/** DELETE. */
export function deleteCall(ref: ObjectRef, options: DeleteOptions): Call {
  const { dryRun, propagationPolicy, uid } = options;
  const value = {
    apiVersion: "v1",
    kind: "DeleteOptions",
    preconditions: uid ? { uid } : undefined,
    propagationPolicy,
  };
  const call = callOn(ref, "delete");
  const path = call.path + queryText({ dryRun: dryRun ? "All" : undefined });
  return { ...call, method: "DELETE", path, body: { type: JSON_TYPE, value } };
}

function callOn(ref: ResourceType & { namespace: string; name: string | undefined }, verb: string): Call {
  const plural = pluralOf(ref);
  const what = ref.name === undefined ? plural : titleOf({ kind: ref.kind, name: ref.name });
  return {
    method: "GET",
    path: resourcePath(ref, ref.namespace, ref.name),
    accept: JSON_TYPE,
    doing: `${verb} ${what}`,
    plural,
    apiVersion: ref.apiVersion,
    maxBytes: MAX_OBJECT_BYTES,
  };
}

function writeQuery({ dryRun }: WriteOptions): string {
  return queryText({ fieldManager: FIELD_MANAGER, dryRun: dryRun ? "All" : undefined });
}

function queryText(query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

/**
 * Parses an answer's JSON object.
 *
 * @throws {ApiError} If it is not a JSON object: a web page, or an answer that was cut
 */
export function parseAnswer(call: Call, response: Response, text: string): JsonObject {
  try {
    const value = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // The error below says it.
  }
  throw errorFromAnswer(call.doing, call.plural, { status: response.status, text });
}

/**
 * Reads the object of an answer. Metadata comes as `PartialObjectMetadata`, which gets the requested kind.
 *
 * @throws {ApiError} If it has no uid, which every object has: no other JSON may pass for the object
 */
export function toObject(call: Call, value: unknown, type: ResourceType): KubeObject {
  if (!isJsonObject(value) || !isJsonObject(value.metadata) || typeof value.metadata.uid !== "string") {
    throw new ApiError(`Cannot ${call.doing}: the answer is no object`, { fault: "server" });
  }
  return { ...value, apiVersion: type.apiVersion, kind: type.kind, metadata: value.metadata };
}

/**
 * Reads a line of a watch.
 *
 * @throws {Error} If it is not an event
 */
export function toEvent(value: unknown): WatchEvent {
  if (!isJsonObject(value) || typeof value.type !== "string" || !isJsonObject(value.object)) {
    throw new Error("the stream has a line that is no watch event");
  }
  return { type: value.type, object: value.object as unknown as KubeObject };
}
