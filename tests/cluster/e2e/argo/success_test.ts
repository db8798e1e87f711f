import { assertEquals, assertMatch } from "@std/assert";
import { clusterTest, WORKER } from "../../lab/cluster.ts";
import { type AnyObject, create, read } from "../../lab/objects.ts";
import { type Ended, run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import {
  aWorkflow,
  chainSpec,
  createStatusObject,
  pauseSpec,
  readStatus,
  scriptTemplate,
  statusRef,
  workflowRef,
} from "../../lab/workflows.ts";

function assertSucceeded(ended: Ended): void {
  assertEquals(ended.code, 0, ended.stderr);
  assertEquals(ended.text, []);
  assertEquals(reportOf(ended).phase, "Succeeded");
}

clusterTest(
  "a DAG of two steps ends with 0 and the same report on stdout and in the ConfigMap",
  async (space) => {
    await createStatusObject(space);
    const ended = await run(await runnerEnv(space, chainSpec("echo one", "echo two")));
    assertSucceeded(ended);
    const workflow = await read(workflowRef(space));
    assertEquals(workflow.status.phase, "Succeeded");
    const pods = Object.values<{ type: string }>(workflow.status.nodes).filter(({ type }) => type === "Pod");
    assertEquals(pods.length, 2);
    const { data } = await read(statusRef(space));
    assertEquals(data.status + "\n", ended.stdout);
    assertEquals(data.engine, btoa("kept"));
    const report = reportOf(ended);
    assertEquals(Object.keys(report)[0], "argoWorkflowRef");
    assertEquals(report.argoWorkflowRef, { name: "work", namespace: space.namespace });
    assertEquals(report.runner, "argo.workflow");
    assertEquals(report.finishedSuccessfully, true);
    assertEquals(report.exitCode, 0);
    assertEquals(report.reason, "Succeeded");
    assertMatch(report.startedAt, /^\d{4}-\d\d-\d\dT.*Z$/);
    assertEquals(report.finishedAt, workflow.status.finishedAt);
    assertEquals(report.object, {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Workflow",
      name: "work",
      namespace: space.namespace,
      uid: workflow.metadata?.uid,
      adopted: false,
      left: "finished",
    });
  },
);

clusterTest(
  "the created Workflow has the runner's labels, annotations, field manager and account",
  async (space) => {
    await createStatusObject(space);
    const spec = { ...pauseSpec(1), serviceAccountName: "somebody-else" };
    const ended = await run(await runnerEnv(space, spec, { RUNNER_RUN_ID: "run-1" }));
    assertSucceeded(ended);
    const { metadata, spec: created } = await read(workflowRef(space));
    assertEquals(metadata?.labels?.["app.kubernetes.io/managed-by"], "action-runner");
    assertEquals(metadata?.labels?.["runner.capact.io/created-by"], "argo-runner");
    assertMatch(metadata?.annotations?.["runner.capact.io/spec-hash"] ?? "", /^[0-9a-f]{64}$/);
    assertEquals(metadata?.annotations?.["runner.capact.io/run-id"], "run-1");
    assertEquals(created.serviceAccountName, WORKER);
    assertMatch(ended.stderr, /somebody-else/, "the overruled account is told");
    const managers = metadata?.managedFields?.map(({ manager }: AnyObject) => manager);
    assertEquals(managers?.includes("action-runner"), true, `${managers}`);
  },
);

clusterTest("parameters reach the containers, and global outputs the report", async (space) => {
  await createStatusObject(space);
  const outputs = {
    parameters: [{ name: "said", globalName: "said", valueFrom: { path: "/tmp/said" } }],
  };
  const say = scriptTemplate("say", 'echo -n "{{inputs.parameters.words}}" > /tmp/said', {
    inputs: { parameters: [{ name: "words" }] },
    outputs,
  });
  const ended = await run(
    await runnerEnv(space, {
      entrypoint: "say",
      arguments: { parameters: [{ name: "words", value: "hello 世界" }] },
      templates: [say],
    }),
  );
  assertSucceeded(ended);
  assertEquals(reportOf(ended).outputs, { parameters: { said: "hello 世界" } });
  assertEquals((await readStatus(space)).outputs, { parameters: { said: "hello 世界" } });
});

clusterTest("a Workflow made of a WorkflowTemplate succeeds with the manifest's arguments", async (space) => {
  await createStatusObject(space);
  await create({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "WorkflowTemplate",
    metadata: { name: "kept", namespace: space.namespace },
    spec: {
      entrypoint: "main",
      templates: [
        scriptTemplate("main", 'test "{{inputs.parameters.answer}}" = 42', {
          inputs: { parameters: [{ name: "answer" }] },
        }),
      ],
    },
  });
  const ended = await run(
    await runnerEnv(space, {
      workflowTemplateRef: { name: "kept" },
      arguments: { parameters: [{ name: "answer", value: "42" }] },
    }),
  );
  assertSucceeded(ended);
});

clusterTest("a spec under the key workflow is taken", async (space) => {
  await createStatusObject(space);
  assertSucceeded(await run(await runnerEnv(space, { workflow: pauseSpec(1) })));
});

clusterTest("a whole Workflow is taken with its labels and annotations", async (space) => {
  await createStatusObject(space);
  const metadata = { labels: { team: "blue" }, annotations: { why: "because" } };
  assertSucceeded(await run(await runnerEnv(space, aWorkflow(space, pauseSpec(1), metadata))));
  const created = await read(workflowRef(space));
  assertEquals(created.metadata?.labels?.team, "blue");
  assertEquals(created.metadata?.annotations?.why, "because");
});

clusterTest("a Workflow that is deleted right after its success ends with 0 all the same", async (space) => {
  await createStatusObject(space);
  const spec = { ...pauseSpec(2), ttlStrategy: { secondsAfterCompletion: 0 } };
  assertSucceeded(await run(await runnerEnv(space, spec)));
  assertEquals((await readStatus(space)).finishedSuccessfully, true);
});
