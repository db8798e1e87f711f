import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, createAccount } from "../lab/cluster.ts";
import { read } from "../lab/objects.ts";
import { tokenFor, writeKubeconfig } from "../lab/kubeconfigs.ts";
import { run } from "../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../lab/runner_env.ts";
import { assertNothingCreated, createStatusObject, pauseSpec, statusRef } from "../lab/workflows.ts";

const DRY_RUN = { RUNNER_CONTEXT_DRY_RUN: "true" };

clusterTest("a dry run ends with 0, creates nothing and leaves the ConfigMap alone", async (space) => {
  const before = await createStatusObject(space);
  const ended = await run(await runnerEnv(space, pauseSpec(), DRY_RUN));
  assertEquals(ended.code, 0, ended.stderr);
  const report = reportOf(ended);
  assertStringIncludes(report.message, "dry run");
  assertEquals(report.phase, "Succeeded");
  assertEquals(report.object?.left ?? "not created", "not created");
  await assertNothingCreated(space);
  assertEquals((await read(statusRef(space))).metadata?.resourceVersion, before.metadata?.resourceVersion);
});

clusterTest("a dry run without the right to create Workflows ends with 21", async (space) => {
  const before = await createStatusObject(space);
  await createAccount(space, "reader", [
    { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["get", "list", "watch"] },
    { apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] },
  ]);
  const kubeconfig = await writeKubeconfig(space, { token: await tokenFor(space, "reader") });
  const ended = await run(await runnerEnv(space, pauseSpec(), { ...DRY_RUN, KUBECONFIG: kubeconfig }));
  assertEquals(ended.code, 21, ended.stderr);
  assertEquals(reportOf(ended).reason, "NotAllowed");
  await assertNothingCreated(space);
  assertEquals((await read(statusRef(space))).metadata?.resourceVersion, before.metadata?.resourceVersion);
});
