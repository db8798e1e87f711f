/**
 * The work that a runner runs, as the tests see it: what they hand in, and how they end it in its controller's place.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";

/** Name of each run, of its status object and, by default, of its work's object. */
export const NAME = "work";

/** How work ends. */
export type Phase = "Succeeded" | "Failed" | "Error";

/** A kind of work, and the program that runs it. */
export interface Work {
  /** The compiled program, in `dist/`. */
  program: string;
  /** The object that stands for the work in the cluster. */
  kind: string;
  apiVersion: string;
  /** Its kind in paths, Roles and quotas. */
  plural: string;
  /** A manifest of work that starts no pod and runs until the test ends it. */
  manifest: JsonObject;
  /** The object's spec that comes of it. */
  spec: JsonObject;
  /** The object's name. */
  objectName: string;
  /** What the program is started with beside what all are. */
  env?: Record<string, string>;
  /** What it may do beside what all may. */
  rules?: JsonObject[];
  /** Changes each object on its way to the API server, as a webhook could. */
  mutate?(object: { spec: JsonObject }): void;
  /** Another manifest, and the field of the object that tells it from the first. */
  other: { manifest: JsonObject; field: string };
  /** A manifest of work that may be removed at its end, and the field that says so. */
  shortLived: { manifest: JsonObject; field: string };
  /** A manifest as YAML that holds this list of `{name, value}`, written in one line, where the kind has one. */
  listing(list: string): string;
  /** What a controller writes at the end, as a merge patch; the message is of a failure. */
  end(phase: Phase, message?: string): JsonObject;
  /** Whether the API server takes the status only by itself. */
  hasStatusPath: boolean;
  /** Whether a line of a watch tells of the end. */
  isEnd(line: string): boolean;
}

/** The API group of a kind of work. */
export function groupOf({ apiVersion }: Work): string {
  return apiVersion.split("/")[0]!;
}

/** A whole object of a kind of work. */
export function wholeObject({ apiVersion, kind, spec }: Work, metadata: JsonObject): JsonObject {
  return { apiVersion, kind, metadata, spec };
}

/** The time as Kubernetes writes it. */
export function timestamp(): string {
  return new Date().toISOString().replace(/\.\d+/, "");
}
