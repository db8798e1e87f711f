import { assert, assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { helmRunner } from "../../../runners/helm/mod.ts";
import { type ExecutionContext, type JsonObject, Mask, RunError } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import { dryRunClient } from "../../../src/kube/dry_run_client.ts";
import { fetchClient } from "../../../src/kube/fetch_client.ts";
import { Manager } from "../../../src/manager.ts";
import { configMapReporter } from "../../../src/status/config_map.ts";
import { type EmbeddedApi, embeddedApi, serveEmbeddedApi } from "../../../src/testing/mod.ts";
import { quickClock } from "../../lab/quick_clock.ts";
import { aContext } from "../../lab/builders.ts";
import {
  type AnyRelease,
  podSpecOf,
  releaseSecret,
  type SimulatedHelm,
  simulatedHelm,
  type SimulatedHelmOptions,
} from "../../lab/simulated_helm.ts";

const NEVER = new AbortController().signal;
const CHART = { name: "app", repo: "https://charts.example.org", version: "0.1.0" };
const VALUES = { greeting: "hi", password: "sesame-open" };

interface Stage {
  api: EmbeddedApi;
  helm: SimulatedHelm;
  release(fields?: AnyRelease): void;
  run(
    manifest: JsonObject,
    context?: Partial<ExecutionContext>,
    signal?: AbortSignal,
  ): ReturnType<Manager["execute"]>;
}

function testOnStage(
  name: string,
  test: (stage: Stage) => Promise<void>,
  options: SimulatedHelmOptions = {},
): void {
  // The client keeps its connection until the process ends.
  Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn: () => withStage(test, options) });
}

/** The runner with its Manager on an embedded API, served so that the real client is used. */
async function withStage(
  test: (stage: Stage) => Promise<void>,
  options: SimulatedHelmOptions,
): Promise<void> {
  const { name, platform: { namespace } } = aContext();
  const api = embeddedApi({ namespaces: [namespace] });
  const helm = simulatedHelm(api, options);
  const server = serveEmbeddedApi(api);
  api.create("ConfigMap", { metadata: { name, namespace } });
  const run: Stage["run"] = (manifest, changes = {}, signal = NEVER) => {
    const context = aContext({ program: "helm-runner", ...changes });
    const real = fetchClient({ server: server.url });
    const kube = context.dryRun ? dryRunClient(real) : real;
    return new Manager({
      runner: helmRunner(kube, real),
      reporter: configMapReporter(kube),
      context,
      readManifest: () => Promise.resolve(manifest),
      log: () => silentLog,
      mask: new Mask(),
    }).execute(signal);
  };
  const release: Stage["release"] = (fields = {}) => {
    api.create("Secret", releaseSecret(fields) as unknown as Parameters<EmbeddedApi["create"]>[1]);
  };
  try {
    await test({ api, helm, run, release });
  } finally {
    helm.close();
    await server.close();
  }
}

function revisionsIn({ api }: Stage): (string | undefined)[] {
  return api.objects("Secret").filter(({ metadata: { labels } }) => labels?.owner === "helm")
    .map(({ metadata: { labels } }) => `${labels?.version} ${labels?.status}`);
}

testOnStage("helmRunner() installs a release and reports what became of it", async (stage) => {
  const { exitCode, report } = await stage.run({ chart: CHART, values: VALUES });
  assertEquals([exitCode, Object.keys(report)[0]], [0, "helmReleaseRef"]);
  assertObjectMatch(report, {
    helmReleaseRef: { name: "demo", namespace: "team" },
    outputs: {
      release: {
        name: "demo",
        revision: 1,
        chart: "app-0.1.0",
        appVersion: "0.1.0-app",
        status: "deployed",
        notes: "Have fun",
      },
    },
  });
  assertEquals(revisionsIn(stage), ["1 deployed"]);
  assertEquals(stage.api.requests.length, 14);
});

