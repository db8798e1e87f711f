/**
 * Reads that may fail: an explanation goes on without them.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { oneLine } from "../text/one_line.ts";
import { isFault } from "../kube/api_error.ts";

/** What a read returned, or why it failed. */
export interface Attempt<T> {
  value?: T;
  /** Why it could not be read, in one short sentence. */
  notRead: string[];
  /** Whether the API server has the object no longer. */
  isGone?: boolean;
}

/** Longest time for one request, milliseconds: when a node does not answer, there is time left for the rest. */
export const REQUEST_MS = 3_000;

/** Reads something, or says in a sentence why that failed. */
export async function attempt<T>(what: string, read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read(), notRead: [] };
  } catch (error) {
    if (isFault(error, "forbidden")) return { notRead: [`the runner may not read the ${what}`] };
    if (isFault(error, "notFound")) return gone(what);
    return { notRead: [`${what}: ${oneLine(messageOf(error))}`] };
  }
}

/** The object is gone. */
export function gone(what: string): Attempt<never> {
  return { notRead: [`there is no ${what}`], isGone: true };
}
