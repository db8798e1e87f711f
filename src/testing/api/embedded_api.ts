/**
 * The embedded Kubernetes API: a request handler that behaves as kube-apiserver does, as far as clients can tell.
 *
 * @module
 */
import { accessDenied, isAllowed, type RoleRule } from "./wire/role_rule.ts";
import { errorAnswer, FIXED_ANSWERS, noSuchPath } from "./wire/answers.ts";
import type { ApiObject, StoredObject } from "./objects/api_object.ts";
import type { Backend } from "./wire/backend.ts";
import { accessOf } from "./wire/resource_request.ts";
import type { EmbeddedApiOptions, Interceptor, RecordedRequest } from "./embedded_api_options.ts";
import { nameSuffix } from "./objects/name_suffix.ts";
import { ObjectDeletion } from "./objects/object_deletion.ts";
import { type Change, ObjectStore } from "./objects/object_store.ts";
import { ObjectWrites } from "./objects/object_writes.ts";
import { type LogOf, PodLogs } from "./objects/pod_logs.ts";
import { answerResource } from "./wire/answer_resource.ts";
import { ResourceTable } from "./objects/resource_table.ts";
import { type ApiResource, apiVersionOf } from "./objects/api_resource.ts";
import { parseApiPath } from "./wire/api_path.ts";
import { noSuchResource, type StatusBody, StatusError, unauthorized } from "./objects/status_error.ts";
import { realTimer } from "./wire/timer.ts";

/**
 * Creates an embedded API.
 *
 * @example In process, without any port
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { embeddedApi } from "@action-runner/core/testing";
 *
 * const api = embeddedApi();
 * api.create("ConfigMap", { metadata: { name: "settings", namespace: "default" }, data: { a: "1" } });
 * const answer = await api.handle(new Request("http://x/api/v1/namespaces/default/configmaps/settings"));
 * assertEquals((await answer.json()).data, { a: "1" });
 * ```
 */
export function embeddedApi(options: EmbeddedApiOptions = {}): EmbeddedApi {
  return new EmbeddedApi(options);
}

/** What each client may ask about itself. */
const SELF_REVIEWS = ["selfsubjectaccessreviews", "selfsubjectreviews"];

/** A Kubernetes API within the process. Made by {@link embeddedApi}. */
export class EmbeddedApi {
  /** All requests so far, the oldest first. */
  readonly requests: RecordedRequest[] = [];
  readonly #options: EmbeddedApiOptions;
  readonly #table: ResourceTable;
  readonly #backend: Backend;
  readonly #interceptors: Interceptor[] = [];

