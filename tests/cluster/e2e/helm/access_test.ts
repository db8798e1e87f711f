import { assertEquals, assertStringIncludes } from "@std/assert";
import { parse } from "@std/yaml";
import { createAccount, eventually, type Space } from "../../lab/cluster.ts";
import { type AnyObject, create } from "../../lab/objects.ts";
import { HELM_RUNNER, helmEnv, helmJobs, helmTest, revisions } from "./helm.ts";
import { aChart } from "./charts.ts";
import { startRepository } from "./repository.ts";
import { tokenFor, writeKubeconfig } from "../../lab/kubeconfigs.ts";
import { run } from "../../../lab/compiled_program.ts";
import { reportOf } from "../../lab/runner_env.ts";
import { createStatusObject } from "../../lab/workflows.ts";

/** What the chart itself holds. */
const CHART_RULES = [
  { apiGroups: [""], resources: ["configmaps"], verbs: ["*"] },
  { apiGroups: ["apps"], resources: ["deployments", "replicasets"], verbs: ["*"] },
];
/** How long the API server may take to see a new Role, milliseconds. */
const ROLE_MS = 30_000;

/** The environment of a run whose runner and Helm share an account that has only the rights for its chart. */
async function bareEnv(space: Space, args: AnyObject): Promise<Record<string, string>> {
  await createStatusObject(space);
  await createAccount(space, "bare", CHART_RULES);
  return await helmEnv(space, args, {
    KUBECONFIG: await writeKubeconfig(space, { token: await tokenFor(space, "bare") }),
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "bare",
  });
}

helmTest("with exactly what rbac prints Helm can be checked, tried, run and explained", async (space) => {
  await using repository = await startRepository([await aChart()]);
  const chart = { name: "app", repo: repository.url, version: "0.1.0" };
  const env = await bareEnv(space, { chart, values: { replicas: 0 } });
  const command = (...args: string[]) => run(env, { ...HELM_RUNNER, args });
  const rbac = (await command("rbac")).stdout;
  for (const text of rbac.split(/^---\n/m)) await create(parse(text, { schema: "core" }) as AnyObject);
  const checked = await eventually("the Role counts", ROLE_MS, async () => {
    const ended = await command("check");
    return ended.code === 0 ? ended : undefined;
  });
  assertEquals(checked.stdout.includes("warning"), false, checked.stdout);
  const tried = await command("run", "--dry-run");
  assertEquals(tried.code, 0, tried.stderr);
  assertEquals(await revisions(space), []);
  const ended = await command("run");
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(reportOf(ended).outputs.release.status, "deployed");
  assertEquals(await revisions(space), ["1 deployed"]);
  const explained = await command("explain");
  assertEquals(explained.code, 0, explained.stderr);
  assertStringIncludes(explained.stdout, "Succeeded");
});

helmTest("without any right of its own the run ends with 21 and creates nothing", async (space) => {
  const env = await bareEnv(space, { chart: { name: "app", repo: "http://127.0.0.1:1" } });
  const ended = await run(env, HELM_RUNNER);
  assertEquals(ended.code, 21, ended.stderr);
  assertEquals(reportOf(ended).reason, "NotAllowed");
  assertEquals(await helmJobs(space), []);
});
