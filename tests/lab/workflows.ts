/**
 * Workflows for the simulated controller and for a real one.
 *
 * @module
 */

import type { JsonObject, StoredObject } from "../../src/testing/mod.ts";

/** A container that runs the command in busybox, which the cluster must have. */
export function shell(command: string): JsonObject {
  const image = "localhost/busybox:1";
  return { image, imagePullPolicy: "IfNotPresent", command: ["sh", "-c"], args: [command] };
}

/** A template of one such container. */
export function template(name: string, command: string): JsonObject {
  return { name, container: shell(command) };
}

/** Two steps, of which the first waits to be resumed. */
export const suspendUntilResumed: JsonObject = {
  entrypoint: "s",
  templates: [
    { name: "s", steps: [[{ name: "wait", template: "w" }], [{ name: "after", template: "a" }]] },
    { name: "w", suspend: {} },
    template("a", "true"),
  ],
};

/** Argo's two labels, as `Running/false`. */
export function phaseLabels({ metadata: { labels = {} } }: StoredObject): string {
  return `${labels["workflows.argoproj.io/phase"] ?? ""}/${labels["workflows.argoproj.io/completed"] ?? ""}`;
}
