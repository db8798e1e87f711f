/**
 * Objects recorded from a real cluster, and a client that answers with them. See `tests/testdata/argo/README.md`.
 *
 * @module
 */
import {
  ApiError,
  type JsonObject,
  type KubeClient,
  type KubeObject,
  type ListOptions,
  type LogOptions,
  type ObjectRef,
} from "../../../src/mod.ts";

/** A Workflow, with the pods that did not succeed, their warning events, and logs by `<pod>/<container>`. */
export interface Recording {
  workflow: KubeObject & { status: JsonObject };
  pods: KubeObject[];
  events: KubeObject[];
  logs: Record<string, string>;
}

const FOLDER = new URL("../../testdata/argo/", import.meta.url);

/** The names of all recordings. */
export function recordingNames(): string[] {
  return [...Deno.readDirSync(FOLDER)]
    .filter(({ name }) => name.endsWith(".json"))
    .map(({ name }) => name.replace(/\.json$/, ""))
    .sort();
}

/** Reads a recording. */
export function recording(name: string): Recording {
  return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, FOLDER)));
}

/** What a request asks for: `Workflow`, `Pod`, `Event`, or `log`. */
export type Asked = "Workflow" | "Pod" | "Event" | "log";

/** A client that answers from a recording. */
export interface Replay {
  kube: KubeClient;
  /** What was asked for, the oldest first. */
  asked: Asked[];
  /** The options of the logs that were asked for. */
  logs: LogOptions[];
}

/** An answer of the API server that is no success. */
export function refusal(fault: "forbidden" | "notFound" | "server"): ApiError {
  return new ApiError(`Cannot read it (${fault})`, { fault });
}

/** Answers from a recording; `trouble` may give an error, or a promise to wait for first. */
export function replay(
  { workflow, pods, events, logs }: Recording,
  trouble: (asked: Asked, signal?: AbortSignal) => Error | Promise<never> | undefined = () => undefined,
): Replay {
  const asked: Asked[] = [];
  const logOptions: LogOptions[] = [];
  const ask = async (what: Asked, signal: AbortSignal | undefined) => {
    asked.push(what);
    const wrong = trouble(what, signal);
    if (wrong instanceof Error) throw wrong;
    await wrong;
  };
  const kube = {
    async get({ kind, name }: ObjectRef, options: { signal?: AbortSignal } = {}) {
      await ask(kind as Asked, options.signal);
      const found = [workflow, ...pods].find((each) => each.kind === kind && each.metadata.name === name);
      if (!found) throw refusal("notFound");
      return structuredClone(found);
    },
    async list({ kind }: { kind: string }, { fieldSelector = "", signal }: ListOptions) {
      await ask(kind as Asked, signal);
      return { resourceVersion: "1", items: events.filter((event) => isSelected(event, fieldSelector)) };
    },
    async readLog({ name }: { name: string }, options: LogOptions) {
      logOptions.push(options);
      await ask("log", options.signal);
      const log = logs[`${name}/${options.container}`];
      if (log === undefined) throw refusal("notFound");
      return log.split(/(?<=\n)/).slice(-options.tailLines).join("");
    },
  };
  return { kube: kube as unknown as KubeClient, asked, logs: logOptions };
}

function isSelected(event: KubeObject, fieldSelector: string): boolean {
  return fieldSelector.split(",").every((part) => {
    const [path = "", value] = part.split("=");
    // deno-lint-ignore no-explicit-any
    return path.split(".").reduce<any>((at, key) => at?.[key], event) === value;
  });
}
