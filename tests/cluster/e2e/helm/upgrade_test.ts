import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import type { Space } from "../../lab/cluster.ts";
import { read } from "../../lab/objects.ts";
import { helm, helmTest, history, revisions, runHelm } from "./helm.ts";
import { aChart } from "./charts.ts";
import { type Repository, startRepository } from "./repository.ts";
import { reportOf } from "../../lab/runner_env.ts";
import { createStatusObject, readStatus } from "../../lab/workflows.ts";

/** A repository with two versions, and the release `work` of the first, made by Helm itself. */
async function installed(space: Space): Promise<Repository> {
  await createStatusObject(space);
  const repository = await startRepository([await aChart(), await aChart("0.2.0")]);
  const { success, stderr } = await helm(
    ...["install", "work", "app", "--repo", repository.url, "--version", "0.1.0"],
    ...["--namespace", space.namespace, "--set", "replicas=0,greeting=one"],
  );
  assertEquals(success, true, stderr);
  return repository;
}

async function greeting({ namespace }: Space): Promise<string> {
  const ref = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "work-greeting", namespace } };
  return (await read(ref)).data.greeting;
}

helmTest("upgrade makes a revision with the new values and chart, and the same again none", async (space) => {
  await using repository = await installed(space);
  const args = {
    command: "upgrade",
    chart: { name: "app", repo: repository.url, version: "0.2.0" },
    values: { greeting: "two" },
  };
  for (const runId of ["monday", "monday", "tuesday"]) {
    const ended = await runHelm(space, args, { RUNNER_RUN_ID: runId });
    assertEquals(ended.code, 0, ended.stderr);
    const all = await history(space);
    assertEquals(all.map(({ status, chart }) => `${status} ${chart}`), [
      "superseded app-0.1.0",
      "deployed app-0.2.0",
    ]);
    assertEquals(await greeting(space), "two");
  }
});

helmTest("an upgrade with atomic that fails is explained and rolled back", async (space) => {
  await using repository = await installed(space);
  const ended = await runHelm(space, {
    command: "upgrade",
    chart: { name: "app", repo: repository.url, version: "0.1.0" },
    values: { image: "localhost/there-is-none:1", greeting: "two" },
    atomic: true,
  }, { RUNNER_TIMEOUT: "50s" });
  assertEquals(ended.code, 10, ended.stderr);
  assertStringIncludes(ended.text.join("\n"), "UPGRADE FAILED");
  assertStringIncludes(JSON.stringify(reportOf(ended).failure), "localhost/there-is-none:1");
  assertEquals(await revisions(space), ["1 superseded", "2 failed", "3 deployed"]);
  assertEquals(await greeting(space), "one");
});

helmTest("rollback goes back to the revision before", async (space) => {
  await using repository = await installed(space);
  const { success, stderr } = await helm(
    ...["upgrade", "work", "app", "--repo", repository.url, "--namespace", space.namespace],
    ...["--set", "replicas=0,greeting=two"],
  );
  assertEquals(success, true, stderr);
  const ended = await runHelm(space, { command: "rollback" });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(await revisions(space), ["1 superseded", "2 superseded", "3 deployed"]);
  assertObjectMatch((await history(space)).at(-1)!, { chart: "app-0.1.0", description: "Rollback to 1" });
  assertEquals(await greeting(space), "one");
});

helmTest(
  "uninstall removes the release; of a release that is not there it is a success too",
  async (space) => {
    await using _repository = await installed(space);
    for (const runId of ["monday", "tuesday"]) {
      const ended = await runHelm(space, { command: "uninstall" }, { RUNNER_RUN_ID: runId });
      assertEquals(ended.code, 0, ended.stderr);
      assertEquals((await readStatus(space)).phase, "Succeeded");
      assertEquals(await revisions(space), []);
    }
  },
);
