import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, type Space } from "../../lab/cluster.ts";
import { find, patch, read, remove } from "../../lab/objects.ts";
import { run, start } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import {
  aWorkflow,
  createStatusObject,
  findStatus,
  pauseSpec,
  readStatus,
  scriptSpec,
  startedWorkflow,
  uidOf,
  workflowInPhase,
  workflowRef,
} from "../../lab/workflows.ts";

const LABELS = {
  "workflows.argoproj.io/completed": "true",
  "workflows.argoproj.io/phase": "Succeeded",
};

clusterTest(
  "row 65: a Workflow that was read back from the cluster is run again, by its controller",
  async (space) => {
    await createStatusObject(space);
    const failing = await run(await runnerEnv(space, scriptSpec("exit 3")));
    assertEquals(failing.code, 10, failing.stderr);
    const before = await workflowInPhase(space, "Failed");
    await remove(workflowRef(space));
    assertEquals(before.metadata?.labels?.["workflows.argoproj.io/completed"], "true");
    const { labels = {}, annotations = {} } = before.metadata ?? {};
    const readBack = { ...aWorkflow(space, before.spec, { labels, annotations }), status: before.status };
    const ended = await run(await runnerEnv(space, readBack));
    assertEquals(ended.code, 10, ended.stderr);
    assertStringIncludes(ended.stderr, 'workflows.argoproj.io/completed\\" is dropped');
    assertEquals((await workflowInPhase(space, "Failed")).status.phase, "Failed");
  },
);

clusterTest(
  "row 65: labels in workflowMetadata do not make the controller leave a Workflow alone",
  async (space) => {
    await createStatusObject(space);
    const manifest = pauseSpec(2);
    const ended = await run(await runnerEnv(space, { ...manifest, workflowMetadata: { labels: LABELS } }));
    assertEquals(ended.code, 0, ended.stderr);
    assertStringIncludes(ended.stderr, "is dropped");
    assertEquals((await read(workflowRef(space))).status.phase, "Succeeded");
  },
);

/** Labels the run's Workflow as if it had ended, lets some time pass, and has it deleted. */
async function labelAndDelete(space: Space): Promise<void> {
  await patch(workflowRef(space), { metadata: { labels: LABELS } });
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  assertEquals((await read(workflowRef(space))).status?.phase, "Running");
  await remove(workflowRef(space));
}

clusterTest(
  "row 65: a Workflow that somebody labels as succeeded and deletes ends with 11",
  async (space) => {
    await createStatusObject(space);
    await using program = await start(await runnerEnv(space, pauseSpec()));
    await startedWorkflow(space);
    await workflowInPhase(space, "Running");
    await labelAndDelete(space);
    const ended = await program.endsWithin();
    assertEquals([ended.code, reportOf(ended).reason], [11, "ObjectGone"], ended.stderr);
    assertStringIncludes(ended.stderr, "has labels of an object that has ended, and has not");
  },
);

clusterTest(
  "row 65: a labelled Workflow is adopted, reported and waited for, and its deletion ends with 11",
  async (space) => {
    await createStatusObject(space);
    const env = await runnerEnv(space, pauseSpec());
    const first = await start(env);
    await startedWorkflow(space);
    await workflowInPhase(space, "Running");
    first.kill("SIGKILL");
    await first.endsWithin();
    await patch(workflowRef(space), { metadata: { labels: LABELS } });
    await using program = await start(env);
    await labelAndDelete(space);
    const ended = await program.endsWithin();
    assertEquals([ended.code, reportOf(ended).object.adopted], [11, true], ended.stderr);
    assertEquals((await readStatus(space)).reason, "ObjectGone");
  },
);

for (const [script, code] of [["echo -n 5 > /tmp/n", 0], ["exit 1", 10]] as const) {
  clusterTest(
    `row 13: a Workflow with a TTL of 0 gives its verdict and its outputs: ${code}`,
    async (space) => {
      await createStatusObject(space);
      const spec = scriptSpec(script, { ttlStrategy: { secondsAfterCompletion: 0 } });
      spec.templates[0].outputs = {
        parameters: [{ name: "n", globalName: "n", valueFrom: { path: "/tmp/n", default: "0" } }],
      };
      const ended = await run(await runnerEnv(space, spec));
      assertEquals(ended.code, code, ended.stderr);
      assertEquals((await findStatus(space))?.finishedSuccessfully, code === 0);
      if (code === 0) assertEquals(reportOf(ended).outputs, { parameters: { n: "5" } }, ended.stderr);
    },
  );
}

for (const [script, code, phase] of [["exit 0", 0, "Succeeded"], ["exit 3", 10, "Failed"]] as const) {
  clusterTest(
    `row 66: a finished Workflow in deletion gives its verdict to the next start: ${code}`,
    async (space) => {
      await createStatusObject(space);
      const env = await runnerEnv(space, scriptSpec(`sleep 2; ${script}`));
      const first = await start(env);
      const uid = await startedWorkflow(space);
      first.kill("SIGKILL");
      await first.endsWithin();
      await workflowInPhase(space, phase);
      await patch(workflowRef(space), { metadata: { finalizers: ["example.org/hold"] } });
      try {
        await remove(workflowRef(space));
        const ended = await run(env);
        assertEquals(ended.code, code, ended.stderr);
        const { object, finishedSuccessfully } = reportOf(ended);
        assertEquals([object.uid, object.adopted, object.left], [uid, true, "finished"]);
        assertEquals(finishedSuccessfully, code === 0);
        assertEquals(uidOf(await find(workflowRef(space))), uid);
      } finally {
        await patch(workflowRef(space), { metadata: { finalizers: null } });
      }
    },
  );
}

clusterTest(
  "row 67: a Workflow with spec.suspend is not said to be stopped, and waits for being resumed",
  async (space) => {
    await createStatusObject(space);
    const more = { RUNNER_TIMEOUT: "8s", RUNNER_ON_TIMEOUT: "terminate" };
    const ended = await run(await runnerEnv(space, { suspend: true, ...scriptSpec("true") }, more));
    assertEquals(ended.code, 124, ended.stderr);
    const { object, failure, message } = reportOf(ended);
    assertEquals([object.left, failure.reason], ["left running", "Suspended"]);
    assertStringIncludes(
      message,
      "the work was told to end; it has not ended yet; it is suspended (spec.suspend)",
    );
    assertStringIncludes(
      ended.text.join("\n"),
      "waits for: Suspended: waits to be resumed: spec.suspend is true",
    );
    assertEquals((await read(workflowRef(space))).status?.phase, "Running");
  },
);

clusterTest("row 67: SIGTERM says so within 5 s, and the Workflow ends when it is resumed", async (space) => {
  await createStatusObject(space);
  const more = { RUNNER_ON_TERMINATE: "terminate" };
  await using program = await start(
    await runnerEnv(space, { suspend: true, ...scriptSpec("sleep 300") }, more),
  );
  await workflowInPhase(space, "Running");
  program.kill("SIGTERM");
  const ended = await program.endsWithin(5_000);
  assertEquals([ended.code, reportOf(ended).object.left], [143, "left running"], ended.stderr);
  assertStringIncludes(
    reportOf(ended).message,
    "it is suspended (spec.suspend), and ends when it is resumed",
  );
  await patch(aWorkflow(space, {}), { spec: { suspend: null } });
  await workflowInPhase(space, "Failed");
});
