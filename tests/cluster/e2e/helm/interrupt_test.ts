import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually, type Space } from "../../lab/cluster.ts";
import { remove } from "../../lab/objects.ts";
import {
  helm,
  HELM_RUNNER,
  helmEnv,
  helmJobs,
  helmTest,
  history,
  hookStarted,
  killHelmInHook,
  revisions,
  runHelm,
  startHelm,
} from "./helm.ts";
import { aChart } from "./charts.ts";
import { startRepository } from "./repository.ts";
import { run, start } from "../../../lab/compiled_program.ts";
import { reportOf } from "../../lab/runner_env.ts";
import { createStatusObject, readStatus } from "../../lab/workflows.ts";

const HOOK_FOR_EVER = "sleep 1000";

function install(repo: string, hook: string) {
  return { chart: { name: "app", repo, version: "0.1.0" }, values: { replicas: 0, hook } };
}

/** How a release is made by Helm itself. */
function flags({ namespace }: Space, repo: string, values: string): string[] {
  return ["work", "app", "--repo", repo, "--namespace", namespace, "--set", `replicas=0,${values}`];
}

helmTest("killed with -9 and started again, the run goes on with the same helm Job", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const env = await helmEnv(space, install(repository.url, "sleep 5"));
  await using program = await start(env, HELM_RUNNER);
  await hookStarted(space);
  program.kill("SIGKILL");
  assertEquals((await program.endsWithin()).code, 137);
  const [job] = await helmJobs(space);
  const ended = await run(env, HELM_RUNNER);
  assertEquals(ended.code, 0, ended.stderr);
  const { object } = reportOf(ended);
  assertEquals([object.uid, object.adopted], [job?.metadata?.uid, true]);
  assertEquals(await revisions(space), ["1 deployed"]);
});

helmTest("started twice at the same moment, both follow one helm Job", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const env = await helmEnv(space, install(repository.url, ""));
  const runs = await Promise.all([run(env, HELM_RUNNER), run(env, HELM_RUNNER)]);
  assertEquals(runs.map(({ code }) => code), [0, 0], runs.map(({ stderr }) => stderr).join("\n"));
  const objects = runs.map((ended) => reportOf(ended).object);
  assertEquals(new Set(objects.map(({ uid }) => uid)).size, 1);
  assertEquals(await revisions(space), ["1 deployed"]);
});

helmTest(
  "a release that another manifest's Helm works on is refused, and that one goes on",
  async (space) => {
    await createStatusObject(space);
    await using repository = await startRepository([await aChart()]);
    await using program = await startHelm(space, install(repository.url, "sleep 5"));
    await hookStarted(space);
    const [job] = await helmJobs(space);
    const other = await runHelm(space, { command: "uninstall" });
    assertEquals(other.code, 23, other.stderr);
    assertStringIncludes(other.text.join("\n"), job!.metadata!.name!);
    const ended = await program.endsWithin();
    assertEquals(ended.code, 0, ended.stderr);
    assertEquals(await revisions(space), ["1 deployed"]);
  },
);

helmTest("SIGTERM stops Helm, where that is asked for, within 5 s", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const more = { RUNNER_ON_TERMINATE: "stop" };
  await using program = await startHelm(space, install(repository.url, HOOK_FOR_EVER), more);
  await hookStarted(space);
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals(ended.code, 143, ended.stderr);
  // Whether helm's Job has ended by the time of the report is a matter of how busy the machine is.
  const { message, object: { left } } = reportOf(ended);
  assertEquals(left, message.includes("it has not ended yet") ? "left running" : "stopped");
  assertStringIncludes(ended.text.join("\n"), "in the middle of a change");
  await eventually("the release has failed", 60_000, async () => {
    const [release] = await history(space);
    return release?.status === "failed" ? release : undefined;
  });
});

helmTest("a helm Job deleted in mid-install ends the run with 11", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  await using program = await startHelm(space, install(repository.url, HOOK_FOR_EVER));
  await hookStarted(space);
  const [job] = await helmJobs(space);
  await remove(job!);
  const ended = await program.endsWithin();
  assertEquals(ended.code, 11, ended.stderr);
  assertEquals(reportOf(ended).reason, "ObjectGone");
});

helmTest("a release that a killed Helm left pending-install is refused and left alone", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  await killHelmInHook(space, "install", ...flags(space, repository.url, `hook=${HOOK_FOR_EVER}`));
  assertEquals(await revisions(space), ["1 pending-install"]);
  for (const pending of [undefined, "rollback"]) {
    const more = pending ? { RUNNER_HELM_PENDING: pending } : {};
    const ended = await runHelm(space, install(repository.url, ""), more);
    assertEquals(ended.code, 23, ended.stderr);
    assertEquals((await readStatus(space)).phase, "Refused");
    assertStringIncludes(ended.text.join("\n"), "pending-install");
    assertEquals(await revisions(space), ["1 pending-install"]);
  }
});

helmTest("a pending upgrade is rolled back first, where that is asked for", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const first = await helm("install", ...flags(space, repository.url, "greeting=one"));
  assertEquals(first.success, true, first.stderr);
  await killHelmInHook(space, "upgrade", ...flags(space, repository.url, `hook=${HOOK_FOR_EVER}`));
  assertEquals(await revisions(space), ["1 deployed", "2 pending-upgrade"]);
  const args = { ...install(repository.url, ""), command: "upgrade" };
  const refused = await runHelm(space, args);
  assertEquals(refused.code, 23, refused.stderr);
  assertStringIncludes(refused.text.join("\n"), "RUNNER_HELM_PENDING=rollback");
  assertEquals(await revisions(space), ["1 deployed", "2 pending-upgrade"]);
  const ended = await runHelm(space, args, { RUNNER_HELM_PENDING: "rollback" });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals((await revisions(space)).at(-1), "4 deployed");
  assertEquals((await history(space))[2]?.description, "Rollback to 1");
});
