import { assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { argoRunner } from "../../../runners/argo/mod.ts";
import { type JsonObject, RunError } from "../../../src/mod.ts";
import type { EmbeddedApi, StoredObject } from "../../../src/testing/mod.ts";
import { aContext } from "../../lab/builders.ts";
import { stageTests } from "../../lab/runner_lab.ts";
import { simulatedArgo } from "../../lab/simulated_argo.ts";

/** A manifest whose one container runs a command. */
function aManifest(...command: string[]): JsonObject {
  return { entrypoint: "main", templates: [{ name: "main", container: { image: "busybox", command } }] };
}

const SUSPENDED: JsonObject = { entrypoint: "main", templates: [{ name: "main", suspend: {} }] };

/** Has the finished Workflow deleted, and holds it. Returns its uid. */
function hold({ api, work }: { api: EmbeddedApi; work(): StoredObject | undefined }): string | undefined {
  api.patch("Workflow", "team", "demo", { metadata: { finalizers: ["example.org/hold"] } });
  api.delete("Workflow", "team", "demo");
  return work()?.metadata.uid;
}

const testOnStage = stageTests({
  runner: argoRunner,
  kind: "Workflow",
  controller: simulatedArgo,
});

testOnStage("argoRunner() runs a Workflow to its end and reports it", async (stage) => {
  const { exitCode, report } = await stage.run(aManifest("true"));
  assertEquals(exitCode, 0);
  const { name, platform: { namespace, serviceAccountName } } = aContext();
  assertObjectMatch(stage.work() ?? {}, {
    metadata: {
      labels: {
        "app.kubernetes.io/managed-by": "action-runner",
        "runner.capact.io/created-by": aContext().program,
      },
    },
    spec: { serviceAccountName },
  });
  const data = stage.api.find("ConfigMap", namespace, name)?.data;
  assertEquals(data?.other, "kept");
  assertEquals(JSON.parse(String(data?.status)), report);
  assertEquals(stage.api.requests.length, 8);
});

testOnStage("argoRunner() fails with a Workflow that fails", async (stage) => {
  const { exitCode, report } = await stage.run(aManifest("false"));
  assertEquals([exitCode, report.phase, report.finishedSuccessfully], [10, "Failed", false]);
});

testOnStage("argoRunner() adopts the finished Workflow of an earlier start", async (stage) => {
  const first = await stage.run(aManifest("true"));
  const second = await stage.run(aManifest("true"));
  assertEquals(second.exitCode, 0);
  assertObjectMatch(second.report, {
    object: { uid: (first.report.object as JsonObject).uid, adopted: true, left: "finished" },
  });
});

testOnStage(
  "row 66: argoRunner() gives the verdict of its finished Workflow that is being deleted",
  async (stage) => {
    for (const [command, exitCode] of [["true", 0], ["false", 10]] as const) {
      await stage.run(aManifest(command));
      const held = hold(stage);
      const again = await stage.run(aManifest(command));
      assertEquals([again.exitCode, stage.work()?.metadata.uid], [exitCode, held]);
      assertObjectMatch(again.report, { object: { uid: held, adopted: true, left: "finished" } });
      stage.api.remove("Workflow", "team", "demo");
    }
  },
);

testOnStage(
  "row 66: argoRunner() gives the verdict of its Workflow that goes right after it was read",
  async (stage) => {
    await stage.run(aManifest("true"));
    hold(stage);
    stage.api.use(async (request, next) => {
      const answer = await next(request);
      const isWhole = request.headers.get("accept") === "application/json";
      if (request.url.endsWith("/workflows/demo") && isWhole) stage.api.remove("Workflow", "team", "demo");
      return answer;
    });
    const { exitCode, report } = await stage.run(aManifest("true"));
    assertEquals([exitCode, report.phase, stage.work()], [0, "Succeeded", undefined]);
  },
);

testOnStage(
  "row 65: argoRunner() gives no verdict of labels that were there before, and writes its first status",
  async (stage) => {
    const stop = new AbortController();
    const first = stage.run(SUSPENDED, {}, stop.signal);
    while (stage.work()?.status?.phase !== "Running") await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
    await first;
    stage.controller.close();
    const labels = { "workflows.argoproj.io/completed": "true", "workflows.argoproj.io/phase": "Succeeded" };
    stage.api.patch("Workflow", "team", "demo", { metadata: { labels } });
    const statuses: string[] = [];
    stage.api.observe(({ object: { kind, data } }) => {
      if (kind !== "ConfigMap") return;
      statuses.push(JSON.parse(String(data?.status)).phase);
      queueMicrotask(() => stage.work() && stage.api.remove("Workflow", "team", "demo"));
    });
    const { exitCode, report } = await stage.run(SUSPENDED);
    assertEquals([exitCode, report.reason, statuses], [11, "ObjectGone", [undefined, "Unknown"]]);
  },
);

testOnStage(
  "argoRunner() refuses the Workflow of another manifest and names the difference",
  async (stage) => {
    await stage.run(aManifest("true"));
    const before = stage.work();
    const { exitCode, report } = await stage.run(aManifest("false"));
    assertEquals(exitCode, 23);
    assertStringIncludes(String(report.message), "spec.templates.0.container.command");
    assertEquals(stage.work(), before);
  },
);

testOnStage("argoRunner() creates nothing in a dry run", async (stage) => {
  const { exitCode, report } = await stage.run(aManifest("true"), { dryRun: true });
  assertEquals([exitCode, report.object, stage.work()], [0, undefined, undefined]);
});

testOnStage("argoRunner() stops its Workflow and leaves word of why", async (stage) => {
  const { exitCode, report } = await stage.run(SUSPENDED, { timeoutMs: 200, onTimeout: "terminate" });
  assertEquals([exitCode, (report.object as JsonObject).left], [124, "stopped"]);
  const again = await stage.run(SUSPENDED);
  assertEquals(again.exitCode, 10);
  assertStringIncludes(String(again.report.message), "stopped by the runner (TimedOut)");
});

testOnStage("argoRunner() leaves its Workflow running on SIGTERM", async (stage) => {
  const stop = new AbortController();
  const running = stage.run(SUSPENDED, {}, stop.signal);
  while (!stage.work()) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
  const { exitCode, report } = await running;
  assertEquals([exitCode, report.phase, "finishedSuccessfully" in report], [143, "Unknown", false]);
});
