/**
 * Helm releases as the tests' work: helm's Job, in which no helm runs.
 *
 * @module
 */
import type { JsonObject } from "../../../../src/mod.ts";
import { silentLog } from "../../../../src/io/log.ts";
import { prepareWork } from "../../../../runners/helm/work.ts";
import { aContext } from "../../../lab/builders.ts";
import { JOB, NOBODY } from "./job.ts";
import { NAME, type Work } from "./work.ts";

const MANIFEST: JsonObject = {
  command: "install",
  chart: { name: "oci://charts.test/none", version: "1.0.0" },
  values: { text: "größer" },
};
/** Without one, a Job that has ended says nothing of a later start. */
const RUN_ID = "monday";

/** An installation by a Job that no controller takes care of. */
export const RELEASE: Work = {
  ...JOB,
  program: "helm-runner",
  manifest: MANIFEST,
  objectName: await jobName(),
  env: { RUNNER_RUN_ID: RUN_ID },
  rules: [
    { apiGroups: ["batch"], resources: ["jobs"], verbs: ["delete"] },
    { apiGroups: [""], resources: ["secrets"], verbs: ["create", "get", "list", "delete"] },
  ],
  mutate({ spec }) {
    spec.managedBy = NOBODY;
  },
};

async function jobName(): Promise<string> {
  const platform = { namespace: "any", serviceAccountName: NAME };
  const context = aContext({ name: NAME, platform, runId: RUN_ID });
  const input = { context, manifest: MANIFEST, log: silentLog, signal: new AbortController().signal };
  return (await prepareWork(input)).name;
}