testOnStage("helmRunner() keeps values out of the Job and of the report", async (stage) => {
  const { report } = await stage.run({ chart: CHART, values: VALUES });
  const [job] = stage.api.objects("Job");
  assertEquals(JSON.stringify([job, report]).includes("sesame"), false);
  const secret = stage.api.find("Secret", "team", job?.metadata.name ?? "");
  assertEquals(secret?.metadata.ownerReferences?.map(({ uid }) => uid), [job?.metadata.uid]);
});

testOnStage("helmRunner() does nothing about a release that is as it should be", async (stage) => {
  await stage.run({ chart: CHART, values: VALUES }, { runId: "one" });
  const again = await stage.run({ chart: CHART, values: VALUES }, { runId: "two" });
  assertEquals([again.exitCode, again.report.object, stage.helm.ran.length], [0, undefined, 1]);
  assertObjectMatch(again.report, { finishedSuccessfully: true, outputs: { release: { revision: 1 } } });
  assertStringIncludes(String(again.report.message), "nothing to do");
});

testOnStage(
  "helmRunner() answers a restart of the same run by its Job, and another run by helm",
  async (stage) => {
    const manifest = { command: "upgrade", chart: CHART, values: VALUES };
    stage.release();
    const first = await stage.run(manifest, { runId: "one" });
    const again = await stage.run(manifest, { runId: "one" });
    assertObjectMatch(again.report, {
      object: { uid: (first.report.object as JsonObject).uid, adopted: true },
    });
    const other = await stage.run({ ...manifest, values: { greeting: "bye" } }, { runId: "two" });
    assertEquals([other.exitCode, revisionsIn(stage)], [0, ["1 superseded", "2 superseded", "3 deployed"]]);
  },
);

testOnStage(
  "row 66: helmRunner() gives the verdict of its finished Job that is being deleted",
  async (stage) => {
    const { api, helm, run } = stage;
    const first = await run({ chart: CHART, values: VALUES }, { runId: "one" });
    const { name, uid } = first.report.object as { name: string; uid: string };
    api.patch("Job", "team", name, { metadata: { finalizers: ["example.org/hold"] } });
    api.delete("Job", "team", name);
    const again = await run({ chart: CHART, values: VALUES }, { runId: "one" });
    assertEquals([again.exitCode, helm.ran.length], [0, 1]);
    assertObjectMatch(again.report, { object: { uid, adopted: true, left: "finished" } });
  },
);

testOnStage("helmRunner() lets yesterday's Job of no known run not answer for today's", async (stage) => {
  const manifest = { command: "upgrade", chart: { ...CHART, version: "1" }, values: VALUES };
  stage.release();
  await stage.run(manifest);
  // Another client has changed the release since.
  stage.release({ revision: 3, values: { greeting: "changed" } });
  const { exitCode, report } = await stage.run(manifest);
  assertEquals([exitCode, stage.helm.ran.length], [0, 2]);
  assertObjectMatch(report, { object: { adopted: false } });
});

testOnStage("helmRunner() makes the values again where they are missing", async (stage) => {
  const manifest = { chart: CHART, values: VALUES };
  const stopTaking = takeValues(stage);
  const first = await stage.run(manifest, { runId: "one", timeoutMs: 50 });
  stopTaking();
  const { exitCode, report } = await stage.run(manifest, { runId: "one" });
  assertEquals([first.exitCode, exitCode], [124, 0]);
  assertEquals(report.object, { ...first.report.object as JsonObject, adopted: true, left: "finished" });
});

/** Deletes the values as soon as they exist, as if the runner had ended before it created them. */
function takeValues({ api }: Stage): () => void {
  return api.observe(({ type, object: { kind, metadata } }) => {
    if (kind !== "Secret" || type !== "ADDED" || metadata.labels?.owner === "helm") return;
    api.remove("Secret", "team", metadata.name);
  });
}

testOnStage("helmRunner() uninstalls, and takes a release that is not there for done", async (stage) => {
  stage.release();
  const uninstall = { command: "uninstall" };
  assertEquals((await stage.run(uninstall)).exitCode, 0);
  assertEquals([(await stage.run(uninstall)).exitCode, stage.helm.ran.length, revisionsIn(stage)], [
    0,
    1,
    [],
  ]);
});

