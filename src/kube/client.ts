/**
 * The client contract: what the project needs of a Kubernetes API server. Dry run, faults and recording are wrappers
 * around it.
 *
 * @module
 */
import { type Clock, systemClock } from "../time/clock.ts";
import type { JsonObject } from "../text/json.ts";

/** The part of an object's metadata that this project reads, in the API's own spelling. */
export interface ObjectMeta extends JsonObject {
  /** The object's name. */
  name?: string;
  /** Its namespace; absent for a kind without namespaces. */
  namespace?: string;
  /** Differs from the uid of a later object of the same name. */
  uid?: string;
  /** Changes with every write; compare it for equality only. */
  resourceVersion?: string;
  /** RFC 3339. */
  creationTimestamp?: string;
  /** RFC 3339; present while the object is being deleted. */
  deletionTimestamp?: string;
  /** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/ */
  labels?: Record<string, string>;
  /** https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/ */
  annotations?: Record<string, string>;
  /** https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/ */
  ownerReferences?: OwnerRef[];
}

/**
 * The owner of an object, in the same namespace or without a namespace, in the API's own spelling.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
 */
export interface OwnerRef extends JsonObject {
  /** For example `core.capact.io/v1alpha1`. */
  apiVersion: string;
  /** For example `Action`. */
  kind: string;
  /** The owner's name. */
  name: string;
  /** The owner's uid: to the garbage collector another object of the same name is not the owner. */
  uid: string;
  /** Whether the owner manages the object. */
  controller?: boolean;
  /** Whether a foreground deletion of the owner waits for the object. */
  blockOwnerDeletion?: boolean;
}

/** Any object, as the API server's JSON has it. */
export interface KubeObject extends JsonObject {
  /** For example `batch/v1`, `v1`. */
  apiVersion: string;
  /** For example `Job`. */
  kind: string;
  /** The object's metadata. */
  metadata: ObjectMeta;
}

/** A kind of object. */
export interface ResourceType {
  /** For example `batch/v1`, `v1`. */
  apiVersion: string;
  /** For example `Job`. */
  kind: string;
  /** The kind in the URL; by default its regular English plural in lower case. */
  plural?: string;
}

/** One object by name. */
export interface ObjectRef extends ResourceType {
  /** The object's name. */
  name: string;
  /** Its namespace; empty for a kind without namespaces, such as `Namespace`. */
  namespace: string;
}

/** The answer to a LIST. */
export interface KubeList {
  /** The collection's resourceVersion: a watch that starts from it misses nothing. */
  resourceVersion: string;
  /** The objects, in no order. */
  items: KubeObject[];
}

/** One line of a watch. */
export interface WatchEvent {
  /** `ADDED`, `MODIFIED`, `DELETED`, `BOOKMARK`, `ERROR`, or a type that a later server may send. */
  type: string;
  /** The object; a Status for `ERROR`. */
  object: KubeObject;
}

/** Options of every request. */
export interface RequestOptions {
  /** Ends the request. */
  signal?: AbortSignal | undefined;
  /** Longest time for the whole answer in milliseconds; 30 000 by default. */
  deadlineMs?: number;
}

/** Options of reads. */
export interface ReadOptions extends RequestOptions {
  /** Read the metadata only (PartialObjectMetadata): the answer's size does not depend on the object's. */
  metadataOnly?: boolean;
  /** Use a new connection: the pooled connection may be dead without any sign. */
  freshConnection?: boolean;
}

/** Options of LIST. */
export interface ListOptions extends ReadOptions {
  /** The objects' namespace; empty for a kind without namespaces. */
  namespace: string;
  /** For example `metadata.name=x`. */
  fieldSelector?: string;
  /** For example `workflows.argoproj.io/workflow=x`. */
  labelSelector?: string;
  /** Most objects; all by default. */
  limit?: number;
}

/** Options of WATCH. The deadline is for the answer's headers. */
export interface WatchOptions extends ListOptions {
  /** Where to start: the resourceVersion of a collection, of a bookmark, or of the reply to a create. */
  resourceVersion: string;
  /** After how many seconds the server ends the watch; the client ends it 10 s later. */
  timeoutSeconds: number;
}

/** Options of writes. */
export interface WriteOptions extends RequestOptions {
  /** The API server validates the write and stores nothing. */
  dryRun?: boolean;
}

/** Options of a container's log. */
export interface LogOptions extends RequestOptions {
  /** The container. */
  container: string;
  /** How many lines from the end. */
  tailLines: number;
  /** Read the log of the container's previous run. */
  previous?: boolean;
}

