/**
 * What a request of a runner is for.
 *
 * @module
 */
import type { Exchange, Seen } from "./proxy.ts";

const COLLECTION = /\/(workflows|jobs)(\?|$)/;
const OBJECT = /\/(workflows|jobs)\/[^/?]+(\?|$)/;

/** Whether a request is about the work's object or its like. */
export function isAboutWork({ path }: Seen): boolean {
  return COLLECTION.test(path) || OBJECT.test(path);
}

/** Whether a request creates the work's object, and that is to be stored. */
export function isCreate(seen: Seen): boolean {
  return seen.method === "POST" && COLLECTION.test(seen.path) && !isTrial(seen);
}

/** Whether a request asks the API server to validate a create and to store nothing. */
export function isTrialCreate(seen: Seen): boolean {
  return seen.method === "POST" && COLLECTION.test(seen.path) && isTrial(seen);
}

/** Whether a request asks for the work's object, by its name. */
export function isGet({ method, path }: Seen): boolean {
  return method === "GET" && OBJECT.test(path);
}

/** Whether a request asks for the whole object. */
export function isWholeGet({ seen, request }: Exchange): boolean {
  return isGet(seen) && request.headers.get("accept") === "application/json";
}

/** Whether a request is a LIST of the work's kind. */
export function isList(seen: Seen): boolean {
  return seen.method === "GET" && COLLECTION.test(seen.path) && !isWatch(seen);
}

/** Whether a request opens a watch. */
export function isWatch({ path }: Seen): boolean {
  return path.includes("watch=true");
}

/** Whether a request writes the status object; a dry run does not count. */
export function isStatusWrite(seen: Seen): boolean {
  return seen.method !== "GET" && seen.path.includes("/configmaps/") && !isTrial(seen);
}

/** Whether a request tries whether the status object could be written. */
export function isStatusTrial(seen: Seen): boolean {
  return seen.method !== "GET" && seen.path.includes("/configmaps/") && isTrial(seen);
}

function isTrial({ path }: Seen): boolean {
  return path.includes("dryRun");
}
