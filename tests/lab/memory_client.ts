/**
 * A client that calls an embedded API directly: no network, no time, and the faults that a test injects.
 *
 * @module
 */
import { isJsonObject, type JsonObject } from "../../src/text/json.ts";
import { ApiError, errorFromAnswer } from "../../src/kube/api_error.ts";
import {
  type AskOptions,
  type DeleteOptions,
  type KubeClient,
  type KubeList,
  type KubeObject,
  type ListOptions,
  type LogOptions,
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
} from "../../src/kube/client.ts";
import { jsonLines } from "../../src/kube/json_lines.ts";
import type { EmbeddedApi } from "../../src/testing/mod.ts";

/** One call of the client. */
export interface Call {
  method: "get" | "list" | "watch" | "create" | "mergePatch" | "replace" | "delete" | "ask";
  type: ResourceType;
  options: ReadOptions & WriteOptions & Partial<WatchOptions>;
}

/** Passes a request to the API or not, and makes the caller's answer. */
export type Detour = (send: () => Promise<JsonObject>, signal?: AbortSignal) => Promise<JsonObject>;

/** What happens to a call: `undefined` leaves it alone, an error replaces it, a function answers it. */
export type Trouble = Error | Detour | undefined;

/** The API executes the request, and the answer is lost. */
export const lost: Detour = async (send) => {
  await send();
  throw new ApiError("the connection broke", { fault: "broken" });
};

/** The request does not reach the API, and no answer comes. */
export const hangs: Detour = (_send, signal) =>
  new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));

interface Sent {
  path: string;
  method?: string;
  query?: Record<string, string>;
  contentType?: string;
  body?: JsonObject;
}

/** A {@linkcode KubeClient} on an embedded API. */
export class MemoryClient implements KubeClient {
  /** Every call, the oldest first. */
  readonly calls: Call[] = [];
  /** Every watch that was opened, the oldest first. */
  readonly watches: MemoryWatch[] = [];
  /** What happens to each call. */
  trouble: (call: Call) => Trouble = () => undefined;
  /** Called with each new watch, before its first event. */
  onWatch: (watch: MemoryWatch) => void = () => {};
  readonly #api: EmbeddedApi;

  constructor(api: EmbeddedApi) {
    this.#api = api;
  }

  /** How many calls were made: of these methods, or of all. */
  count(...methods: Call["method"][]): number {
    return this.calls.filter(({ method }) => methods.length === 0 || methods.includes(method)).length;
  }

