import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Space } from "../../lab/cluster.ts";
import { list, readLog } from "../../lab/objects.ts";
import { helmTest, runHelm } from "./helm.ts";
import { aChart } from "./charts.ts";
import { startRepository } from "./repository.ts";
import { createStatusObject, readStatus } from "../../lab/workflows.ts";

const PASSWORD = "correct horse battery staple";

/** Everything in the namespace except Secrets, and what its pods have printed. */
async function openText(space: Space): Promise<string> {
  const kinds = [
    { apiVersion: "v1", kind: "ConfigMap" },
    { apiVersion: "v1", kind: "Event" },
    { apiVersion: "v1", kind: "Pod" },
    { apiVersion: "batch/v1", kind: "Job" },
    { apiVersion: "apps/v1", kind: "Deployment" },
  ];
  const objects = await Promise.all(kinds.map((kind) => list(kind, space)));
  return [JSON.stringify(objects), ...await logs(space)].join("\n");
}

async function logs(space: Space): Promise<string[]> {
  const pods = await list({ apiVersion: "v1", kind: "Pod" }, space);
  const containers = pods.flatMap(({ metadata, spec }) =>
    [...spec.initContainers ?? [], ...spec.containers].map(({ name }: { name: string }) => ({
      name: metadata!.name!,
      namespace: space.namespace,
      container: name,
    }))
  );
  return await Promise.all(containers.map((container) => readLog(container)));
}

/** The forms of the password: plain, and as base64. */
function assertHidden(text: string): void {
  for (const form of [PASSWORD, btoa(PASSWORD), encodeURIComponent(PASSWORD)]) {
    assertEquals(text.includes(form), false, `${form} is in ${text}`);
  }
}

for (
  const { outcome, hook, code } of [
    { outcome: "succeeds", hook: "true", code: 0 },
    { outcome: "fails", hook: "false", code: 10 },
  ]
) {
  helmTest(`no value of an install that ${outcome} is anywhere but in Secrets`, async (space) => {
    await createStatusObject(space);
    await using repository = await startRepository([await aChart()]);
    const values = { replicas: 0, password: PASSWORD, hook };
    const chart = { name: "app", repo: repository.url, version: "0.1.0" };
    const ended = await runHelm(space, { chart, values }, { RUNNER_LOGGER_DEV_MODE: "true" });
    assertEquals(ended.code, code, ended.stderr);
    assertHidden(`${ended.stdout}\n${ended.stderr}`);
    const text = await openText(space);
    assert(text.includes("work-hook") && text.includes("helm"), text);
    assertHidden(text);
  });
}

helmTest("a password in Helm's own error is hidden in what the run says of it", async (space) => {
  await createStatusObject(space);
  await using repository = await startRepository([await aChart()]);
  const values = { password: PASSWORD, complaint: `${PASSWORD} is too short` };
  const chart = { name: "app", repo: repository.url, version: "0.1.0" };
  const ended = await runHelm(space, { chart, values });
  assertEquals(ended.code, 10, ended.stderr);
  assertStringIncludes(ended.text.join("\n"), "*** is too short");
  assertHidden(`${ended.stdout}\n${ended.stderr}\n${JSON.stringify(await readStatus(space))}`);
});
