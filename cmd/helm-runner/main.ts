/**
 * The helm-runner: has helm install, upgrade, uninstall or roll back a release, and reports it to a ConfigMap.
 *
 * @module
 */
import { sandbox } from "../../src/program/sandbox.ts";

await sandbox(import.meta.url, async () => {
  const { run } = await import("../../src/mod.ts");
  const { HELM_SETTINGS, helmRunner } = await import("../../runners/helm/mod.ts");
  const program = { program: "helm-runner", runner: helmRunner, settings: HELM_SETTINGS } as const;
  return (input) => run(program, input);
}, { reads: [{ variable: "RUNNER_HELM_FILES", flag: "helm-files" }] });
