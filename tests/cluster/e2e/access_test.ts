import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clusterConfig } from "../lab/admin_client.ts";
import { clusterTest, createAccount, type Space } from "../lab/cluster.ts";
import { read } from "../lab/objects.ts";
import { type ClusterFields, ownCertificate, tokenFor, writeKubeconfig } from "../lab/kubeconfigs.ts";
import { run } from "../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../lab/runner_env.ts";
import { connectProxy } from "../lab/proxies.ts";
import {
  assertNothingCreated,
  createStatusObject,
  pauseSpec,
  readStatus,
  statusRef,
} from "../lab/workflows.ts";

/** The least rights of a runner, as the example's Role gives them. */
const RULES = [
  { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create"] },
  {
    apiGroups: ["argoproj.io"],
    resources: ["workflows"],
    resourceNames: ["work"],
    verbs: ["get", "list", "watch"],
  },
  { apiGroups: [""], resources: ["configmaps"], resourceNames: ["work"], verbs: ["patch"] },
];

/** Runs a Workflow to its success with the credentials of a kubeconfig. */
async function assertRunsAs(
  space: Space,
  user: Record<string, string>,
  fields: ClusterFields = {},
): Promise<void> {
  await createStatusObject(space);
  const kubeconfig = await writeKubeconfig(space, user, fields);
  const ended = await run(await runnerEnv(space, pauseSpec(1), { KUBECONFIG: kubeconfig }));
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(ended.text, []);
  assertEquals(await readStatus(space), reportOf(ended));
}

clusterTest("an account without rights ends with 21 and the right that is missing", async (space) => {
  const before = await createStatusObject(space);
  await createAccount(space, "nobody", []);
  const kubeconfig = await writeKubeconfig(space, { token: await tokenFor(space, "nobody") });
  const ended = await run(await runnerEnv(space, pauseSpec(), { KUBECONFIG: kubeconfig }));
  assertEquals(ended.code, 21, ended.stderr);
  const report = reportOf(ended);
  assertEquals(report.reason, "NotAllowed");
  assertEquals(report.phase, "Refused");
  assertMatch(report.message, /cannot get resource "workflows"/);
  await assertNothingCreated(space);
  assertEquals((await read(statusRef(space))).metadata?.resourceVersion, before.metadata?.resourceVersion);
});

clusterTest("a token that nobody knows ends with 21 and creates nothing", async (space) => {
  await createStatusObject(space);
  const kubeconfig = await writeKubeconfig(space, { token: "not-a-token" });
  const ended = await run(await runnerEnv(space, pauseSpec(), { KUBECONFIG: kubeconfig }));
  assertEquals(ended.code, 21, ended.stderr);
  assertEquals(reportOf(ended).reason, "NotAllowed");
  assertStringIncludes(ended.stderr, "Unauthorized");
  assertEquals(ended.stderr.includes("not-a-token"), false, "a token is never told");
  await assertNothingCreated(space);
});

clusterTest("a kubeconfig with a token and the least rights runs the Workflow", async (space) => {
  await createAccount(space, "runner", RULES);
  await assertRunsAs(space, { token: await tokenFor(space, "runner") });
});

clusterTest("a kubeconfig with a token file beside it runs the Workflow", async (space) => {
  await createAccount(space, "runner", RULES);
  await Deno.writeTextFile(`${space.folder}/token`, await tokenFor(space, "runner") + "\n");
  await assertRunsAs(space, { tokenFile: "token" });
});

clusterTest(
  "a kubeconfig with a proxy-url runs the Workflow through the proxy, its watch as well",
  async (space) => {
    using proxy = connectProxy();
    await createAccount(space, "runner", RULES);
    const token = await tokenFor(space, "runner");
    await assertRunsAs(space, { token }, { "proxy-url": `http://${proxy.host}` });
    const { host } = new URL(clusterConfig().getCurrentCluster()!.server);
    assertEquals(new Set(proxy.asked.map(({ target }) => target)), new Set([host]));
  },
);

const certificate = ownCertificate();
const certificateTest = certificate ? clusterTest : ignoredWithoutCertificate;

function ignoredWithoutCertificate(name: string): void {
  const reason = "KUBECONFIG with a client certificate is not set";
  Deno.test({ name: `${name} (ignored: ${reason})`, ignore: true, fn() {} });
}

certificateTest(
  "a kubeconfig with a client certificate in files beside it runs the Workflow",
  async (space) => {
    await Deno.writeTextFile(`${space.folder}/user.crt`, certificate!.certificate);
    await Deno.writeTextFile(`${space.folder}/user.key`, certificate!.key);
    await assertRunsAs(space, { "client-certificate": "user.crt", "client-key": "user.key" });
  },
);

certificateTest("a kubeconfig with a client certificate inside runs the Workflow", async (space) => {
  await assertRunsAs(space, {
    "client-certificate-data": btoa(certificate!.certificate),
    "client-key-data": btoa(certificate!.key),
  });
});
