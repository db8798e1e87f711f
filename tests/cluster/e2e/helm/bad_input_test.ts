import { assertEquals, assertStringIncludes } from "@std/assert";
import type { AnyObject } from "../../lab/objects.ts";
import { helmJobs, helmTest, revisions, runHelm } from "./helm.ts";
import { createStatusObject } from "../../lab/workflows.ts";

const chart = { name: "app", repo: "http://127.0.0.1:1", version: "0.1.0" };

interface Case {
  args: AnyObject;
  env?: Record<string, string>;
  /** What the one line says. */
  says: string;
}

const cases: Case[] = [
  { args: { command: "lint", chart }, says: "install, upgrade, uninstall, rollback" },
  { args: { command: "install" }, says: "chart.name is missing" },
  { args: { chart: { name: "app" } }, says: "chart.repo is missing" },
  { args: { chart: { ...chart, repo: "ftp://127.0.0.1" } }, says: "chart.repo" },
  { args: { chart: { ...chart, repo: "https://u:p@127.0.0.1" } }, says: "credentials" },
  { args: { chart: { ...chart, name: "--post-renderer=/bin/sh" } }, says: "chart.name" },
  { args: { chart, name: "a".repeat(54) }, says: "53" },
  { args: { chart, name: "My_Release" }, says: "My_Release" },
  { args: { chart, values: "greeting: hello" }, says: "values" },
  { args: { chart, values: {}, valuesFromFile: "values.yaml" }, says: "valuesFromFile" },
  { args: { chart, output: { goTemplate: "{{ .x }}" } }, says: "output" },
  { args: { chart, wait: "yes" }, says: "wait" },
  { args: { command: "upgrade", chart, maxHistory: -1 }, says: "maxHistory" },
  { args: { command: "rollback", revision: 0 }, says: "revision" },
  { args: { chart, vaules: {} }, says: "values" },
  { args: { command: "install", chart }, env: { RUNNER_COMMAND: "upgrade" }, says: "RUNNER_COMMAND" },
  { args: { chart }, env: { RUNNER_HELM_PENDING: "uninstall" }, says: "RUNNER_HELM_PENDING" },
];

helmTest("wrong arguments end the run with 2, one line and nothing created", async (space) => {
  await createStatusObject(space);
  for (const { args, env, says } of cases) {
    const { code, text, stderr } = await runHelm(space, args, env);
    assertEquals([code, text.length], [2, 1], `${JSON.stringify({ args, env })}: ${stderr}`);
    assertStringIncludes(text[0]!, says);
    assertEquals(text[0]!.startsWith("helm-runner: "), true, text[0]);
  }
  assertEquals(await helmJobs(space), []);
  assertEquals(await revisions(space), []);
});
