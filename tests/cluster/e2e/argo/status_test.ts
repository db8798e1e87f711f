import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, createAccount } from "../../lab/cluster.ts";
import { find, read, remove } from "../../lab/objects.ts";
import { tokenFor, writeKubeconfig } from "../../lab/kubeconfigs.ts";
import { run, start } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import {
  assertNothingCreated,
  createStatusObject,
  pauseSpec,
  readStatus,
  startedWorkflow,
  statusRef,
} from "../../lab/workflows.ts";

clusterTest("without its ConfigMap the run ends with 22 after 15 s and creates nothing", async (space) => {
  const ended = await run(await runnerEnv(space, pauseSpec()));
  assertEquals(ended.code, 22, ended.stderr);
  assertEquals(reportOf(ended).reason, "TargetMissing");
  assertEquals(reportOf(ended).phase, "Refused");
  assertStringIncludes(ended.stderr, 'ConfigMap "work"');
  assertEquals(ended.tookMs > 14_000, true, `${ended.tookMs} ms`);
  await assertNothingCreated(space);
  assertEquals(await find(statusRef(space)), undefined);
});

clusterTest("a ConfigMap that is made 3 s after the start is waited for", async (space) => {
  await using program = await start(await runnerEnv(space, pauseSpec(1)));
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  await assertNothingCreated(space);
  await createStatusObject(space);
  const ended = await program.endsWithin();
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(await readStatus(space), reportOf(ended));
});

clusterTest("RUNNER_STATUS_REPORTER=secret reports to the Secret and keeps its other keys", async (space) => {
  await createStatusObject(space, "Secret");
  const ended = await run(await runnerEnv(space, pauseSpec(1), { RUNNER_STATUS_REPORTER: "secret" }));
  assertEquals(ended.code, 0, ended.stderr);
  const { data } = await read(statusRef(space, "Secret"));
  assertEquals(JSON.parse(atob(data.status)), reportOf(ended));
  assertEquals(atob(data.engine), "kept");
  assertEquals(await find(statusRef(space)), undefined);
});

clusterTest("RUNNER_STATUS_REPORTER=nop needs no status object and makes none", async (space) => {
  const ended = await run(await runnerEnv(space, pauseSpec(1), { RUNNER_STATUS_REPORTER: "nop" }));
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(reportOf(ended).phase, "Succeeded");
  assertEquals(await find(statusRef(space)), undefined);
  assertEquals(await find(statusRef(space, "Secret")), undefined);
});

clusterTest("a Role that may get and update the ConfigMap, not patch it, gets its status", async (space) => {
  await createStatusObject(space);
  await createAccount(space, "updater", [
    { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get", "list", "watch"] },
    { apiGroups: [""], resources: ["configmaps"], verbs: ["get", "update"] },
  ]);
  const kubeconfig = await writeKubeconfig(space, { token: await tokenFor(space, "updater") });
  const ended = await run(await runnerEnv(space, pauseSpec(2), { KUBECONFIG: kubeconfig }));
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(await readStatus(space), reportOf(ended));
  assertEquals((await read(statusRef(space))).data.engine, btoa("kept"));
});

clusterTest("a success whose ConfigMap is gone by then ends with 35", async (space) => {
  await createStatusObject(space);
  await using program = await start(await runnerEnv(space, pauseSpec(4)));
  await startedWorkflow(space);
  await remove(statusRef(space));
  const ended = await program.endsWithin();
  assertEquals(ended.code, 35, ended.stderr);
  const report = reportOf(ended);
  assertEquals(report.reason, "StatusNotWritten");
  assertEquals(report.phase, "Succeeded");
  assertEquals(report.finishedSuccessfully, true);
});
