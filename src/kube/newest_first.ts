import { createdAt, type KubeObject } from "./client.ts";

/** Sorts objects by their creation, the newest first. */
export function newestFirst(a: KubeObject, b: KubeObject): number {
  return createdAt(b).localeCompare(createdAt(a));
}
