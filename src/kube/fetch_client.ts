/**
 * A Kubernetes API server over `fetch`: the one place that every request goes through.
 *
 * @module
 */
import { follow } from "../abort.ts";
import { type Clock, systemClock, withDeadline } from "../clock.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { ApiError, errorFromAnswer, errorFromFetch } from "./api_error.ts";
import {
  type DeleteOptions,
  describe,
  FIELD_MANAGER,
  type KubeClient,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type ObjectRef,
  pluralOf,
  type ReadOptions,
  refOf,
  type RequestOptions,
  resourcePath,
  type ResourceType,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./client.ts";
import { Connection } from "./connection.ts";
import type { Access } from "./credentials.ts";
import { jsonLines } from "./json_lines.ts";

/** Longest time for a whole answer, milliseconds; an API server gives up after 60 s by itself. */
const DEADLINE_MS = 30_000;
/** How much longer than the server a watch is let live, milliseconds. */
const WATCH_MARGIN_MS = 10_000;

const JSON_TYPE = "application/json";
const METADATA_TYPE = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const METADATA_LIST_TYPE = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** One request. */
interface Call {
  method: string;
  path: string;
  query?: Record<string, string | undefined>;
  accept?: string;
  body?: { type: string; value: JsonObject };
  /** For errors: such as `get Workflow "x"`. */
  doing: string;
  /** The word in the path, to tell whose conflict a conflict is. */
  plural: string;
  apiVersion: string;
}

/** Options of {@linkcode fetchClient}. */
export interface FetchClientOptions {
  /** The real clock by default. */
  clock?: Clock;
}

/** Connects to an API server. Nothing is sent before the first request. */
export function fetchClient(access: Access, options: FetchClientOptions = {}): KubeClient {
  return new FetchClient(access, options.clock ?? systemClock);
}

class FetchClient implements KubeClient {
  readonly #connection: Connection;
  readonly #server: string;
  readonly #clock: Clock;
  /** The server's clock minus ours, milliseconds. */
  #clockSkewMs: number | undefined;

  constructor(access: Access, clock: Clock) {
    this.#connection = new Connection(access);
    this.#server = access.server;
    this.#clock = clock;
  }

  serverNow(): number {
    return this.#clockSkewMs === undefined ? Date.now() : this.#clock.now() + this.#clockSkewMs;
  }

  async get(ref: ObjectRef, options: ReadOptions = {}): Promise<KubeObject> {
    const call = { ...callOn("get", ref), accept: options.metadataOnly ? METADATA_TYPE : JSON_TYPE };
    return toObject(await this.#json(call, options), ref);
  }

  async list(type: ResourceType, options: ListOptions): Promise<KubeList> {
    const call = listCall(type, options);
    const answer = await this.#json(call, options);
    // An empty list of metadata comes as `"items": null`.
    const { metadata, items: found } = answer;
    const items = found === null ? [] : found;
    if (!isJsonObject(metadata) || typeof metadata.resourceVersion !== "string" || !Array.isArray(items)) {
      throw new ApiError(`Cannot ${call.doing}: the answer is no list`, { fault: "server" });
    }
    return { resourceVersion: metadata.resourceVersion, items: items.map((item) => toObject(item, type)) };
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const call = watchCall(type, options);
    const end = follow(options.signal);
    const { signal } = end;
    try {
      const response = await this.#withDeadline(call, options, (inner) => {
        // The headers' deadline must not end the body: only `end` and the caller's signal do.
        inner.addEventListener("abort", () => end.abort(inner.reason), { once: true, signal });
        return this.#send(call, { ...options, signal });
      });
      const tooLong = new ApiError(`Cannot ${call.doing}: the watch did not end`, { fault: "broken" });
      const bodyMs = options.timeoutSeconds * 1_000 + WATCH_MARGIN_MS;
      this.#clock.sleep(bodyMs, signal).then(() => end.abort(tooLong), () => {});
      for await (const event of jsonLines(response.body ?? new ReadableStream())) yield toEvent(event);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw error instanceof ApiError ? error : this.#brokenBody(call, error);
    } finally {
      end.abort(new Error("the watch is over"));
      end.release();
    }
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const ref = refOf(object);
    const { name: _name, ...collection } = ref;
    const call = {
      ...callOn("create", ref),
      path: resourcePath(collection, ref.namespace),
      ...writeOf("POST", JSON_TYPE, object, options),
    };
    return toObject(await this.#json(call, options), ref);
  }

  async mergePatch(ref: ObjectRef, patch: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    const call = {
      ...callOn("patch", ref),
      ...writeOf("PATCH", "application/merge-patch+json", patch, options),
    };
    return toObject(await this.#json(call, options), ref);
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const ref = refOf(object);
    const call = { ...callOn("replace", ref), ...writeOf("PUT", JSON_TYPE, object, options) };
    return toObject(await this.#json(call, options), ref);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(options.uid ? { preconditions: { uid: options.uid } } : {}),
      ...(options.propagationPolicy ? { propagationPolicy: options.propagationPolicy } : {}),
    };
    const { query, ...write } = writeOf("DELETE", JSON_TYPE, body, options);
    await this.#json({ ...callOn("delete", ref), ...write, query: { dryRun: query.dryRun } }, options);
  }

  async #json(call: Call, options: ReadOptions): Promise<JsonObject> {
    return await this.#withDeadline(call, options, async (signal) => {
      const response = await this.#send(call, { ...options, signal });
      let text;
      try {
        text = await response.text();
      } catch (error) {
        throw this.#brokenBody(call, error);
      }
      return parseAnswer(call, response, text);
    });
  }

  async #withDeadline<T>(
    call: Call,
    options: RequestOptions,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ms = options.deadlineMs ?? DEADLINE_MS;
    const reason = () => {
      // What did not answer once may never answer again: the next request takes a connection of its own.
      this.#connection.renew();
      return new ApiError(`Cannot ${call.doing}: no answer from ${this.#server} within ${ms / 1_000} s`, {
        fault: "broken",
      });
    };
    return await withDeadline(ms, { clock: this.#clock, signal: options.signal, reason }, async (signal) => {
      try {
        return await work(signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    });
  }

  /** Sends a request, with a refused token read again once, and throws for every answer but 2xx. */
  async #send(call: Call, options: ReadOptions): Promise<Response> {
    if (options.freshConnection) this.#connection.renew();
    const token = await this.#connection.token();
    let response = await this.#fetch(call, token, options.signal);
    if (response.status === 401) {
      const newer = await this.#connection.token({ reread: true });
      if (newer !== token) {
        await response.body?.cancel();
        response = await this.#fetch(call, newer, options.signal);
      }
    }
    if (response.ok) return response;
    // A client certificate may have been rotated as well as a token.
    if (response.status === 401) this.#connection.renew();
    const text = await response.text().catch(() => "");
    throw errorFromAnswer(call.doing, call.plural, {
      status: response.status,
      text: response.status < 400 ? `redirected to ${response.headers.get("location")}` : text,
      retryAfter: response.headers.get("retry-after"),
      apiVersion: call.apiVersion,
    });
  }

  async #fetch(call: Call, token: string | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const headers = new Headers({ accept: call.accept ?? JSON_TYPE, "user-agent": FIELD_MANAGER });
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (call.body) headers.set("content-type", call.body.type);
    const client = await this.#connection.client();
    try {
      const response = await fetch(`${this.#server}${call.path}${queryText(call.query)}`, {
        method: call.method,
        headers,
        // A stream: Deno sends any other body a second time by itself when the connection breaks.
        body: call.body ? new Blob([JSON.stringify(call.body.value)]).stream() : null,
        // A token must not travel to where an answer points.
        redirect: "manual",
        signal: signal ?? null,
        client,
      });
      this.#readClock(response);
      return response;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const failure = errorFromFetch(call.doing, this.#server, error);
      // The CA or the client certificate may have been rotated: the next request reads them again.
      if (failure.fault === "tls") this.#connection.renew();
      throw failure;
    }
  }

  #brokenBody(call: Call, error: unknown): ApiError {
    const { message } = errorFromFetch(call.doing, this.#server, error);
    return new ApiError(message, { fault: "broken", cause: error });
  }

  #readClock(response: Response): void {
    const date = Date.parse(response.headers.get("date") ?? "");
    if (!Number.isNaN(date)) this.#clockSkewMs = date - this.#clock.now();
  }
}

