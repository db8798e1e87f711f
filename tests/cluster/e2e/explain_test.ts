import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, createAccount, type Space } from "../lab/cluster.ts";
import { type AnyObject, create, read } from "../lab/objects.ts";
import { tokenFor, writeKubeconfig } from "../lab/kubeconfigs.ts";
import { run } from "../../lab/compiled_program.ts";
import { explain, reportOf, runnerEnv } from "../lab/runner_env.ts";
import {
  aWorkflow,
  BUSYBOX,
  pauseSpec,
  scriptSpec,
  scriptTemplate,
  workflowInPhase,
} from "../lab/workflows.ts";

/** The rights that the runner needs for its verdict, without rights for the explanation. */
const VERDICT_RULES = [
  { apiGroups: ["argoproj.io"], resources: ["workflows"], verbs: ["create", "get", "list", "watch"] },
  { apiGroups: [""], resources: ["configmaps"], verbs: ["patch"] },
];

interface Case {
  name: string;
  spec: AnyObject;
  env?: Record<string, string>;
  code: number;
  failure: Record<string, unknown>;
  /** Lines, or parts of them, of the text for people. */
  text: string[];
  logTail?: string[];
}

const pull = { image: "localhost/there-is-none:1", imagePullPolicy: "IfNotPresent", command: ["true"] };
const failingInit = { name: "fetch", image: BUSYBOX, command: ["sh", "-c", "echo cannot fetch; exit 5"] };

/** One task of three fails, in a template within a template. */
const nestedSpec: AnyObject = {
  entrypoint: "main",
  templates: [
    { name: "main", steps: [[{ name: "outer", template: "three" }]] },
    { name: "three", dag: { tasks: ["a", "b", "c"].map((name) => ({ name, template: name })) } },
    scriptTemplate("a", "true"),
    scriptTemplate("b", "echo the table is empty; exit 3"),
    scriptTemplate("c", "true"),
  ],
};

const cases: Case[] = [
  {
    name: "nested",
    spec: nestedSpec,
    code: 10,
    failure: { node: "outer/b", container: "main", exitCode: 3, reason: "Error" },
    text: ['failed: step "outer/b", pod "nested-b-', "log: the table is empty"],
    logTail: ["the table is empty"],
  },
  {
    name: "init",
    spec: {
      entrypoint: "main",
      templates: [scriptTemplate("main", "true", { initContainers: [failingInit] })],
    },
    code: 10,
    failure: { node: "init", pod: "init", container: "fetch", exitCode: 5, reason: "Error" },
    text: ['failed: step "init", pod "init", container "fetch", exit code 5: Error', "log: cannot fetch"],
    logTail: ["cannot fetch"],
  },
  {
    name: "pull",
    spec: { entrypoint: "main", templates: [{ name: "main", container: pull }] },
    env: { RUNNER_TIMEOUT: "45s" },
    code: 124,
    failure: { node: "pull", pod: "pull", container: "main" },
    text: ['waits for: step "pull", pod "pull", container "main": ', "event: Failed: "],
  },
  {
    name: "unschedulable",
    spec: scriptSpec("true", { nodeSelector: { "there-is": "none" } }),
    env: { RUNNER_TIMEOUT: "20s" },
    code: 124,
    failure: { node: "unschedulable", pod: "unschedulable", reason: "Unschedulable" },
    text: [
      'waits for: step "unschedulable", pod "unschedulable": Unschedulable: ',
      "event: FailedScheduling: ",
    ],
  },
  {
    name: "suspended",
    spec: pauseSpec(),
    env: { RUNNER_TIMEOUT: "15s" },
    code: 124,
    failure: { node: "suspended", reason: "Suspended" },
    text: ['waits for: step "suspended": Suspended: waits since '],
  },
];

async function runCase(
  space: Space,
  { name, spec, env = {}, code, failure, text, logTail }: Case,
): Promise<void> {
  const statusObject = {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, namespace: space.namespace },
  };
  await create(statusObject);
  const ended = await run(await runnerEnv(space, spec, { RUNNER_CONTEXT_NAME: name, ...env }));
  assertEquals(ended.code, code, ended.stderr);
  const report = reportOf(ended);
  assertObjectMatch(report.failure, failure);
  for (const part of text) assertStringIncludes(ended.text.join("\n"), part);
  assertEquals(report.failure.logTail, logTail);
  const { logTail: _logTail, ...withoutLog } = report.failure;
  const { data } = await read(statusObject);
  assertEquals(JSON.parse(data.status).failure, withoutLog);
}

clusterTest("the report tells what failed or is waited for, and why", async (space) => {
  await createAccount(space, "verdict", VERDICT_RULES);
  const kubeconfig = await writeKubeconfig(space, { token: await tokenFor(space, "verdict") });
  const withoutPods: Case = {
    name: "no-pods",
    spec: scriptSpec("exit 4"),
    env: { KUBECONFIG: kubeconfig },
    code: 10,
    failure: {
      node: "no-pods",
      container: "main",
      exitCode: 4,
      reason: "Error",
      notRead: [
        'the runner may not read the pod "no-pods"',
        'the runner may not read the events of pod "no-pods"',
        'the runner may not read the log of container "main"',
      ],
    },
    text: ["exit code 4: Error", 'not read: the runner may not read the pod "no-pods"'],
  };
  await Promise.all([...cases, withoutPods].map((each) => runCase(space, each)));
});

clusterTest(
  "the command explain tells of a Workflow that runs what it waits for, as text and as data",
  async (space) => {
    const { metadata } = await create(aWorkflow(space, pauseSpec()));
    await workflowInPhase(space, "Running");
    const name = metadata?.name ?? "";
    const { code, text } = await explain(space, name);
    assertEquals(code, 0);
    assertStringIncludes(text, `Workflow "${name}" in "${space.namespace}" is Running`);
    assertStringIncludes(text, "waits for: ");
    assertEquals(
      JSON.parse((await explain(space, name, { args: ["--format", "json"] })).text).state,
      "Running",
    );
  },
);
