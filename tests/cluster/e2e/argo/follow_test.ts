import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, createAccount } from "../../lab/cluster.ts";
import { tokenFor, writeKubeconfig } from "../../lab/kubeconfigs.ts";
import { scriptContainer } from "../../lab/job_work.ts";
import { run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { chainSpec, createStatusObject, scriptSpec, scriptTemplate } from "../../lab/workflows.ts";

const NUMBERS = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`);
const COUNT = "i=1; while [ $i -le 20 ]; do echo line $i; i=$((i+1)); sleep 0.2; done; printf done";

/** The log lines on standard error that begin with a node. */
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

clusterTest(
  "the containers of a containerSet are followed, and no line of Argo's executor",
  async (space) => {
    await createStatusObject(space);
    const containers = [
      scriptContainer("one", "echo I am one"),
      scriptContainer("two", "echo I am two; exit 3", { dependencies: ["one"] }),
    ];
    const spec = { entrypoint: "main", templates: [{ name: "main", containerSet: { containers } }] };
    const ended = await run(await runnerEnv(space, spec, { RUNNER_FOLLOW_LOGS: "true" }));
    assertEquals(ended.code, 10, ended.stderr);
    assertEquals(followed(ended.stderr).toSorted(), ["[work/one] I am one", "[work/two] I am two"]);
    assertEquals(reportOf(ended).failure.logTail, ["I am two"]);
  },
);

clusterTest("init containers and sidecars of a template are followed", async (space) => {
  await createStatusObject(space);
  const template = scriptTemplate("main", 'sleep 2; echo "mine argo=true"; echo "Error: exit status 7"', {
    initContainers: [scriptContainer("prepare", "echo preparing; sleep 5; echo prepared")],
    sidecars: [scriptContainer("helper", "echo helping; sleep 600")],
  });
  const spec = { entrypoint: "main", templates: [template] };
  const ended = await run(await runnerEnv(space, spec, { RUNNER_FOLLOW_LOGS: "true" }));
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(followed(ended.stderr).toSorted(), [
    "[work/helper] helping",
    "[work/prepare] prepared",
    "[work/prepare] preparing",
    "[work] Error: exit status 7",
    "[work] mine argo=true",
  ]);
});

clusterTest("Argo's own container is followed where it fails", async (space) => {
  await createStatusObject(space);
  const outputs = { parameters: [{ name: "x", valueFrom: { path: "/tmp/nothing" } }] };
  const spec = { entrypoint: "main", templates: [scriptTemplate("main", "echo working", { outputs })] };
  const ended = await run(await runnerEnv(space, spec, { RUNNER_FOLLOW_LOGS: "true" }));
  assertEquals(ended.code, 10, ended.stderr);
  const lines = followed(ended.stderr);
  assertEquals(lines.filter((line) => !line.startsWith("[work/wait] ")), ["[work] working"]);
  assert(
    lines.some((line) => line.startsWith("[work/wait] ") && line.includes("/tmp/nothing")),
    ended.stderr,
  );
});

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
