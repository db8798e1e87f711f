import { assertEquals, assertMatch, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { jobRunner } from "../../../runners/job/mod.ts";
import { type JsonObject, RunError } from "../../../src/mod.ts";
import { aContext } from "../../lab/builders.ts";
import { stageTests } from "../../lab/runner_lab.ts";
import { aManifest, simulatedJobs } from "../../lab/simulated_jobs.ts";

const testOnStage = stageTests({ runner: jobRunner, kind: "Job", controller: simulatedJobs });

function leftBy({ report }: { report: JsonObject }): unknown {
  return (report.object as JsonObject).left;
}

testOnStage("jobRunner() runs a Job to its end and reports it", async ({ api, run, work }) => {
  const { exitCode, report } = await run(aManifest("true"));
  const { name, platform: { namespace, serviceAccountName } } = aContext();
  assertObjectMatch(work() ?? {}, {
    metadata: { labels: { "app.kubernetes.io/managed-by": "action-runner" } },
    spec: { template: { spec: { serviceAccountName } } },
  });
  assertEquals(exitCode, 0);
  assertEquals([report.runner, report.message], ["job", "Job ended as Complete"]);
  assertEquals(Object.entries(report)[0], ["jobRef", { name, namespace }]);
  const data = api.find("ConfigMap", namespace, name)?.data;
  assertEquals([JSON.parse(String(data?.status)), data?.other], [report, "kept"]);
  assertEquals(api.requests.length, 8);
});

testOnStage("jobRunner() fails with a Job that fails, and says why", async ({ run }) => {
  const { exitCode, report } = await run(aManifest("false"));
  assertEquals([exitCode, report.phase, report.finishedSuccessfully], [10, "Failed", false]);
  assertObjectMatch(report, { failure: { reason: "BackoffLimitExceeded" } });
});

testOnStage("jobRunner() finds the pods of a Job with manualSelector by its own selector", async (stage) => {
  const { namespace } = aContext().platform;
  const labels = { app: "mine" };
  const pod = (name: string, uid: string) => ({
    metadata: {
      name,
      namespace,
      labels,
      ownerReferences: [{ apiVersion: "batch/v1", kind: "Job", name, uid }],
    },
    status: {
      phase: "Failed",
      containerStatuses: [{ name: "main", state: { terminated: { exitCode: 3, reason: "Error" } } }],
    },
  });
  stage.api.observe(({ type, resource, object }) => {
    if (type !== "ADDED" || resource.kind !== "Job") return;
    queueMicrotask(() => {
      stage.api.create("Pod", pod("mine-1", object.metadata.uid));
      stage.api.create("Pod", pod("another-1", "uid-of-another-job"));
    });
  });
  const { template } = aManifest("false");
  const { exitCode, report } = await stage.run({
    manualSelector: true,
    selector: { matchLabels: labels },
    template: { ...template, metadata: { labels } },
  });
  assertEquals(exitCode, 10);
  assertObjectMatch(report, { failure: { pod: "mine-1", container: "main", exitCode: 3, reason: "Error" } });
});

testOnStage("jobRunner() adopts the finished Job of an earlier start", async ({ run }) => {
  const first = await run(aManifest("true"));
  const second = await run(aManifest("true"));
  assertEquals(second.exitCode, 0);
  assertObjectMatch(second.report, {
    object: { uid: (first.report.object as JsonObject).uid, adopted: true, left: "finished" },
  });
});

testOnStage("jobRunner() adopts the running Job of an earlier start, and waits for it", async (stage) => {
  const interrupted = await stage.run(aManifest("sleep"), { timeoutMs: 200 });
  assertEquals([interrupted.exitCode, leftBy(interrupted)], [124, "left running"]);
  const { name, platform: { namespace } } = aContext();
  stage.api.use((request, next) => {
    const isWatch = new URL(request.url).searchParams.has("watch");
    if (isWatch) stage.api.patch("Job", namespace, name, { spec: { activeDeadlineSeconds: 1 } });
    return next(request);
  });
  const { exitCode, report } = await stage.run(aManifest("sleep"));
  assertEquals([exitCode, (report.object as JsonObject).adopted], [10, true]);
});

testOnStage(
  "jobRunner() refuses the Job of another manifest and names the difference",
  async ({ run, work }) => {
    await run(aManifest("true"));
    const before = work();
    const { exitCode, report } = await run(aManifest("false"));
    assertEquals(exitCode, 23);
    assertStringIncludes(String(report.message), "spec.template.spec.containers.0.command");
    assertEquals(work(), before);
  },
);

testOnStage("jobRunner() refuses a Job that no runner has created", async ({ api, run, work }) => {
  const { name, platform: { namespace } } = aContext();
  api.create("Job", { metadata: { name, namespace }, spec: aManifest("sleep") });
  const before = work()?.metadata.uid;
  const { exitCode, report } = await run(aManifest("sleep"));
  assertEquals([exitCode, work()?.metadata.uid], [23, before]);
  assertStringIncludes(String(report.message), "was not created by an action runner");
});

testOnStage("jobRunner() creates nothing in a dry run", async ({ run, work }) => {
  const { exitCode, report } = await run(aManifest("true"), { dryRun: true });
  assertEquals([exitCode, report.object, work()], [0, undefined, undefined]);
});

testOnStage("jobRunner() creates nothing of a manifest that is no JobSpec", async ({ api, run, work }) => {
  const { exitCode, report } = await run({ entrypoint: "main" });
  assertEquals([exitCode, report.phase, work()], [2, "Refused", undefined]);
  assertEquals(api.requests.filter(({ method, path }) => method === "POST" && path.includes("jobs")), []);
});

for (const [command, exitCode] of [["true", 0], ["false", 10]] as const) {
  testOnStage(
    `jobRunner() sees the verdict of a Job that is deleted at its end: ${exitCode}`,
    async (stage) => {
      const ended = await stage.run(aManifest(command, { ttlSecondsAfterFinished: 0 }));
      assertEquals([ended.exitCode, stage.work()], [exitCode, undefined]);
    },
  );
}

for (const [command, exitCode] of [["true", 0], ["false", 10]] as const) {
  testOnStage(
    `row 66: jobRunner() gives the verdict of its finished Job that is being deleted: ${exitCode}`,
    async ({ api, controller, run, work }) => {
      await run(aManifest(command));
      controller.close();
      api.patch("Job", "team", "demo", { metadata: { finalizers: ["example.org/hold"] } });
      api.delete("Job", "team", "demo");
      const uid = work()?.metadata.uid ?? "";
      const again = await run(aManifest(command));
      assertEquals([again.exitCode, work()?.metadata.uid], [exitCode, uid]);
      assertObjectMatch(again.report, { object: { uid, adopted: true, left: "finished" } });
    },
  );
}

testOnStage("jobRunner() stops its Job by its deadline, and leaves word of why", async (stage) => {
  const ended = await stage.run(aManifest("sleep"), { timeoutMs: 200, onTimeout: "stop" });
  assertEquals([ended.exitCode, leftBy(ended)], [124, "stopped"]);
  const again = await stage.run(aManifest("sleep"));
  assertEquals(again.exitCode, 10);
  assertMatch(String(again.report.message), /DeadlineExceeded.*stopped by the runner \(TimedOut\)/);
});

testOnStage("jobRunner() says that a suspended Job ends when it is resumed", async ({ api, run }) => {
  const suspended = { ...aManifest("sleep"), suspend: true };
  const { report } = await run(suspended, { timeoutMs: 200, onTimeout: "stop" });
  assertStringIncludes(String(report.message), "it is suspended, and ends when it is resumed");
  assertEquals(api.objects("Job").length, 1);
});

testOnStage(
  "row 67: jobRunner() says what a Job of another controller waits for",
  async ({ controller, run }) => {
    controller.close();
    const { report } = await run({ ...aManifest("sleep"), managedBy: "example.org/queue" }, {
      timeoutMs: 100,
    });
    assertObjectMatch(report, {
      failure: {
        reason: "Pending",
        message: 'its controller "example.org/queue" has not taken it up',
      },
    });
  },
);

testOnStage("jobRunner() deletes its Job in the foreground", async ({ api, run, work }) => {
  const deleted: unknown[] = [];
  api.use(async (request, next) => {
    if (request.method === "DELETE") deleted.push(await request.clone().json());
    return await next(request);
  });
  const ended = await run(aManifest("sleep"), { timeoutMs: 200, onTimeout: "terminate" });
  assertEquals([ended.exitCode, leftBy(ended), work()], [124, "stopped", undefined]);
  const { uid } = ended.report.object as JsonObject;
  assertObjectMatch({ deleted }, {
    deleted: [{ preconditions: { uid: String(uid) }, propagationPolicy: "Foreground" }],
  });
});

testOnStage("jobRunner() leaves its Job running on SIGTERM", async ({ run, work }) => {
  const stop = new AbortController();
  const running = run(aManifest("sleep"), {}, stop.signal);
  while (!work()) await new Promise((resolve) => setTimeout(resolve, 5));
  stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
  const { exitCode, report } = await running;
  assertEquals([exitCode, report.phase, "finishedSuccessfully" in report], [143, "Unknown", false]);
  assertEquals(work()?.metadata.deletionTimestamp, undefined);
});