testOnStage("helmRunner() rolls back once to a named revision", async (stage) => {
  stage.release({ status: "superseded" });
  stage.release({ revision: 2 });
  const rollback = { command: "rollback", revision: 1 };
  await stage.run(rollback, { runId: "one" });
  const again = await stage.run(rollback, { runId: "two" });
  assertEquals([again.exitCode, stage.helm.ran.length], [0, 1]);
  assertEquals(stage.helm.ran[0]?.slice(0, 3), ["rollback", "demo", "1"]);
});

const FAILURE =
  "Error: UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred:\n\t* job demo-hook failed\n\n";

testOnStage(
  "helmRunner() tells helm's own error and the release's failing pod",
  async (stage) => {
    stage.api.create("Pod", {
      metadata: { name: "demo-hook-1", namespace: "team", labels: { "app.kubernetes.io/instance": "demo" } },
      spec: { containers: [{ name: "hook", image: "x" }] },
      status: {
        phase: "Failed",
        containerStatuses: [{ name: "hook", state: { terminated: { exitCode: 3, reason: "Error" } } }],
      },
    });
    stage.release();
    const { exitCode, report } = await stage.run({
      command: "upgrade",
      chart: { ...CHART, version: "0.2.0" },
    });
    assertEquals(exitCode, 10);
    assertObjectMatch(report, {
      outputs: { release: { status: "failed", revision: 2 } },
      failure: {
        node: "helm upgrade",
        pod: "demo-hook-1",
        exitCode: 3,
        message: "UPGRADE FAILED: pre-upgrade hooks failed: 1 error occurred: * job demo-hook failed",
      },
    });
  },
  { end: () => ({ exitCode: 1, log: FAILURE }) },
);

testOnStage("helmRunner() refuses a release that a dead helm has left pending", async (stage) => {
  stage.release();
  stage.release({ revision: 2, status: "pending-upgrade" });
  const { exitCode, report } = await stage.run({ command: "upgrade", chart: CHART });
  assertEquals([exitCode, stage.api.objects("Job")], [23, []]);
  assertStringIncludes(String(report.message), "revision 2 pending-upgrade since");
  assertStringIncludes(String(report.message), "revision 1");
});

testOnStage("helmRunner() rolls a pending release back first where that is allowed", async (stage) => {
  stage.release();
  stage.release({ revision: 2, status: "pending-upgrade" });
  const settings = { RUNNER_HELM_PENDING: "rollback" };
  const { exitCode } = await stage.run({ command: "upgrade", chart: CHART }, { settings });
  const [job] = stage.api.objects("Job");
  assertEquals(exitCode, 0);
  assertEquals(podSpecOf(job!).initContainers?.[0]?.args.slice(0, 3), ["rollback", "demo", "1"]);
});

testOnStage("helmRunner() refuses a release that another Job works on", async (stage) => {
  await stage.run({ chart: CHART }, { timeoutMs: 50 });
  const { exitCode, report } = await stage.run({ chart: CHART, values: VALUES });
  assertEquals([exitCode, stage.api.objects("Job").length], [23, 1]);
  assertStringIncludes(String(report.message), "works on it");
}, { end: () => undefined });

testOnStage(
  "helmRunner() goes on with the running Job of another run of the same manifest",
  async (stage) => {
    const first = await stage.run({ chart: CHART }, { timeoutMs: 50, runId: "one" });
    const second = await stage.run({ chart: CHART }, { timeoutMs: 50, runId: "two" });
    assertEquals([second.exitCode, stage.api.objects("Job").length], [124, 1]);
    assertObjectMatch(second.report, {
      object: { uid: (first.report.object as JsonObject).uid, adopted: true },
    });
  },
  { end: () => undefined },
);

