/**
 * Argo Workflows as the tests' work.
 *
 * @module
 */
import { NAME, timestamp, type Work } from "./work.ts";

const suspended = (suspend = {}) => ({ entrypoint: "main", templates: [{ name: "main", suspend }] });

/** A Workflow that is suspended, so that Argo's controller starts no pod. */
export const WORKFLOW: Work = {
  program: "argo-runner",
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Workflow",
  plural: "workflows",
  manifest: suspended(),
  spec: suspended(),
  objectName: NAME,
  other: { manifest: suspended({ duration: "1h" }), field: "spec.templates.0.suspend.duration" },
  shortLived: {
    manifest: { ...suspended(), ttlStrategy: { secondsAfterCompletion: 0 } },
    field: "ttlStrategy.secondsAfterCompletion",
  },
  listing: (list) =>
    `entrypoint: main\narguments: {parameters: ${list}}\ntemplates:\n- {name: main, suspend: {}}\n`,
  // Phase, time and labels in one update, as Argo's controller does.
  end: (phase, message = "") => ({
    metadata: {
      labels: { "workflows.argoproj.io/phase": phase, "workflows.argoproj.io/completed": "true" },
    },
    status: { phase, message, finishedAt: timestamp() },
  }),
  hasStatusPath: false,
  isEnd: (line) => line.includes('"workflows.argoproj.io/completed":"true"'),
};
