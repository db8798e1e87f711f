import { assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest } from "../../lab/cluster.ts";
import { create } from "../../lab/objects.ts";
import { run } from "../../../lab/compiled_program.ts";
import { reportOf, runnerEnv } from "../../lab/runner_env.ts";
import { assertNothingCreated, createStatusObject, pauseSpec } from "../../lab/workflows.ts";

/** The runner waits 120 s for room. */
const WITH_PATIENCE = { limitMs: 200_000 };

clusterTest("a full quota ends with 24, a dry run of the same as well", async (space) => {
  await createStatusObject(space);
  const { namespace } = space;
  await create({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "none", namespace },
    spec: { hard: { "count/workflows.argoproj.io": "0" } },
  });
  // Both runs wait two minutes for room, at the same time, so that the test takes two minutes and not four.
  const [real, dry] = await Promise.all([
    run(await runnerEnv(space, pauseSpec()), WITH_PATIENCE),
    run(await runnerEnv(space, pauseSpec(), { RUNNER_CONTEXT_DRY_RUN: "true" }), WITH_PATIENCE),
  ]);
  for (const ended of [real, dry]) {
    assertEquals(ended.code, 24, ended.stderr);
    assertEquals(reportOf(ended).reason, "QuotaExceeded");
    assertEquals(reportOf(ended).phase, "Refused");
    assertStringIncludes(ended.stderr, "exceeded quota");
  }
  await assertNothingCreated(space);
});
