/**
 * The argo-runner: runs an Argo Workflow to its end and reports it to a ConfigMap.
 *
 * @module
 */
import { sandbox } from "../../src/program/sandbox.ts";

await sandbox(import.meta.url, async () => {
  const { run } = await import("../../src/mod.ts");
  const { argoRunner } = await import("../../runners/argo/mod.ts");
  return (input) => run({ program: "argo-runner", runner: argoRunner, reporter: "configmap" }, input);
});
