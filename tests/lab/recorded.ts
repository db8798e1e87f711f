/**
 * Objects recorded from a real cluster, and a client that answers with them. See the README of each folder
 * of `tests/testdata`.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import { ApiError } from "../../src/kube/api_error.ts";
import type { KubeClient, KubeObject, ListOptions, LogOptions, ObjectRef } from "../../src/kube/client.ts";

/** A runner's object, the pods that did not succeed, their warning events, and their logs by `<pod>/<container>`. */
export interface Recording {
  object: KubeObject & { status: JsonObject };
  pods: KubeObject[];
  events: KubeObject[];
  logs: Record<string, string>;
}

/** The recordings of a runner's folder. */
export function recordingsOf(runner: "argo" | "job") {
  const folder = new URL(`../testdata/${runner}/`, import.meta.url);
  return {
    /** The names of all recordings. */
    recordingNames(): string[] {
      return [...Deno.readDirSync(folder)]
        .filter(({ name }) => name.endsWith(".json"))
        .map(({ name }) => name.replace(/\.json$/, ""))
        .sort();
    },
    /** Reads a recording. */
    recording(name: string): Recording {
      return JSON.parse(Deno.readTextFileSync(new URL(`${name}.json`, folder)));
    },
  };
}

/** What a request reads: the kind of an object, or a log. */
export type Asked = "Workflow" | "Job" | "Pod" | "Event" | "log";

/** A client that answers from a recording. */
export interface Replay {
  kube: KubeClient;
  /** What the requests read, in their order. */
  asked: Asked[];
  /** The options of the requests for logs. */
  logs: LogOptions[];
}

/** A time after all recordings, milliseconds since 1970. */
export const RECORDED_BEFORE = Date.parse("2026-12-24T00:00:00Z");

/** An error that the API server answers. */
export function refusal(fault: "forbidden" | "notFound" | "server"): ApiError {
  return new ApiError(`Cannot read it (${fault})`, { fault });
}

/** Answers from a recording; `trouble` may return an error, or a promise that is awaited first. */
export function replay(
  { object, pods, events, logs }: Recording,
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
    serverNow: () => RECORDED_BEFORE,
    async get({ kind, name }: ObjectRef, options: { signal?: AbortSignal } = {}) {
      await ask(kind as Asked, options.signal);
      const found = [object, ...pods].find((each) => each.kind === kind && each.metadata.name === name);
      if (!found) throw refusal("notFound");
      return structuredClone(found);
    },
    async list({ kind }: { kind: string }, { fieldSelector = "", labelSelector = "", signal }: ListOptions) {
      await ask(kind as Asked, signal);
      const items = (kind === "Pod" ? pods : events).filter((each) =>
        isSelected(fieldSelector, (path) => valueAt(each, path)) &&
        isSelected(labelSelector, (label) => each.metadata.labels?.[label])
      );
      return { resourceVersion: "1", items: structuredClone(items) };
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

function isSelected(selector: string, valueOf: (key: string) => unknown): boolean {
  return selector.split(",").filter((part) => part !== "").every((part) => {
    const [, key = "", not, value] = /^(.*?)(!?)=(.*)$/.exec(part) ?? [];
    return (valueOf(key) === value) === (not === "");
  });
}

function valueAt(object: KubeObject, path: string): unknown {
  // deno-lint-ignore no-explicit-any
  return path.split(".").reduce<any>((at, key) => at?.[key], object);
}
