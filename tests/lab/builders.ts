/**
 * Builders of valid objects that most tests need; a test passes only the fields that matter to it.
 *
 * @module
 */
import type { JsonObject } from "../../src/text/json.ts";
import type { ExecutionContext, WorkRef } from "../../src/runner.ts";
import type { Outcome } from "../../src/run/outcome/report.ts";

/** The context of the run `demo` in the namespace `team`. */
export function aContext(fields: Partial<ExecutionContext> = {}): ExecutionContext {
  return {
    program: "argo-runner",
    name: "demo",
    platform: { namespace: "team", serviceAccountName: "worker" },
    dryRun: false,
    onExisting: "adopt",
    settings: {},
    logTailLines: 20,
    followLogs: false,
    onTimeout: "leave",
    onTerminate: "leave",
    ...fields,
  };
}

/** The object of the run `demo`, just created. */
export function aWorkObject(fields: Partial<WorkRef> = {}): WorkRef {
  return {
    apiVersion: "example.org/v1",
    kind: "Work",
    name: "demo",
    namespace: "team",
    uid: "uid-1",
    adopted: false,
    ...fields,
  };
}

/** The end of a run that succeeded. */
export function anOutcome(fields: Partial<Outcome> = {}): Outcome {
  return { reason: "Succeeded", message: "all went well", left: "finished", ...fields };
}

/** Metadata without content, as programs print it. */
export const SAY_NOTHING: (JsonObject | null)[] = [
  null,
  {},
  { creationTimestamp: null },
  { name: null, namespace: null },
  { name: "", namespace: "", generateName: "" },
  { uid: "", resourceVersion: "", selfLink: "", generation: 0 },
  { uid: null, resourceVersion: null, generateName: null, generation: null, deletionTimestamp: null },
  { ownerReferences: [], finalizers: [], managedFields: [] },
  { ownerReferences: null, finalizers: null, managedFields: null },
  { labels: null, annotations: null },
  { labels: {}, annotations: {} },
];
