/**
 * The job-runner: runs a Job to its end and reports it to a ConfigMap.
 *
 * @module
 */
import { sandbox } from "../../src/program/sandbox.ts";

await sandbox(import.meta.url, async () => {
  const { run } = await import("../../src/mod.ts");
  const { jobRunner } = await import("../../runners/job/mod.ts");
  return (input) => run({ program: "job-runner", runner: jobRunner, reporter: "configmap" }, input);
});
