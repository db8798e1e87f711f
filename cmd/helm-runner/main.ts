/**
 * The helm-runner: has helm install, upgrade, uninstall or roll back a release, and reports it to a ConfigMap.
 *
 * @module
 */
import { HELM_SETTINGS } from "../../runners/helm/settings.ts";
import { sandbox } from "../../src/program/sandbox.ts";

await sandbox(import.meta.url, async () => {
  const { run } = await import("../../src/mod.ts");
  const { helmRunner } = await import("../../runners/helm/mod.ts");
  return (input) => run({ program: "helm-runner", runner: helmRunner, settings: HELM_SETTINGS }, input);
}, { settings: HELM_SETTINGS });