/** Options of a container's log as a stream. The deadline is for the answer's headers. */
export interface StreamLogOptions extends RequestOptions {
  /** The container. */
  container: string;
  /** Whether the stream goes on until the container has ended; otherwise it ends with the last line so far. */
  follow: boolean;
  /** Only lines since this time, RFC 3339; the API server ignores fractions of a second. */
  sinceTime?: string | undefined;
}

/** Options of {@linkcode KubeClient.ask}. */
export interface AskOptions extends RequestOptions {
  /** The body of a POST, such as a SelfSubjectAccessReview; without it the request is a GET. */
  question?: JsonObject | undefined;
}

/** Options of DELETE. */
export interface DeleteOptions extends WriteOptions {
  /** Delete only the object with this uid. */
  uid?: string | undefined;
  /** What happens to the objects that it owns. */
  propagationPolicy?: "Foreground" | "Background" | "Orphan" | undefined;
}

/**
 * A Kubernetes API server.
 *
 * Each call is one attempt; only after a refused token it reads the token again and tries once more. Every method
 * throws an `ApiError` if the API server cannot be reached or refuses, and the signal's reason if that is aborted.
 */
export interface KubeClient {
  /** Reads an object. */
  get(ref: ObjectRef, options?: ReadOptions): Promise<KubeObject>;
  /** Reads all objects of a kind in a namespace. */
  list(type: ResourceType, options: ListOptions): Promise<KubeList>;
  /** Ends when the server ends the watch; throws if it breaks. */
  watch(type: ResourceType, options: WatchOptions): AsyncIterable<WatchEvent>;
  /** POST. */
  create(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** https://www.rfc-editor.org/rfc/rfc7386 */
  mergePatch(ref: ObjectRef, patch: JsonObject, options?: WriteOptions): Promise<KubeObject>;
  /** PUT: fails with a conflict if the object's resourceVersion is not the newest. */
  replace(object: KubeObject, options?: WriteOptions): Promise<KubeObject>;
  /** Requests the deletion of an object, which may take some time. */
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** The last lines of a container's log, as the kubelet has it. */
  readLog(pod: { name: string; namespace: string }, options: LogOptions): Promise<string>;
  /** A container's log; each line begins with its time (RFC 3339 with nanoseconds) and a blank. Throws if it breaks. */
  streamLog(pod: { name: string; namespace: string }, options: StreamLogOptions): AsyncIterable<Uint8Array>;
  /** Reads a path that is not an object, such as `/version`, or posts a question. Nothing is ever stored. */
  ask(path: string, options?: AskOptions): Promise<JsonObject>;
  /** The API server's clock in milliseconds since 1970, by its last answer. */
  serverNow(): number;
  /** The clock of functions that wait on this client, unless their options have a clock; by default the real clock. */
  readonly clock?: Clock | undefined;
}

/** The name of the writer in the API server's field management. */
export const FIELD_MANAGER = "action-runner";

/** The clock of a function that waits on a client. */
export function clockOf(kube: KubeClient, options: { clock?: Clock | undefined } = {}): Clock {
  return options.clock ?? kube.clock ?? systemClock;
}

/** The reference of an object that has a name and a namespace. */
export function refOf(object: KubeObject): ObjectRef {
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name ?? "",
    namespace: object.metadata.namespace ?? "",
  };
}

/** When an object was created, RFC 3339; empty for an object that is not stored. */
export function createdAt({ metadata }: KubeObject): string {
  return metadata.creationTimestamp ?? "";
}

/** An object as people write it: `Workflow "x"`. */
export function titleOf(ref: { kind: string; name: string }): string {
  return `${ref.kind} "${ref.name}"`;
}

/** The path of a kind's collection in a namespace (empty: in the cluster), or of the object with `name`. */
export function resourcePath(type: ResourceType, namespace: string, name?: string): string {
  const root = type.apiVersion.includes("/") ? `/apis/${type.apiVersion}` : `/api/${type.apiVersion}`;
  const place = namespace === "" ? [] : ["namespaces", namespace];
  const parts = [...place, pluralOf(type), ...(name === undefined ? [] : [name])];
  return `${root}/${parts.map(encodeURIComponent).join("/")}`;
}

/** As `UnsafeGuessKindToResource`: https://github.com/kubernetes/apimachinery/blob/v0.34.4/pkg/api/meta/restmapper.go */
export function pluralOf(type: ResourceType): string {
  if (type.plural !== undefined) return type.plural;
  const singular = type.kind.toLowerCase();
  if (singular.endsWith("s")) return `${singular}es`;
  if (singular.endsWith("y")) return `${singular.slice(0, -1)}ies`;
  return `${singular}s`;
}