function callOn(verb: string, ref: ObjectRef): Omit<Call, "method"> & { method: string } {
  return {
    method: "GET",
    path: resourcePath(ref, ref.namespace, ref.name),
    doing: `${verb} ${describe(ref)}`,
    plural: pluralOf(ref),
    apiVersion: ref.apiVersion,
  };
}

function writeOf(method: string, type: string, value: JsonObject, options: WriteOptions) {
  return {
    method,
    body: { type, value },
    query: { fieldManager: FIELD_MANAGER, dryRun: options.dryRun ? "All" : undefined },
  };
}

function listCall(type: ResourceType, options: ListOptions): Call {
  return {
    method: "GET",
    path: resourcePath(type, options.namespace),
    query: { fieldSelector: options.fieldSelector, labelSelector: options.labelSelector },
    accept: options.metadataOnly ? METADATA_LIST_TYPE : JSON_TYPE,
    doing: `list ${pluralOf(type)}`,
    plural: pluralOf(type),
    apiVersion: type.apiVersion,
  };
}

function watchCall(type: ResourceType, options: WatchOptions): Call {
  const call = listCall(type, options);
  return {
    ...call,
    query: {
      ...call.query,
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion: options.resourceVersion,
      timeoutSeconds: String(options.timeoutSeconds),
    },
    accept: options.metadataOnly ? METADATA_TYPE : JSON_TYPE,
    doing: `watch ${pluralOf(type)}`,
  };
}

function queryText(query: Call["query"] = {}): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? "" : `?${new URLSearchParams(given)}`;
}

function parseAnswer(call: Call, response: Response, text: string): JsonObject {
  try {
    const value = JSON.parse(text);
    if (isJsonObject(value)) return value;
  } catch {
    // A web page, or an answer that was cut: said below.
  }
  throw errorFromAnswer(call.doing, call.plural, { status: response.status, text });
}

/** Metadata comes as `PartialObjectMetadata`: the kind that was asked for is put back. */
function toObject(value: unknown, type: ResourceType): KubeObject {
  const object = isJsonObject(value) ? value : {};
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  return { ...object, apiVersion: type.apiVersion, kind: type.kind, metadata } as KubeObject;
}

function toEvent(value: unknown): WatchEvent {
  if (!isJsonObject(value) || typeof value.type !== "string" || !isJsonObject(value.object)) {
    throw new Error("the stream has a line that is no watch event");
  }
  return { type: value.type, object: value.object as unknown as KubeObject };
}