testOnStage("helmRunner() has helm itself try a dry run, and deletes what that needs", async (stage) => {
  const { exitCode, report } = await stage.run({ chart: CHART, values: VALUES }, { dryRun: true });
  assertEquals([exitCode, report.object, revisionsIn(stage)], [0, undefined, []]);
  assert(stage.helm.ran[0]?.includes("--dry-run=server"));
  assertStringIncludes(String(report.message), "is deleted");
  assertEquals([stage.api.objects("Job"), stage.api.objects("Secret")], [[], []]);
});

testOnStage(
  "helmRunner() refuses in a dry run what helm would refuse",
  async (stage) => {
    const { exitCode, report } = await stage.run({ chart: CHART, values: VALUES }, { dryRun: true });
    assertEquals([exitCode, stage.api.objects("Job")], [20, []]);
    assertStringIncludes(String(report.message), "helm install would fail: chart not found");
  },
  { end: () => ({ exitCode: 1, log: "Error: chart not found\n" }) },
);

testOnStage("helmRunner() tries nothing in a dry run that begins with a rollback", async (stage) => {
  stage.release();
  stage.release({ revision: 2, status: "pending-upgrade" });
  const context = { settings: { RUNNER_HELM_PENDING: "rollback" }, dryRun: true };
  const { exitCode, report } = await stage.run({ command: "upgrade", chart: CHART }, context);
  assertEquals([exitCode, stage.helm.ran], [0, []]);
  assertStringIncludes(String(report.message), "first roll back to revision 1");
});

testOnStage(
  "helmRunner() says that a helm it has stopped may leave the release in the middle",
  async (stage) => {
    const { exitCode, report } = await stage.run({ chart: CHART }, { timeoutMs: 50, onTimeout: "stop" });
    assertEquals(exitCode, 124);
    assertStringIncludes(String(report.message), 'may leave the release "demo" in the middle of a change');
  },
  { end: () => undefined },
);

testOnStage("helmRunner() withholds the chart's notes that hold secrets of the values", async (stage) => {
  const { report } = await stage.run({ chart: CHART, values: { password: "Have fun" } });
  assertEquals([report.outputsWithheld, JSON.stringify(report).includes("Have fun")], [
    ["release.notes"],
    false,
  ]);
});

for (const whose of ["values", "defaults"] as const) {
  testOnStage(
    `helmRunner() withholds notes with secrets of the release's ${whose} that this run's manifest does not have`,
    async (stage) => {
      const secret = { [whose]: { password: "open sesame" }, notes: "Say open sesame" };
      stage.release({ ...secret, revision: 2, description: "Rollback to 1" });
      const { report } = await stage.run({ command: "rollback", revision: 1 });
      assertEquals([report.outputsWithheld, JSON.stringify(report).includes("sesame")], [
        ["release.notes"],
        false,
      ]);
    },
  );
}

testOnStage(
  "helmRunner() leaves no Job behind that can never get its values, nor takes a foreign Secret",
  async (stage) => {
    const { api } = stage;
    // Another client creates a Secret of the Job's name between the creates of Job and values.
    const stop = api.observe(({ type, object: { kind, metadata } }) => {
      if (kind !== "Job" || type !== "ADDED") return;
      api.create("Secret", { metadata: { name: metadata.name, namespace: "team" }, data: { a: "YQ==" } });
    });
    const { exitCode, outcome } = await stage.run({ chart: CHART, values: VALUES });
    stop();
    assertEquals([exitCode, outcome.left], [23, "not created"]);
    assertEquals(api.objects("Job").every(({ metadata }) => metadata.deletionTimestamp !== undefined), true);
    assertEquals(api.objects("Secret").map(({ data }) => data), [{ a: "YQ==" }]);
  },
  { end: () => undefined },
);

testOnStage(
  "helmRunner() reports what became of the release also where the API server stumbles",
  async (stage) => {
    const { api, helm } = stage;
    let stumbles = 1;
    api.use((request, next) => {
      const isRead = helm.ran.length > 0 && request.method === "GET" && request.url.includes("/secrets");
      if (!isRead || stumbles === 0) return next(request);
      stumbles -= 1;
      return new Response("so sorry", { status: 503 });
    });
    const { exitCode, report } = await stage.run({ chart: CHART });
    assertEquals([exitCode, stumbles], [0, 0]);
    assertObjectMatch(report, { outputs: { release: { revision: 1 } } });
  },
);