  async readLog(pod: { name: string; namespace: string }, options: LogOptions): Promise<string> {
    const path = `/api/v1/namespaces/${pod.namespace}/pods/${pod.name}/log`;
    const query = new URLSearchParams({ container: options.container, tailLines: String(options.tailLines) });
    return await (await this.#api.handle(new Request(`http://memory${path}?${query}`))).text();
  }

  streamLog(): AsyncIterable<Uint8Array> {
    throw new Error("no logs here");
  }

  serverNow(): number {
    return this.#api.now().getTime();
  }

  async get(ref: ObjectRef, options: ReadOptions = {}): Promise<KubeObject> {
    const sent = { path: resourcePath(ref, ref.namespace, ref.name) };
    return toObject(await this.#json({ method: "get", type: ref, options }, sent), ref);
  }

  async list(type: ResourceType, options: ListOptions): Promise<KubeList> {
    const sent = { path: resourcePath(type, options.namespace), query: selectorsOf(options) };
    const { metadata, items } = await this.#json({ method: "list", type, options }, sent);
    const { resourceVersion } = metadata as { resourceVersion: string };
    return { resourceVersion, items: ((items ?? []) as unknown[]).map((item) => toObject(item, type)) };
  }

  async *watch(type: ResourceType, options: WatchOptions): AsyncGenerator<WatchEvent> {
    const { resourceVersion, timeoutSeconds, signal } = options;
    const query = {
      ...selectorsOf(options),
      watch: "true",
      allowWatchBookmarks: "true",
      resourceVersion,
      timeoutSeconds: String(timeoutSeconds),
    };
    const call: Call = { method: "watch", type, options };
    let body: ReadableStream<Uint8Array> | null = null;
    await this.#through(call, async () => {
      body = (await this.#answer(call, { path: resourcePath(type, options.namespace), query })).body;
      return {};
    });
    const watch = new MemoryWatch(options, body ?? new ReadableStream());
    signal?.addEventListener("abort", () => watch.cut(signal.reason), { once: true });
    this.watches.push(watch);
    this.onWatch(watch);
    yield* watch.events();
  }

  async create(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const { name: _name, ...type } = refOf(object);
    const sent = { ...writeOf("POST", object, options), path: resourcePath(type, type.namespace) };
    return toObject(await this.#json({ method: "create", type, options }, sent), type);
  }

  async mergePatch(ref: ObjectRef, patch: JsonObject, options: WriteOptions = {}): Promise<KubeObject> {
    const contentType = "application/merge-patch+json";
    const sent = { path: resourcePath(ref, ref.namespace, ref.name), ...writeOf("PATCH", patch, options) };
    return toObject(
      await this.#json({ method: "mergePatch", type: ref, options }, { ...sent, contentType }),
      ref,
    );
  }

  async replace(object: KubeObject, options: WriteOptions = {}): Promise<KubeObject> {
    const ref = refOf(object);
    const sent = { path: resourcePath(ref, ref.namespace, ref.name), ...writeOf("PUT", object, options) };
    return toObject(await this.#json({ method: "replace", type: ref, options }, sent), ref);
  }

  async delete(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const sent = { path: resourcePath(ref, ref.namespace, ref.name), ...writeOf("DELETE", {}, options) };
    await this.#json({ method: "delete", type: ref, options }, sent);
  }

  async ask(path: string, options: AskOptions = {}): Promise<JsonObject> {
    const { question } = options;
    const call: Call = { method: "ask", type: { apiVersion: "", kind: path }, options };
    return await this.#json(call, { path, ...(question ? writeOf("POST", question, { dryRun: true }) : {}) });
  }

  async #json(call: Call, sent: Sent): Promise<JsonObject> {
    return await this.#through(call, async () => await (await this.#answer(call, sent)).json());
  }

  async #through(call: Call, send: () => Promise<JsonObject>): Promise<JsonObject> {
    const { signal }: RequestOptions = call.options;
    signal?.throwIfAborted();
    this.calls.push(call);
    const trouble = this.trouble(call);
    if (trouble instanceof Error) throw trouble;
    return await (trouble ? trouble(send, signal) : send());
  }

  async #answer({ method, type, options }: Call, sent: Sent): Promise<Response> {
    const form = method === "list" ? "PartialObjectMetadataList" : "PartialObjectMetadata";
    const accept = `application/json${options.metadataOnly ? `;as=${form};g=meta.k8s.io;v=v1` : ""}`;
    const request = new Request(`http://memory${sent.path}?${new URLSearchParams(sent.query)}`, {
      method: sent.method ?? "GET",
      headers: { accept, "content-type": sent.contentType ?? "application/json" },
      ...(sent.body ? { body: JSON.stringify(sent.body) } : {}),
      ...(options.signal && method === "watch" ? { signal: options.signal } : {}),
    });
    const response = await this.#api.handle(request);
    if (response.ok) return response;
    const { status } = response;
    throw errorFromAnswer(`${method} ${type.kind}`, pluralOf(type), { status, text: await response.text() });
  }
}

/** An open watch that a test controls. */
export class MemoryWatch {
  readonly options: WatchOptions;
  readonly #queue: (() => WatchEvent | undefined)[] = [];
  #wake = () => {};
  #isMute = false;

  constructor(options: WatchOptions, body: ReadableStream<Uint8Array>) {
    this.options = options;
    this.#pump(body);
  }

  /** From now on the API sends nothing, not even the end: the connection is silently dead. */
  mute(): void {
    this.#isMute = true;
  }

  /** Sends an event that the API did not send. */
  send(type: string, object: JsonObject): void {
    this.#push(() => ({ type, object: object as unknown as KubeObject }));
  }

  /** Ends the watch cleanly, as a server does. */
  end(): void {
    this.#push(() => undefined);
  }

  /** Breaks the watch with an error. */
  cut(error: unknown = new ApiError("the connection broke", { fault: "broken" })): void {
    this.#push(() => {
      throw error;
    });
  }

  async *events(): AsyncGenerator<WatchEvent> {
    while (true) {
      const next = this.#queue.shift();
      if (!next) {
        await new Promise<void>((resolve) => this.#wake = resolve);
        continue;
      }
      const event = next();
      if (!event) return;
      yield event;
    }
  }

  async #pump(body: ReadableStream<Uint8Array>): Promise<void> {
    try {
      for await (const event of jsonLines(body)) {
        if (!this.#isMute) this.#push(() => event as WatchEvent);
      }
      if (!this.#isMute) this.end();
    } catch (error) {
      this.cut(error);
    }
  }

  #push(next: () => WatchEvent | undefined): void {
    this.#queue.push(next);
    this.#wake();
  }
}

function selectorsOf({ fieldSelector, labelSelector }: ListOptions): Record<string, string> {
  return { ...(fieldSelector ? { fieldSelector } : {}), ...(labelSelector ? { labelSelector } : {}) };
}

function writeOf(method: string, body: JsonObject, { dryRun }: WriteOptions) {
  return { method, body, query: dryRun ? { dryRun: "All" } : {} };
}

function toObject(value: unknown, { apiVersion, kind }: ResourceType): KubeObject {
  return { ...(isJsonObject(value) ? value : {}), apiVersion, kind } as KubeObject;
}
