/**
 * Streams of containers' logs, scripted by a test.
 *
 * @module
 */
import { ApiError, type Fault } from "../../src/kube/api_error.ts";
import type { KubeClient, StreamLogOptions } from "../../src/kube/client.ts";

/** Sends nothing more, and does not end. */
export const HANG = Symbol("hang");

/** What a stream does, in this order; then it ends. */
export type LogStream = (string | Error | typeof HANG)[];

/** The options of a request. */
export type AskedLog = Omit<StreamLogOptions, "signal"> & { pod: string };

/** A client whose streams come from `streamOf`, with a record of the requests. */
export function logClient(
  streamOf: (asked: AskedLog, count: number) => LogStream,
): { kube: KubeClient; asked: AskedLog[] } {
  const asked: AskedLog[] = [];
  const kube = {
    async *streamLog({ name }: { name: string }, { signal, ...options }: StreamLogOptions) {
      signal?.throwIfAborted();
      asked.push({ pod: name, ...options });
      for (const part of streamOf(asked.at(-1)!, asked.length)) {
        if (part instanceof Error) throw part;
        if (part === HANG) await aborted(signal);
        else yield new TextEncoder().encode(part);
      }
    },
  };
  return { kube: kube as unknown as KubeClient, asked };
}

function aborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** An answer with an error status. */
export function refused(fault: Fault, message = fault as string): ApiError {
  return new ApiError(`Cannot follow the log of Pod "demo": ${message}`, { fault });
}

/** A line with its time: `at("07.5", "text")` is of the seventh second. */
export function at(second: string, text: string): string {
  const [whole = "", part = ""] = second.split(".");
  return `2026-11-25T01:00:${whole}.${part.padEnd(9, "0")}Z ${text}\n`;
}