/** A signal that comes after helm's Job and before its values. */
function signalAtJob({ api }: Stage): AbortSignal {
  const stop = new AbortController();
  api.observe(({ type, object: { kind } }) => {
    if (kind === "Job" && type === "ADDED") stop.abort(new RunError("Terminated", "interrupted by SIGTERM"));
  });
  return stop.signal;
}

testOnStage("row 56: helmRunner() names a Job that has no values yet when SIGTERM comes", async (stage) => {
  const { api, run } = stage;
  const manifest = { chart: CHART, values: VALUES };
  const { exitCode, report } = await run(manifest, { runId: "one" }, signalAtJob(stage));
  const [job] = api.objects("Job");
  assertEquals([exitCode, api.objects("Secret")], [143, []]);
  assertObjectMatch(report, {
    helmReleaseRef: { name: "demo", namespace: "team" },
    object: { kind: "Job", name: job?.metadata.name, uid: job?.metadata.uid, left: "left running" },
  });
  assertEquals(JSON.parse(api.find("ConfigMap", "team", "demo")?.data?.status as string), report);
  const again = await run(manifest, { runId: "one" });
  assertEquals([again.exitCode, (again.report.object as JsonObject).uid], [0, job?.metadata.uid]);
});

testOnStage("row 56: helmRunner() stops a Job without values where the settings say so", async (stage) => {
  const context: Partial<ExecutionContext> = { onTerminate: "terminate" };
  const { exitCode, outcome } = await stage.run(
    { chart: CHART, values: VALUES },
    context,
    signalAtJob(stage),
  );
  assertEquals([exitCode, outcome.left], [143, "stopped"]);
  assertStringIncludes(outcome.message, "the work was told to end");
  assertEquals(stage.api.objects("Job").every(({ metadata }) => metadata.deletionTimestamp), true);
});

testOnStage("row 56: helmRunner() leaves nothing of a dry run that SIGTERM ends", async (stage) => {
  const { api, run } = stage;
  const { exitCode, outcome } = await run(
    { chart: CHART, values: VALUES },
    { dryRun: true },
    signalAtJob(stage),
  );
  assertEquals([exitCode, outcome.left, outcome.started?.object], [143, "not created", undefined]);
  assertEquals([api.objects("Job"), api.objects("Secret")], [[], []]);
});

const ALL = { verbs: ["*"], resources: ["*"], apiGroups: ["*"] };
/** All rights except the right to read a Job by its name. */
const WITHOUT_GET = [
  { ...ALL, apiGroups: [""] },
  { ...ALL, apiGroups: ["batch"], verbs: ["create", "list", "watch", "patch", "delete"] },
];

for (const dryRun of [false, true]) {
  const how = dryRun ? "in a dry run" : "in a run";
  Deno.test(`row 48: helmRunner() makes nothing ${how} where it may not read its Job`, async () => {
    const clock = quickClock();
    const api = embeddedApi({ namespaces: ["team"], rules: WITHOUT_GET });
    api.create("ConfigMap", { metadata: { name: "demo", namespace: "team" } });
    const real = fetchClient({ server: "http://embedded" }, { clock, handle: api.handle });
    const kube = dryRun ? dryRunClient(real) : real;
    const manager = new Manager({
      runner: helmRunner(kube, real),
      reporter: configMapReporter(kube),
      context: aContext({ program: "helm-runner", dryRun }),
      readManifest: () => Promise.resolve({ chart: CHART, values: VALUES }),
      log: () => silentLog,
      clock,
    });
    const { report } = await clock.finish(manager.execute(NEVER));
    assertEquals([report.exitCode, api.requests.some(({ method }) => method === "POST")], [21, false]);
    assertStringIncludes(String(report.message), 'cannot get resource "jobs"');
  });
}
