import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Space } from "../../lab/cluster.ts";
import { create } from "../../lab/objects.ts";
import { helmJobs, helmTest, history, revisions, runHelm } from "./helm.ts";
import { aChart } from "./charts.ts";
import { startRepository } from "./repository.ts";
import { startRegistry } from "./oci_registry.ts";
import { makeCertificate } from "../../lab/own_authority.ts";
import { reportOf } from "../../lab/runner_env.ts";
import { createStatusObject } from "../../lab/workflows.ts";

const OPENSSL = { programs: ["openssl"] };
const CREDENTIALS = { username: "reader", password: "open sesame" };
const ACCESS = { auth: { secretName: "chart-login" }, caSecretName: "chart-ca" };

/** Starts a server with a CA of its own, and makes the Secrets with which Helm gets in. */
async function serverOptions(space: Space, password = CREDENTIALS.password) {
  const certificate = await makeCertificate(space);
  const secret = (name: string, more: object) => ({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace: space.namespace },
    ...more,
  });
  const login = { type: "kubernetes.io/basic-auth", stringData: { ...CREDENTIALS, password } };
  await create(secret("chart-login", login));
  await create(secret("chart-ca", { stringData: { "ca.crt": certificate.ca } }));
  await createStatusObject(space);
  return { certificate, credentials: CREDENTIALS };
}

helmTest("a chart comes from a repository with a login and a CA of its own", async (space) => {
  await using repository = await startRepository([await aChart()], await serverOptions(space));
  const chart = { name: "app", repo: repository.url, version: "0.1.0" };
  const ended = await runHelm(space, { chart, values: { replicas: 0 }, ...ACCESS });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(repository.served.includes("/app-0.1.0.tgz"), true);
  assertEquals(await revisions(space), ["1 deployed"]);
  const written = `${ended.stdout}${ended.stderr}${JSON.stringify(await helmJobs(space))}`;
  assertEquals(written.includes(CREDENTIALS.password), false, written);
}, OPENSSL);

helmTest("a wrong password is told in Helm's words, and nothing is installed", async (space) => {
  const options = await serverOptions(space, "open barley");
  await using repository = await startRepository([await aChart()], options);
  const chart = { name: "app", repo: repository.url, version: "0.1.0" };
  const ended = await runHelm(space, { chart, ...ACCESS });
  assertEquals(ended.code, 10, ended.stderr);
  assertStringIncludes(ended.text.join("\n"), "401 Unauthorized");
  assertEquals(await revisions(space), []);
}, OPENSSL);

helmTest("a chart comes from an OCI registry with a login and a CA of its own", async (space) => {
  await using registry = await startRegistry([await aChart("0.2.0")], await serverOptions(space));
  const chart = { name: `${registry.url}/app`, version: "0.2.0" };
  const ended = await runHelm(space, { chart, values: { replicas: 0 }, ...ACCESS });
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals((await history(space)).map(({ chart, status }) => `${chart} ${status}`), [
    "app-0.2.0 deployed",
  ]);
}, OPENSSL);

helmTest("a Secret that is missing is named when the time is up", async (space) => {
  await createStatusObject(space);
  const args = { chart: { name: "app", repo: "http://127.0.0.1:1" }, ...ACCESS };
  const ended = await runHelm(space, args, { RUNNER_TIMEOUT: "10s", RUNNER_ON_TIMEOUT: "terminate" });
  assertEquals(ended.code, 124, ended.stderr);
  assertStringIncludes(ended.text.join("\n"), 'secret "chart-ca" not found');
  assertEquals(reportOf(ended).object.left, "stopped");
});
