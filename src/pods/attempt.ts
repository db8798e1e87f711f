/**
 * Reads that an explanation can do without.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import { oneLine } from "../text/one_line.ts";
import { isFault } from "../kube/api_error.ts";

/** What a read gave, or why it gave nothing. */
export interface Attempt<T> {
  /** What was read. */
  value?: T;
  /** Why it could not be read, in one short sentence. */
  notRead: string[];
  /** The API server has no such object any more. */
  isGone?: boolean;
}

/** Longest time for one request, milliseconds: a node that does not answer must leave time for the rest. */
export const REQUEST_MS = 3_000;

/** Reads something, or says in a sentence why it could not be read. */
export async function attempt<T>(what: string, read: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await read(), notRead: [] };
  } catch (error) {
    if (isFault(error, "forbidden")) return { notRead: [`the runner may not read the ${what}`] };
    if (isFault(error, "notFound")) return gone(what);
    return { notRead: [`${what}: ${oneLine(messageOf(error))}`] };
  }
}

/** What was asked for is not there any more. */
export function gone(what: string): Attempt<never> {
  return { notRead: [`there is no ${what}`], isGone: true };
}
