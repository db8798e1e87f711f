import { assertEquals, assertStringIncludes } from "@std/assert";
import { withPolicy } from "../lab/admission_policies.ts";
import { clusterTest } from "../lab/cluster.ts";
import { list } from "../lab/objects.ts";
import { helmTest, runHelm } from "./helm/helm.ts";
import { aChart } from "./helm/charts.ts";
import { startRepository } from "./helm/repository.ts";
import { scriptJob } from "../lab/job_work.ts";
import { run } from "../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../lab/runner_env.ts";
import { assertNothingCreated, createStatusObject, pauseSpec, readStatus } from "../lab/workflows.ts";

const NO_DRY_RUNS = "!(has(request.dryRun) && request.dryRun)";
const GOING_ON = "the dry run before the start is refused, going on without it";

clusterTest(
  "row 69: a policy that refuses dry runs does not keep a Workflow from being done",
  async (space) => {
    await createStatusObject(space);
    await withPolicy(space, NO_DRY_RUNS, async () => {
      const ended = await run(await runnerEnv(space, pauseSpec(1)));
      assertEquals(ended.code, 0, ended.stderr);
      assertStringIncludes(ended.stderr, GOING_ON);
      assertStringIncludes(
        ended.stderr,
        "the dry run of the status is refused, a write without changes is not",
      );
      assertEquals(await readStatus(space), reportOf(ended));
    });
  },
);

clusterTest("row 69: a policy that refuses dry runs does not keep a Job from being done", async (space) => {
  await createStatusObject(space);
  await withPolicy(space, NO_DRY_RUNS, async () => {
    const ended = await run(await runnerEnv(space, scriptJob("true")), { program: "job-runner" });
    assertEquals(ended.code, 0, ended.stderr);
    assertStringIncludes(ended.stderr, GOING_ON);
  });
});

helmTest(
  "row 69: a policy that refuses dry runs does not keep a release from being installed",
  async (space) => {
    await createStatusObject(space);
    await using repository = await startRepository([await aChart()]);
    await withPolicy(space, NO_DRY_RUNS, async () => {
      const chart = { name: "app", repo: repository.url, version: "0.1.0" };
      const ended = await runHelm(space, { chart, values: { replicas: 0 } });
      assertEquals(ended.code, 0, ended.stderr);
      assertStringIncludes(ended.stderr, GOING_ON);
    });
  },
);

clusterTest("row 69: check says what it could not try, and a dry run that it was refused", async (space) => {
  await createStatusObject(space);
  await withPolicy(space, NO_DRY_RUNS, async () => {
    const env = await runnerEnv(space, pauseSpec(1));
    const checked = await run(env, { args: ["check", "--format", "json"] });
    assertEquals(checked.code, 0, checked.stdout);
    const { items } = JSON.parse(checked.stdout) as {
      items: { item: string; state: string; message: string }[];
    };
    for (const name of ["status object", "dry run"]) {
      const { state, message = "" } = items.find(({ item }) => item === name) ?? {};
      assertEquals([name, state], [name, "not checked"]);
      assertStringIncludes(message, "it was asked in a dry run, and only a real one tells");
    }
    const tried = await run({ ...env, RUNNER_CONTEXT_DRY_RUN: "true" });
    assertEquals(tried.code, 20, tried.stderr);
    assertStringIncludes(reportOf(tried).message, "it was asked in a dry run, and only a real one tells");
    await assertNothingCreated(space);
  });
});

clusterTest(
  "row 23: a policy that denies every create still ends with 20, and nothing is created",
  async (space) => {
    await createStatusObject(space);
    await withPolicy(
      space,
      'request.resource.resource == "configmaps" && object.metadata.name != "probe"',
      async () => {
        const ended = await run(await runnerEnv(space, pauseSpec(1)));
        assertEquals(ended.code, 20, ended.stderr);
        assertEquals(reportOf(ended).object?.left ?? "not created", "not created");
        await assertNothingCreated(space);
        const job = await run(await runnerEnv(space, scriptJob("true")), { program: "job-runner" });
        assertEquals(job.code, 20, job.stderr);
        assertEquals(await list({ apiVersion: "batch/v1", kind: "Job" }, space), []);
      },
    );
  },
);