  /** Use {@link embeddedApi}. */
  constructor(options: EmbeddedApiOptions) {
    this.#options = options;
    this.#table = new ResourceTable(options.resources);
    const now = options.now ?? (() => new Date());
    const store = new ObjectStore(options.historyLimit ?? 100_000);
    const newUid = options.newUid ?? (() => crypto.randomUUID());
    const sources = { now, newUid, newSuffix: () => nameSuffix(options.random ?? Math.random) };
    this.#backend = {
      store,
      writes: new ObjectWrites(store, this.#table, sources),
      deletion: new ObjectDeletion(store, this.#table, now),
      logs: new PodLogs(),
      timer: options.timer ?? realTimer,
      watches: new Set(),
      rules: options.rules,
      user: options.user ?? "embedded-user",
    };
    for (const name of options.namespaces ?? ["default"]) {
      this.create("Namespace", { metadata: { name } });
    }
  }

  /** The API's present time. */
  now(): Date {
    return (this.#options.now ?? (() => new Date()))();
  }

  /** Answers a request as the API server does; can be a handler of `Deno.serve` and can replace `fetch`. */
  readonly handle = async (request: Request): Promise<Response> => {
    const { pathname, searchParams } = new URL(request.url);
    this.requests.push({ method: request.method, path: pathname, query: Object.fromEntries(searchParams) });
    return await this.#through(0, request);
  };

  /** Puts an interceptor in front of the API and of earlier interceptors. Call the result to remove it. */
  use(interceptor: Interceptor): () => void {
    this.#interceptors.unshift(interceptor);
    return () => {
      const index = this.#interceptors.indexOf(interceptor);
      if (index >= 0) this.#interceptors.splice(index, 1);
    };
  }

  /**
   * Creates an object as a client would; `status` is kept.
   *
   * @throws {StatusError} If the API refuses the object.
   */
  create(kind: string, object: ApiObject): StoredObject {
    const resource = this.#table.ofKind(kind);
    const { namespace = "", name = "" } = object.metadata ?? {};
    const full = { apiVersion: apiVersionOf(resource), ...object, kind };
    return this.#backend.writes.create({ resource, namespace, name }, full);
  }

  /** Creates the object, or replaces the object of its name, whatever version that has. */
  put(kind: string, object: ApiObject): StoredObject {
    const resource = this.#table.ofKind(kind);
    const { namespace = "", name = "" } = object.metadata ?? {};
    const previous = this.find(kind, namespace, name);
    if (!previous) return this.create(kind, object);
    const { uid, resourceVersion } = previous.metadata;
    const metadata = { ...object.metadata, uid, resourceVersion };
    const full = { apiVersion: apiVersionOf(resource), ...object, kind, metadata };
    return this.#backend.writes.update({ resource, namespace, name }, full);
  }

  /** A copy of the object, or undefined. For cluster-scoped objects the namespace is empty. */
  find(kind: string, namespace: string, name: string): StoredObject | undefined {
    return this.#backend.store.get(this.#table.ofKind(kind), namespace, name);
  }

  /** Copies of all objects of the kind; of one namespace if it is given. */
  objects(kind: string, namespace = ""): StoredObject[] {
    return this.#backend.store.list(this.#table.ofKind(kind), namespace);
  }

  /**
   * Applies a JSON merge patch to the whole object, including `status`.
   *
   * @throws {StatusError} 404 if there is no such object, 422 if the result breaks a rule.
   */
  patch(kind: string, namespace: string, name: string, patch: ApiObject): StoredObject {
    return this.#backend.writes.patch({ resource: this.#table.ofKind(kind), namespace, name }, patch);
  }

  /**
   * Deletes the object as a client would: finalizers keep it.
   *
   * @throws {StatusError} 404 if there is no such object.
   */
  delete(kind: string, namespace: string, name: string): StoredObject | StatusBody {
    return this.#backend.deletion.delete({ resource: this.#table.ofKind(kind), namespace, name });
  }

  /** Removes the object at once, whatever its finalizers. Returns its last state, or undefined. */
  remove(kind: string, namespace: string, name: string): StoredObject | undefined {
    return this.#backend.store.remove(this.#table.ofKind(kind), namespace, name);
  }

  /** Calls the listener at each change of any object. Call the result to stop that. */
  observe(listener: (change: Change) => void): () => void {
    return this.#backend.store.subscribe(listener);
  }

  /** Forgets the history: a watch from any version before the latest gets 410 Expired. */
  compact(): void {
    this.#backend.store.compact();
  }

  /** Ends all watches cleanly, as an API server that shuts down does. */
  endWatches(): void {
    for (const watch of [...this.#backend.watches]) watch.end();
  }

  /** Sets what the client may do from now on; undefined: everything. Open watches go on, as on a real server. */
  setRules(rules: readonly RoleRule[] | undefined): void {
    this.#backend.rules = rules;
  }

  /** Sets the log of a container. */
  setLog(of: LogOf, text: string): void {
    this.#backend.logs.set(of, text);
  }

  /** Serves one more resource, as when a CRD is installed. */
  addResource(resource: ApiResource): void {
    this.#table.add(resource);
  }

  /**
   * Stops serving a resource, such as `workflows.argoproj.io`: its paths answer `404 page not found`. Open watches go
   * on and its objects are kept; to delete a CRD as a real server does, remove the objects first.
   */
  removeResource(name: string): void {
    this.#table.remove(name);
  }

  async #through(index: number, request: Request): Promise<Response> {
    const interceptor = this.#interceptors[index];
    if (interceptor) {
      return await interceptor(request, (passed) => this.#through(index + 1, passed));
    }
    const answer = await this.#answer(request);
    answer.headers.set("date", this.now().toUTCString());
    return answer;
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const fixed = FIXED_ANSWERS[pathname];
    if (fixed) return fixed();
    try {
      return await this.#answerResource(request);
    } catch (error) {
      if (error instanceof StatusError) return errorAnswer(error);
      throw error;
    }
  }

  async #answerResource(request: Request): Promise<Response> {
    const { pathname, searchParams: query } = new URL(request.url);
    this.#authenticate(request);
    const path = parseApiPath(pathname);
    if (!path) return noSuchPath();
    const access = accessOf(request.method, path, query);
    if (!SELF_REVIEWS.includes(path.plural) && !isAllowed(this.#backend.rules, access)) {
      throw accessDenied(this.#backend.user, access);
    }
    const resource = this.#table.find(path);
    if (!resource && this.#table.isNativeGroup(path.group)) throw noSuchResource();
    return resource ? await answerResource(this.#backend, { request, path, resource, query }) : noSuchPath();
  }

  #authenticate(request: Request): void {
    const { tokens } = this.#options;
    const [, token = ""] = (request.headers.get("authorization") ?? "").match(/^Bearer (.*)$/) ?? [];
    if (tokens && !tokens.includes(token)) throw unauthorized();
  }
}
