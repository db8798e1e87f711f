import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { eventually, type Space } from "../../lab/cluster.ts";
import { create, list, read, remove } from "../../lab/objects.ts";
import { HELM_ACCOUNT, helmJobs, helmTest, history, revisions, runHelm } from "./helm.ts";
import { aChart } from "./charts.ts";
import { startRepository } from "./repository.ts";
import { reportOf } from "../../lab/runner_env.ts";
import { createStatusObject, readStatus, statusRef } from "../../lab/workflows.ts";

/** How long the garbage collector may take, milliseconds. */
const DELETION_MS = 30_000;

const CHART = { name: "app", version: "0.1.0" };

helmTest("install makes a release, waits for its pods and reports the release", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const args = { chart: { ...CHART, repo: repository.url }, values: { greeting: "good morning" } };
  const ended = await runHelm(space, args);
  assertEquals(ended.code, 0, ended.stderr);
  const [release, ...more] = await history(space);
  assertObjectMatch(release!, { revision: 1, status: "deployed", chart: "app-0.1.0" });
  assertEquals(more, []);
  const status = await readStatus(space);
  assertEquals(status, reportOf(ended));
  assertEquals([status.phase, status.finishedSuccessfully], ["Succeeded", true]);
  assertEquals(status.helmReleaseRef, { name: "work", namespace: space.namespace });
  assertEquals(status.outputs.release, {
    name: "work",
    revision: 1,
    status: "deployed",
    chart: "app-0.1.0",
    appVersion: "0.1.0-app",
    notes: "The greeting is good morning.\n",
  });
  const deployment = await read(objectOf(space, { apiVersion: "apps/v1", kind: "Deployment", name: "work" }));
  assertEquals(deployment.status?.readyReplicas, 1);
  const greeting = { apiVersion: "v1", kind: "ConfigMap", name: "work-greeting" };
  assertEquals((await read(objectOf(space, greeting))).data.greeting, "good morning");
});

helmTest("install of what is deployed already succeeds without a new revision", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const args = { chart: { ...CHART, repo: repository.url }, values: { replicas: 0 } };
  for (const runId of ["monday", "monday", "tuesday"]) {
    const ended = await runHelm(space, args, { RUNNER_RUN_ID: runId });
    assertEquals(ended.code, 0, `${runId}: ${ended.stderr}`);
    assertEquals((await readStatus(space)).phase, "Succeeded");
    assertEquals(await revisions(space), ["1 deployed"], runId);
  }
});

helmTest("install fails where another chart has the release's name, and leaves it alone", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart(), await aChart("0.2.0")]);
  const args = { chart: { ...CHART, repo: repository.url }, values: { replicas: 0 } };
  assertEquals((await runHelm(space, args)).code, 0);
  const ended = await runHelm(space, { ...args, chart: { ...args.chart, version: "0.2.0" } });
  assertEquals(ended.code, 10, ended.stderr);
  assertStringIncludes(ended.stderr, "cannot re-use a name that is still in use");
  assertEquals(await revisions(space), ["1 deployed"]);
});

helmTest("createNamespace does what Helm does: it needs the right to create namespaces", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const args = { chart: { ...CHART, repo: repository.url }, values: { replicas: 0 }, createNamespace: true };
  const refused = await runHelm(space, args, { RUNNER_RUN_ID: "monday" });
  assertEquals(refused.code, 10, refused.stderr);
  assertStringIncludes(refused.text.join("\n"), "namespaces is forbidden");
  await using _right = await mayCreateNamespaces(space);
  const ended = await runHelm(space, args, { RUNNER_RUN_ID: "tuesday" });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(await revisions(space), ["1 deployed"]);
});

helmTest(
  "a hook that fails is told with Helm's words and the hook's own last, and can be replaced",
  async (space) => {
    await createStatusObject(space);
    await using repository = await startRepository([await aChart()]);
    const values = { replicas: 0, hook: "echo there is no table; exit 3" };
    const ended = await runHelm(space, { chart: { ...CHART, repo: repository.url }, values });
    assertEquals(ended.code, 10, ended.stderr);
    assertStringIncludes(ended.text.join("\n"), "failed pre-install");
    assertObjectMatch(reportOf(ended).failure, {
      container: "hook",
      exitCode: 3,
      logTail: ["there is no table"],
    });
    assertEquals(await revisions(space), ["1 failed"]);
    const again = { chart: { ...CHART, repo: repository.url }, values: { replicas: 0 }, replace: true };
    const replaced = await runHelm(space, again);
    assertEquals(replaced.code, 0, replaced.stderr);
    assertEquals(await revisions(space), ["1 failed", "2 deployed"]);
  },
);

helmTest("values come from a file of the sandbox", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  await Deno.writeTextFile(`${space.folder}/values.yaml`, "replicas: 0\ngreeting: from a file\n");
  const args = { chart: { ...CHART, repo: repository.url }, valuesFromFile: "values.yaml" };
  const ended = await runHelm(space, args, { RUNNER_HELM_FILES: space.folder });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(reportOf(ended).outputs.release.notes, "The greeting is from a file.\n");
  assertEquals(await revisions(space), ["1 deployed"]);
});

helmTest("a dry run asks Helm and leaves nothing", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const args = { chart: { ...CHART, repo: repository.url }, values: { password: "secret" } };
  const ended = await runHelm(space, args, { RUNNER_CONTEXT_DRY_RUN: "true" });
  assertEquals(ended.code, 0, ended.stderr);
  assertStringIncludes(reportOf(ended).message, "dry run");
  assertEquals(repository.served, ["/index.yaml", "/app-0.1.0.tgz"]);
  assertEquals(await revisions(space), []);
  await jobsGone(space);
  assertEquals(await list({ apiVersion: "v1", kind: "Secret" }, space), []);
  assertEquals("status" in (await read(statusRef(space))).data, false);
});

helmTest("a dry run fails where Helm would", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const args = { chart: { name: "app", version: "9.9.9", repo: repository.url } };
  const ended = await runHelm(space, args, { RUNNER_CONTEXT_DRY_RUN: "true" });
  assertEquals(ended.code, 20, ended.stderr);
  assertStringIncludes(ended.text.join("\n"), "9.9.9");
  await jobsGone(space);
});

/** Waits until the API server has removed the deleted Jobs, which it does after their pods. */
async function jobsGone(space: Space): Promise<void> {
  await eventually("the Jobs are gone", DELETION_MS, async () => {
    const jobs = await helmJobs(space);
    return jobs.length === 0 ? true : undefined;
  });
}

/** Lets Helm's account create namespaces until the scope ends. */
async function mayCreateNamespaces({ namespace }: Space): Promise<AsyncDisposable> {
  const group = "rbac.authorization.k8s.io";
  const named = (kind: string) => ({ apiVersion: `${group}/v1`, kind, metadata: { name: namespace } });
  const rules = [{ apiGroups: [""], resources: ["namespaces"], verbs: ["create"] }];
  await create({ ...named("ClusterRole"), rules });
  await create({
    ...named("ClusterRoleBinding"),
    roleRef: { apiGroup: group, kind: "ClusterRole", name: namespace },
    subjects: [{ kind: "ServiceAccount", name: HELM_ACCOUNT, namespace }],
  });
  return {
    async [Symbol.asyncDispose]() {
      await remove(named("ClusterRoleBinding"));
      await remove(named("ClusterRole"));
    },
  };
}

function objectOf(
  { namespace }: Space,
  { name, ...type }: { apiVersion: string; kind: string; name: string },
) {
  return { ...type, metadata: { name, namespace } };
}
