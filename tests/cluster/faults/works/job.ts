/**
 * Jobs as the tests' work.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { NAME, timestamp, type Work } from "./work.ts";

/** A controller that there is not: the built-in one leaves the Job to it. */
export const NOBODY = "action-runner.test/nobody";

const MANIFEST: JsonObject = {
  managedBy: NOBODY,
  template: {
    spec: { restartPolicy: "Never", containers: [{ name: "main", image: "localhost/busybox:1" }] },
  },
};

/** A Job that no controller takes care of. */
export const JOB: Work = {
  program: "job-runner",
  apiVersion: "batch/v1",
  kind: "Job",
  plural: "jobs",
  manifest: MANIFEST,
  spec: MANIFEST,
  objectName: NAME,
  other: { manifest: { ...MANIFEST, backoffLimit: 1 }, field: "spec.backoffLimit" },
  shortLived: {
    manifest: { ...MANIFEST, ttlSecondsAfterFinished: 0 },
    field: "ttlSecondsAfterFinished",
  },
  listing: (list) =>
    `managedBy: ${NOBODY}\ntemplate:\n  spec:\n    restartPolicy: Never\n    containers:\n` +
    `    - {name: main, image: "localhost/busybox:1", env: ${list}}\n`,
  end: (phase, message = "") => phase === "Succeeded" ? succeeded() : failed(message),
  hasStatusPath: true,
  isEnd: (line) => /"type":"(Complete|Failed)"/.test(line),
};

// https://github.com/kubernetes/kubernetes/blob/v1.34.4/pkg/apis/batch/validation/validation.go `validateJobStatus`
function succeeded(): JsonObject {
  const time = timestamp();
  const conditions = [condition("SuccessCriteriaMet", time), condition("Complete", time)];
  return { status: { startTime: time, completionTime: time, conditions } };
}

function failed(message: string): JsonObject {
  const time = timestamp();
  const conditions = [condition("FailureTarget", time, message), condition("Failed", time, message)];
  return { status: { startTime: time, conditions } };
}

function condition(type: string, lastTransitionTime: string, message = ""): JsonObject {
  return { type, status: "True", reason: "TheTestSaysSo", message, lastTransitionTime };
}
