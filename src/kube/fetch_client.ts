/**
 * A Kubernetes API server over `fetch`: every request goes through here.
 *
 * @module
 */
import { follow, type Follower, withDeadline } from "../time/signals.ts";
import { type Clock, systemClock } from "../time/clock.ts";
import { isJsonObject, type JsonObject } from "../text/json.ts";
import { readStart, type StreamStart } from "../io/read_at_most.ts";
import {
  askCall,
  type Call,
  createCall,
  deleteCall,
  getCall,
  listCall,
  logCall,
  mergePatchCall,
  parseAnswer,
  replaceCall,
  streamLogCall,
  toEvent,
  toObject,
  watchCall,
} from "./api_call.ts";
import { ApiError, errorFromAnswer, errorFromFetch } from "./api_error.ts";
import {
  type AskOptions,
  type DeleteOptions,
  FIELD_MANAGER,
  type KubeClient,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type LogOptions,
  type ObjectRef,
  type ReadOptions,
  type RequestOptions,
  type ResourceType,
  type StreamLogOptions,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from "./client.ts";
import { Connection } from "./connection.ts";
import type { ApiServer } from "./credentials.ts";
import { jsonLines } from "./json_lines.ts";

/** Longest time for a whole answer, milliseconds; an API server gives up after 60 s by itself. */
const DEADLINE_MS = 30_000;
/**
 * Most bytes that are read of an error's answer: a Status is far shorter, and errors quote only some words of a web
 * page.
 */
const MAX_ERROR_BYTES = 64 * 1024;
/** How much longer than the server the client lets a watch live, milliseconds. */
const WATCH_MARGIN_MS = 10_000;

/** Options of {@linkcode fetchClient}. */
export interface FetchClientOptions {
  /** The real clock by default. */
  clock?: Clock | undefined;
  /** Answers requests in place of the network, for tests; by default the network does. */
  handle?: ((request: Request) => Promise<Response>) | undefined;
}

/** Makes a client for an API server. Nothing is sent before the first request. */
export function fetchClient(server: ApiServer, options: FetchClientOptions = {}): KubeClient {
  return new FetchClient(server, options);
}

/** An answer that is not a stream: its bytes, or as many of them as the call allows. */
interface Answer extends StreamStart {
  response: Response;
}

const NOTHING: StreamStart = { bytes: new Uint8Array(), isCut: false };

class FetchClient implements KubeClient {
  readonly #connection: Connection;
  readonly #server: string;
  readonly clock: Clock;
  readonly #handle: FetchClientOptions["handle"];
  /** The server's clock minus ours, milliseconds. */
  #clockSkewMs: number | undefined;

  constructor(server: ApiServer, { clock = systemClock, handle }: FetchClientOptions) {
    this.#connection = new Connection(server);
    this.#server = server.server;
    this.clock = clock;
    this.#handle = handle;
  }

  serverNow(): number {
    return this.#clockSkewMs === undefined ? Date.now() : this.clock.now() + this.#clockSkewMs;
  }

  async get(ref: ObjectRef, options: ReadOptions = {}): Promise<KubeObject> {
    return await this.#object(getCall(ref, options), options, ref);
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
    return {
      resourceVersion: metadata.resourceVersion,
      items: items.map((item) => toObject(call, item, type)),
    };
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const call = watchCall(type, options);
    const end = follow(options.signal);
    const { signal } = end;
    try {
      const response = await this.#open(call, options, end);
      const tooLong = new ApiError(`Cannot ${call.doing}: the watch did not end`, { fault: "broken" });
      const bodyMs = options.timeoutSeconds * 1_000 + WATCH_MARGIN_MS;
      this.clock.sleep(bodyMs, signal).then(() => end.abort(tooLong), () => {});
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
    return await this.#object(createCall(object, options), options, object);
  }

  async mergePatch(ref: ObjectRef, patch: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    return await this.#object(mergePatchCall(ref, patch, options), options, ref);
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    return await this.#object(replaceCall(object, options), options, object);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    await this.#json(deleteCall(ref, options), options);
  }

  async ask(path: string, options: AskOptions = {}): Promise<JsonObject> {
    return await this.#json(askCall(path, options), options);
  }

  async #object(call: Call, options: ReadOptions, type: ResourceType): Promise<KubeObject> {
    return toObject(call, await this.#json(call, options), type);
  }

  async readLog(pod: { name: string; namespace: string }, options: LogOptions): Promise<string> {
    const call = logCall(pod, options);
    const { bytes, isCut } = await this.#answer(call, options);
    const text = new TextDecoder().decode(bytes);
    return isCut ? `${text}\n(cut: the log goes on after ${sizeText(call.maxBytes)})` : text;
  }

  async *streamLog(
    pod: { name: string; namespace: string },
    options: StreamLogOptions,
  ): AsyncGenerator<Uint8Array> {
    const call = streamLogCall(pod, options);
    const end = follow(options.signal);
    try {
      const response = await this.#open(call, options, end);
      for await (const chunk of response.body ?? new ReadableStream<Uint8Array>()) yield chunk;
    } catch (error) {
      if (end.signal.aborted) throw end.signal.reason;
      throw error instanceof ApiError ? error : this.#brokenBody(call, error);
    } finally {
      end.abort(new Error("the log's stream is over"));
      end.release();
    }
  }

  /** Sends a request whose answer is a stream, which `end` ends. */
  async #open(call: Call, options: ReadOptions, end: Follower): Promise<Response> {
    const { signal } = end;
    return await this.#withDeadline(call, options, (inner) => {
      // The deadline for the headers must not end the body: only `end` and the caller's signal may.
      inner.addEventListener("abort", () => end.abort(inner.reason), { once: true, signal });
      return this.#send(call, { ...options, signal });
    });
  }

  async #json(call: Call, options: ReadOptions): Promise<JsonObject> {
    const { response, bytes, isCut } = await this.#answer(call, options);
    if (!isCut) return parseAnswer(call, response, new TextDecoder().decode(bytes));
    const message = `Cannot ${call.doing}: the answer is longer than ${sizeText(call.maxBytes)}`;
    throw new ApiError(message, { fault: "server", status: response.status });
  }

  async #answer(call: Call, options: ReadOptions): Promise<Answer> {
    return await this.#withDeadline(call, options, async (signal) => {
      const response = await this.#send(call, { ...options, signal });
      try {
        return { response, ...await startOf(response, call.maxBytes) };
      } catch (error) {
        throw this.#brokenBody(call, error);
      }
    });
  }

  async #withDeadline<T>(
    call: Call,
    options: RequestOptions,
    action: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ms = options.deadlineMs ?? DEADLINE_MS;
    const reason = () => {
      // A connection without an answer may be dead: the next request opens a new connection.
      this.#connection.renew();
      return new ApiError(`Cannot ${call.doing}: no answer from ${this.#server} within ${ms / 1_000} s`, {
        fault: "broken",
      });
    };
    return await withDeadline(ms, { clock: this.clock, signal: options.signal, reason }, async (signal) => {
      try {
        return await action(signal);
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      }
    });
  }

  /** Sends a request. After a refused token it reads the token again, once. Throws for every answer but 2xx. */
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
    // The client certificate may have been rotated, like a token.
    if (response.status === 401) this.#connection.renew();
    const { bytes } = await startOf(response, MAX_ERROR_BYTES).catch(() => NOTHING);
    const text = new TextDecoder().decode(bytes);
    throw errorFromAnswer(call.doing, call.plural, {
      status: response.status,
      text: response.status < 400 ? `redirected to ${response.headers.get("location")}` : text,
      retryAfter: response.headers.get("retry-after"),
      apiVersion: call.apiVersion,
    });
  }

  async #fetch(call: Call, token: string | undefined, signal: AbortSignal | undefined): Promise<Response> {
    const headers = new Headers({ accept: call.accept, "user-agent": FIELD_MANAGER });
    if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
    if (call.body) headers.set("content-type", call.body.type);
    const client = this.#handle ? undefined : await this.#connection.client();
    const url = `${this.#server}${call.path}`;
    const init = {
      method: call.method,
      headers,
      // A stream, since Deno sends any other body a second time by itself when the connection breaks.
      body: call.body ? new Blob([JSON.stringify(call.body.value)]).stream() : null,
      // A token must not be sent to a server that an answer names.
      redirect: "manual" as const,
      signal: signal ?? null,
    };
    try {
      const response = this.#handle
        ? await this.#handle(requestOf(url, init))
        : await fetch(url, { ...init, ...(client ? { client } : {}) });
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
    if (!Number.isNaN(date)) this.#clockSkewMs = date - this.clock.now();
  }
}

async function startOf({ body }: Response, maxBytes: number): Promise<StreamStart> {
  return body ? await readStart(body, maxBytes) : NOTHING;
}

function sizeText(bytes: number): string {
  return `${bytes / 1024 / 1024} MiB`;
}

/** Keeps the request as long as its signal: Deno 2.7 collects the signals of others, and their abort never comes. */
function requestOf(url: string, init: RequestInit): Request {
  const request = new Request(url, init);
  init.signal?.addEventListener("abort", () => request, { once: true });
  return request;
}
