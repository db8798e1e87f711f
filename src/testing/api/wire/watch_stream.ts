/**
 * One watch: an endless answer with one JSON line per change
 * ({@link https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes}).
 *
 * @module
 */
import type { StoredObject } from "../objects/api_object.ts";
import type { Change, ObjectStore } from "../objects/object_store.ts";
import { type AnswerForm, inForm } from "./answer_form.ts";
import { type ApiResource, apiVersionOf } from "../objects/api_resource.ts";
import type { Selector } from "./selectors.ts";
import { expired } from "../objects/status_error.ts";
import type { Timer } from "./timer.ts";

/** What a watch sends, and when it ends. */
export interface WatchStreamOptions {
  /** The watched resource. */
  resource: ApiResource;
  /** The watched namespace; empty for all namespaces. */
  namespace: string;
  /** Which objects are selected. */
  selects: Selector;
  /** Version after which changes are sent; undefined: first all objects as ADDED. */
  after: number | undefined;
  /** Milliseconds after which the stream ends cleanly. */
  timeoutMs: number;
  /** Whether to send BOOKMARK events: each minute, and shortly before the end. */
  bookmarks: boolean;
  /** Whether a BOOKMARK with an annotation marks the end of the first objects. */
  marksStart: boolean;
  /** The form of the objects. */
  form: AnswerForm;
  /** Times the end and the bookmarks. */
  timer: Timer;
}

/**
 * https://github.com/kubernetes/apiserver/blob/v0.34.4/pkg/storage/cacher/cacher.go: defaultBookmarkFrequency, and
 * bookmarks "about 2 seconds before" the deadline (watch_cache's bookmarkTimeBuckets).
 */
const BOOKMARK_EVERY_MS = 60_000;
const BOOKMARK_BEFORE_END_MS = 2_000;

/** An open watch. */
export class WatchStream {
  /** The answer's body. */
  readonly body: ReadableStream<Uint8Array>;
  readonly #running: Set<WatchStream>;
  readonly #stop: (() => void)[] = [];
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined;

  /** Starts a watch on the store. It is in the set `running` until it ends. */
  constructor(store: ObjectStore, options: WatchStreamOptions, running: Set<WatchStream>) {
    this.#running = running;
    running.add(this);
    const start = (controller: ReadableStreamDefaultController<Uint8Array>) => {
      this.#controller = controller;
      this.#start(store, options);
    };
    this.body = new ReadableStream({ start, cancel: () => this.#finish(() => {}) });
  }

  /** Ends the stream cleanly. */
  end(): void {
    this.#finish((controller) => controller.close());
  }

  /** Breaks the stream off, as when the client's signal aborts. */
  fail(reason: unknown): void {
    this.#finish((controller) => controller.error(reason));
  }

  #start(store: ObjectStore, options: WatchStreamOptions): void {
    const send: Send = (event) => {
      this.#controller?.enqueue(new TextEncoder().encode(JSON.stringify(event) + "\n"));
    };
    if (!sendPast(store, options, send)) return this.end();
    this.#stop.push(...follow(store, options, send), options.timer(() => this.end(), options.timeoutMs));
  }

  #finish(close: (controller: ReadableStreamDefaultController<Uint8Array>) => void): void {
    if (!this.#controller) return;
    for (const each of this.#stop.splice(0)) each();
    close(this.#controller);
    this.#controller = undefined;
    this.#running.delete(this);
  }
}

type Send = (event: { type: string; object: object }) => void;

/** Sends the objects or changes of before the watch; false if the history no longer has them. */
function sendPast(store: ObjectStore, options: WatchStreamOptions, send: Send): boolean {
  const { resource, namespace, selects, after, form } = options;
  if (after === undefined) {
    const selected = store.list(resource, namespace).filter(selects);
    for (const object of selected) {
      send({ type: "ADDED", object: inForm(object, form) });
    }
    if (options.marksStart) sendBookmark(store, options, send);
    return true;
  }
  const changes = store.since(resource, after);
  if (!changes) {
    send({ type: "ERROR", object: expired(after, store.oldest).body });
  }
  for (const change of changes ?? []) sendChange(change, options, send);
  return changes !== undefined;
}

function follow(store: ObjectStore, options: WatchStreamOptions, send: Send): (() => void)[] {
  const unsubscribe = store.subscribe((change) => {
    // A watch from a future version stays silent until the server reaches that version.
    if (
      change.resource.plural !== options.resource.plural ||
      change.resource.group !== options.resource.group
    ) return;
    if (change.version > (options.after ?? 0)) {
      sendChange(change, options, send);
    }
  });
  return options.bookmarks ? [unsubscribe, sendBookmarks(store, options, send)] : [unsubscribe];
}

function sendChange(change: Change, options: WatchStreamOptions, send: Send): void {
  const seen = visibleChange(change, options);
  if (seen) {
    send({ type: seen.type, object: inForm(seen.object, options.form) });
  }
}

/** The change as a watch with this namespace and selector sees it, or undefined if it does not see it. */
export function visibleChange(
  change: Change,
  options: Pick<WatchStreamOptions, "namespace" | "selects">,
): Pick<Change, "type" | "object"> | undefined {
  if (
    options.namespace !== "" &&
    change.object.metadata.namespace !== options.namespace
  ) return undefined;
  const before = change.previous !== undefined &&
    options.selects(change.previous);
  const after = change.type !== "DELETED" && options.selects(change.object);
  if (before && after) return { type: "MODIFIED", object: change.object };
  if (after) return { type: "ADDED", object: change.object };
  if (before) return { type: "DELETED", object: lastVisible(change) };
  return undefined;
}

/** The last state that matched, with the version of the change that ended the match, as the real API sends it. */
function lastVisible({ object, previous }: Change): StoredObject {
  const last = previous ?? object;
  return { ...last, metadata: { ...last.metadata, resourceVersion: object.metadata.resourceVersion } };
}

function sendBookmark(
  store: ObjectStore,
  options: WatchStreamOptions,
  send: Send,
  isStart = options.marksStart,
): void {
  const { resource, form } = options;
  // https://kubernetes.io/docs/reference/using-api/api-concepts/#streaming-lists
  const annotations = { "k8s.io/initial-events-end": "true" };
  const resourceVersion = String(store.version);
  const metadata = { resourceVersion, ...(isStart && { annotations }) };
  const object = { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata };
  send({ type: "BOOKMARK", object: inForm(object, form) });
}

function sendBookmarks(store: ObjectStore, options: WatchStreamOptions, send: Send): () => void {
  const { timer, timeoutMs } = options;
  const startVersion = options.after ?? store.version;
  let cancel = () => {};
  const again = () => {
    // As on the real server, a bookmark is sent only if the version has changed.
    if (store.version > startVersion) sendBookmark(store, options, send, false);
    cancel = timer(again, BOOKMARK_EVERY_MS);
  };
  cancel = timer(again, Math.min(BOOKMARK_EVERY_MS, Math.max(0, timeoutMs - BOOKMARK_BEFORE_END_MS)));
  return () => cancel();
}
