import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, createAccount } from "./cluster.ts";
import { tokenFor, writeKubeconfig } from "./kubeconfigs.ts";
import { run, runnerEnv } from "./program.ts";
import { chainSpec, createStatusObject, scriptSpec } from "./workflows.ts";

const NUMBERS = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
const COUNT = "i=1; while [ $i -le 20 ]; do echo line $i; i=$((i+1)); sleep 0.2; done; printf done";

/** The lines of standard error's log that are led by a node. */
function followed(stderr: string): string[] {
  return stderr.split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line).message as string)
    .filter((message) => message.startsWith("["));
}

clusterTest(
  "with RUNNER_FOLLOW_LOGS each line of the work is logged once, led by its node",
  async (space) => {
    await createStatusObject(space);
    const spec = chainSpec(COUNT, "echo short");
    const ended = await run(await runnerEnv(space, spec, { RUNNER_FOLLOW_LOGS: "true" }));
    assertEquals(ended.code, 0, ended.stderr);
    assertEquals(followed(ended.stderr), [
      ...[...NUMBERS, "done"].map((line) => `[step-1] ${line}`),
      "[step-2] short",
    ]);
  },
);

clusterTest("an account that may not read pods gets one warning, and the same verdict", async (space) => {
  await createStatusObject(space);
  await createAccount(space, "verdict", [
    { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get", "list", "watch"] },
    { apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] },
  ]);
  const KUBECONFIG = await writeKubeconfig(space, { token: await tokenFor(space, "verdict") });
  const env = await runnerEnv(space, scriptSpec("echo hello; sleep 4"), {
    RUNNER_FOLLOW_LOGS: "1",
    KUBECONFIG,
  });
  const ended = await run(env);
  assertEquals([ended.code, followed(ended.stderr)], [0, []], ended.stderr);
  const warnings = ended.stderr.split("\n").filter((line) => line.includes("Cannot follow the logs"));
  assertEquals(warnings.length, 1, ended.stderr);
  assertStringIncludes(warnings[0]!, "pods is forbidden");
});
