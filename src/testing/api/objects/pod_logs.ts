/**
 * The logs of the embedded API's pods, which tests set.
 *
 * @module
 */
import { arrayAt, textAt } from "../../../text/json.ts";
import type { StoredObject } from "./api_object.ts";
import { badRequest } from "./status_error.ts";

/** Which log is meant. */
export interface LogOf {
  /** The pod's namespace. */
  namespace: string;
  /** The pod's name. */
  pod: string;
  /** The container's name. Default `main`. */
  container?: string;
  /** Whether it is the log of the container's previous run. Default false. */
  previous?: boolean;
}

/** The options of a request for a log. */
export interface LogOptions {
  /** Name of the container; empty for the only container of the pod. */
  container: string;
  /** Whether the container's previous run is meant. */
  previous: boolean;
  /** Whether each line starts with a time. */
  timestamps: boolean;
  /** How many lines, from the end. Default all. */
  tailLines?: number | undefined;
  /** How many bytes of those lines, from their start. Default all. */
  limitBytes?: number | undefined;
}

/** The logs by pod and container. */
export class PodLogs {
  readonly #texts = new Map<string, string>();

  /** Sets the whole log. */
  set(of: LogOf, text: string): void {
    this.#texts.set(keyOf(of), text);
  }

  /**
   * The requested log. With `timestamps` each line starts with the time of the pod's creation. A log does not grow, so
   * `follow` changes nothing.
   *
   * @throws {StatusError} 400 if the pod has no such container, or if the container still waits to start or has no
   * previous run.
   */
  read(pod: StoredObject, options: LogOptions): string {
    const { namespace = "", name } = pod.metadata;
    const { previous, tailLines, limitBytes, timestamps } = options;
    const container = containerOf(pod, options.container);
    if (!previous) checkStarted(pod, container);
    const text = this.#texts.get(keyOf({ namespace, pod: name, container, previous }));
    if (text === undefined && previous) {
      throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
    }
    const tail = cut(text ?? "", tailLines, limitBytes);
    return timestamps ? stamped(tail, pod.metadata.creationTimestamp) : tail;
  }
}

function stamped(text: string, time: unknown): string {
  if (text === "") return text;
  const nanoseconds = `${new Date(String(time)).toISOString().slice(0, 19)}.000000000Z`;
  return text.split(/(?<=\n)/).map((line) => `${nanoseconds} ${line}`).join("");
}

function keyOf({ namespace, pod, container = "main", previous = false }: LogOf): string {
  return [namespace, pod, container, previous].join("/");
}

function checkStarted(pod: StoredObject, container: string): void {
  const status = arrayAt(pod, "status", "containerStatuses").find((each) =>
    textAt(each, "name") === container
  );
  const reason = textAt(status, "state", "waiting", "reason");
  if (reason === "") return;
  throw badRequest(`container "${container}" in pod "${pod.metadata.name}" is waiting to start: ${reason}`);
}

function containerOf(pod: StoredObject, asked: string): string {
  const names = [...arrayAt(pod, "spec", "initContainers"), ...arrayAt(pod, "spec", "containers")]
    .map((container) => textAt(container, "name"));
  const { name } = pod.metadata;
  if (asked !== "" && names.includes(asked)) return asked;
  if (asked !== "") {
    throw badRequest(`container ${asked} is not valid for pod ${name}`);
  }
  if (names.length === 1) return names[0] ?? "";
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(" ")}]`);
}

function cut(text: string, tailLines = Infinity, limitBytes = Infinity): string {
  const lines = text.split("\n");
  const ended = lines.at(-1) === "";
  const whole = ended ? lines.slice(0, -1) : lines;
  const tail = whole.slice(Math.max(0, whole.length - tailLines)).join("\n") +
    (ended ? "\n" : "");
  const bytes = new TextEncoder().encode(tailLines === 0 ? "" : tail);
  return new TextDecoder().decode(bytes.slice(0, Math.min(bytes.length, limitBytes)));
}
