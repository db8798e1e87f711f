import { assert, assertEquals, assertObjectMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { diagnoseWorkflow } from "../../../runners/argo/diagnose.ts";
import type { Diagnosis, ExecutionContext, JsonObject } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { aContext, aWorkObject } from "../../lab/builders.ts";
import { type Asked, type Recording, recordingsOf, refusal, replay } from "../../lab/recorded.ts";

const { recording, recordingNames } = recordingsOf("argo");

const MAX_REQUESTS = 5;

/** Explains the Workflow of a recording. */
async function explain(
  { object }: Recording,
  kube: KubeClient,
  context: Partial<ExecutionContext> = {},
  signal = new AbortController().signal,
): Promise<Diagnosis> {
  const { apiVersion, kind, metadata: { name = "", namespace = "", uid = "" } } = object;
  const started = { status: {}, object: aWorkObject({ apiVersion, kind, name, namespace, uid }) };
  return await diagnoseWorkflow(kube, { started, context: aContext(context), signal, log: silentLog });
}

interface Case {
  /** The recording's name. */
  of: string;
  cause: Diagnosis;
  /** A part of the message. */
  says?: string;
  /** A part of the log's end. */
  log?: string;
  /** A part of an event. */
  event?: string;
}

/** The diagnosis of a container that ended with a code, in a Workflow of one pod. */
function alone(of: string, exitCode: number, more: Diagnosis = {}): Case {
  return { of, cause: { node: of, pod: of, container: "main", exitCode, reason: "Error", ...more } };
}

/** The diagnosis of one step of several. */
function step(of: string, node: string, podSuffix: string, exitCode: number): Case {
  return { of, cause: { node, pod: `${of}-${podSuffix}`, container: "main", exitCode, reason: "Error" } };
}

const PULL = "Failed to pull image";
const PASSED = "Pod was active on the node longer than the specified deadline";

const failed: Case[] = [
  { ...alone("exit-code", 3), log: "the table is empty" },
  { ...alone("oom", 137, { reason: "OOMKilled" }), log: "filling memory" },
  { ...alone("bad-command", 64), says: 'exec: "/no/such/program"' },
  {
    of: "missing-image-deadline",
    cause: { node: "missing-image-deadline", reason: "DeadlineExceeded" },
    says: PASSED,
    event: PULL,
  },
  { of: "template-deadline", cause: { reason: "DeadlineExceeded" }, says: PASSED, log: "working" },
  { of: "workflow-deadline", cause: { reason: "DeadlineExceeded" }, says: PASSED, log: "working" },
  { ...step("dag-one-of-three", "b", "bad-2366872953", 4), log: "b cannot" },
  {
    ...step("retries-exhausted", "retries-exhausted(2)", "main-2970016888", 3),
    log: "attempt 2",
  },
  { ...step("retry-nodes", "work", "bad-3681387328", 14), log: "again" },
  { ...step("on-exit-failing", "on-exit-failing.onExit", "bye-4231240381", 6), log: "cannot tidy up" },
  { ...alone("on-exit-fine", 7), log: "no" },
  {
    of: "missing-service-account",
    cause: { node: "missing-service-account", reason: "Error" },
    says: 'serviceaccount "nobody" not found',
  },
  { of: "missing-workflow-template", cause: { reason: "Error" }, says: '"nothing" not found' },
  { of: "missing-template-ref", cause: { reason: "Failed" }, says: "template reference nothing.x not found" },
  { of: "missing-template", cause: { reason: "Failed" }, says: "template name 'nope' undefined" },
  { of: "missing-parameter", cause: { reason: "Failed" }, says: "inputs.parameters.x was not supplied" },
  {
    of: "missing-output",
    cause: { node: "make", container: "wait", exitCode: 64, reason: "Error" },
    says: "outputs/parameters/tmp/x: no such file or directory",
    log: "nothing written",
  },
  { of: "pod-deleted", cause: { node: "pod-deleted", reason: "Error" }, says: "pod deleted" },
  { of: "node-error", cause: { node: "[1]", reason: "Error" }, says: "could not be parsed as a JSON list" },
  { of: "bad-patch", cause: { node: "bad-patch", reason: "Error" }, says: "Error applying PodSpecPatch" },
  { ...alone("failing-init", 5, { container: "fetch" }), log: "cannot fetch" },
  {
    of: "evicted",
    cause: { node: "evicted", reason: "Evicted" },
    says: "ephemeral local storage usage exceeds",
  },
  {
    ...step("fail-fast-false", "early", "early-274995261", 8),
    says: "1 other step failed as well",
    log: "early",
  },
  { ...step("nested-steps", "outer/inner/deep", "bad-3834538388", 12), log: "deep down" },
  { ...step("with-items", "each(1:b)", "one-3145974333", 1), log: "item b" },
  { ...step("tolerated", "then", "worse-2490500611", 16), log: "not tolerated" },
  { ...step("depends-on-failure", "tidy", "worse-1184692789", 17), log: "tidy fails" },
  { ...alone("container-set", 15, { container: "two" }), log: "two fails" },
  { ...alone("sidecar-failing", 13, { container: "helper" }), log: "helper broke" },
  { ...alone("terminated", 143), says: "workflow shutdown with strategy:  Terminate", log: "working" },
];

const MUTEX = 'waits for the lock Mutex "build", held by rec-plain/zz-holder';

/** Recordings of running Workflows. */
const waiting: Case[] = [
  {
    of: "missing-image",
    cause: { pod: "missing-image", container: "main", reason: "ImagePullBackOff" },
    says: 'Back-off pulling image "localhost/nothing:1"',
    event: PULL,
  },
  {
    of: "unschedulable",
    cause: { pod: "unschedulable", reason: "Unschedulable" },
    says: "0/1 nodes are available",
    event: "FailedScheduling: 0/1 nodes are available",
  },
  {
    of: "config-error",
    cause: { pod: "config-error", container: "main", reason: "CreateContainerConfigError" },
    says: 'configmap "nothing" not found',
  },
  {
    of: "missing-volume",
    cause: { pod: "missing-volume", reason: "FailedMount" },
    says: 'configmap "nothing" not found',
    event: 'FailedMount: MountVolume.SetUp failed for volume "v" : configmap "nothing" not found',
  },
  { of: "lock", cause: { reason: "Synchronization" }, says: MUTEX },
  { of: "lock-steps", cause: { node: "lock-steps", reason: "Synchronization" }, says: MUTEX },
  { of: "lock-dag", cause: { node: "lock-dag", reason: "Synchronization" }, says: MUTEX },
  { of: "lock-retry", cause: { node: "lock-retry", reason: "Synchronization" }, says: MUTEX },
  {
    of: "lock-inner",
    cause: { node: "inner", reason: "Synchronization" },
    says: 'waits for the lock ConfigMap "limits/build", held by rec-plain/zz-sem-holder',
  },
  {
    of: "deaf-sidecar",
    cause: { node: "deaf", pod: "deaf", container: "deaf", reason: "ContainerRunning" },
    says: 'the container "deaf" runs on after the end of "main" (exit code 0)',
  },
  {
    of: "retry-backoff",
    cause: { node: "retry-backoff", reason: "Backoff" },
    says: "Backoff for 10 minutes",
  },
  {
    of: "missing-secret",
    cause: { pod: "missing-secret", reason: "FailedMount" },
    says: 'secret "nothing" not found',
  },
  { of: "suspended-spec", cause: { reason: "Suspended" }, says: "spec.suspend is true" },
  {
    of: "suspended-for",
    cause: { node: "suspended-for", reason: "Suspended" },
    says: "for 30m or to be resumed",
  },
  { of: "no-parallelism", cause: { reason: "Parallelism" }, says: "spec.parallelism is 0" },
  { of: "quota", cause: { node: "quota", reason: "Pending" }, says: "exceeded quota: tight" },
  {
    of: "webhook-down",
    cause: { node: "webhook-down", reason: "Pending" },
    says: 'failed calling webhook "pods.example.org"',
  },
  { of: "http", cause: { node: "http", reason: "Pending" }, says: "waits for Argo's agent" },
  { of: "suspended", cause: { node: "approve", reason: "Suspended" }, says: "to be resumed" },
  { of: "running", cause: { node: "running", reason: "Running" }, says: "runs since", log: "still working" },
];

for (const { of, cause, says, log, event } of [...failed, ...waiting]) {
  Deno.test(`diagnoseWorkflow() finds the cause of ${of}`, async () => {
    const recorded = recording(of);
    const { kube, asked } = replay(recorded);
    const failure = await explain(recorded, kube);
    assertObjectMatch({ ...failure }, { ...cause });
    if (says) assertStringIncludes(failure.message ?? "", says);
    if (log) assertStringIncludes(failure.logTail?.at(-1) ?? "", log);
    if (event) assert(failure.events?.some((each) => each.includes(event)), failure.events?.join("\n"));
    assert(asked.length <= MAX_REQUESTS, asked.join());
  });

  Deno.test(`diagnoseWorkflow() names the same step of ${of} without any further permission`, async () => {
    const recorded = recording(of);
    const withAll = await explain(recorded, replay(recorded).kube);
    const { kube } = replay(recorded, (what) => what === "Workflow" ? undefined : refusal("forbidden"));
    const failure = await explain(recorded, kube);
    assertEquals(failure.node, withAll.node);
    assertEquals([failure.events, failure.logTail], [undefined, undefined]);
    if (withAll.pod) assertStringIncludes(failure.notRead?.[0] ?? "", "the runner may not read the pod");
  });
}

Deno.test("every recording has its expected cause", () => {
  assertEquals([...failed, ...waiting].map(({ of }) => of).sort(), recordingNames());
});

Deno.test("diagnoseWorkflow() without pods takes container, code and reason from the node's message", async () => {
  const recorded = recording("oom");
  const { kube } = replay(recorded, (what) => what === "Workflow" ? undefined : refusal("forbidden"));
  const { notRead, ...failure } = await explain(recorded, kube);
  assertEquals(failure, { node: "oom", pod: "oom", container: "main", exitCode: 137, reason: "OOMKilled" });
  assertEquals(notRead, [
    'the runner may not read the pod "oom"',
    'the runner may not read the events of pod "oom"',
    'the runner may not read the log of container "main"',
  ]);
});

Deno.test("diagnoseWorkflow() reads compressed nodes", async () => {
  const recorded = recording("nested-steps");
  const { nodes, ...status } = recorded.object.status;
  recorded.object.status = { ...status, compressedNodes: await compressed(nodes as JsonObject) };
  assertEquals((await explain(recorded, replay(recorded).kube)).node, "outer/inner/deep");
});

async function compressed(value: JsonObject): Promise<string> {
  const stream = new Blob([JSON.stringify(value)]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer()).toBase64();
}

const unreadable = [
  { fields: { offloadNodeStatusVersion: "fnv:2" }, says: "the nodes are in Argo's database (offloaded)" },
  { fields: { compressedNodes: "%%%" }, says: "the compressed nodes: " },
  { fields: { compressedNodes: btoa("no gzip") }, says: "the compressed nodes: " },
];

for (const { fields, says } of unreadable) {
  Deno.test(`diagnoseWorkflow() without nodes has the Workflow's message, and says: ${says}`, async () => {
    const recorded = recording("nested-steps");
    const { nodes: _nodes, ...status } = recorded.object.status;
    recorded.object.status = { ...status, ...fields };
    const failure = await explain(recorded, replay(recorded).kube);
    assertEquals([failure.reason, failure.message], ["Failed", status.message]);
    assertStringIncludes(failure.notRead?.join() ?? "", says);
  });
}

Deno.test("diagnoseWorkflow() says that the controller has not taken a Workflow up", async () => {
  const recorded = recording("exit-code");
  recorded.object.metadata.labels = {};
  recorded.object.status = {};
  assertEquals(await explain(recorded, replay(recorded).kube), {
    reason: "Pending",
    message: "Argo's controller has not taken it up",
  });
});

Deno.test("row 67: diagnoseWorkflow() says that a Workflow is suspended as a whole", async () => {
  const recorded = recording("exit-code");
  Object.assign(recorded.object.spec!, { suspend: true });
  recorded.object.metadata.labels = {};
  for (const nodes of [undefined, { demo: { type: "Steps", phase: "Running", name: "exit-code" } }]) {
    recorded.object.status = { phase: "Running", ...(nodes ? { nodes } : {}) };
    assertEquals(await explain(recorded, replay(recorded).kube), {
      reason: "Suspended",
      message: "waits to be resumed: spec.suspend is true",
    });
  }
});

Deno.test("diagnoseWorkflow() names the pod that still runs in a suspended Workflow", async () => {
  const recorded = recording("running");
  Object.assign(recorded.object.spec!, { suspend: true });
  assertEquals((await explain(recorded, replay(recorded).kube)).reason, "Running");
});

Deno.test("row 65: diagnoseWorkflow() says that the controller leaves a Workflow alone because of its labels", async () => {
  const recorded = recording("exit-code");
  recorded.object.status = { phase: "Running" };
  const { message } = await explain(recorded, replay(recorded).kube);
  assertStringIncludes(message ?? "", "its label workflows.argoproj.io/completed says that it has ended");
});

Deno.test("diagnoseWorkflow() reads no log if no lines are wanted", async () => {
  const recorded = recording("exit-code");
  const { kube, asked } = replay(recorded);
  const failure = await explain(recorded, kube, { logTailLines: 0 });
  assertEquals([failure.logTail, asked.includes("log"), failure.exitCode], [undefined, false, 3]);
});

Deno.test("diagnoseWorkflow() has the wanted number of lines, without lines of Argo's executor", async () => {
  const recorded = recording("exit-code");
  const log = Array.from({ length: 50 }, (_, index) => `line ${index}\n`).join("");
  const executor = 'time="2026-11-24T23:57:15Z" level=info msg="sub-process exited" argo=true error="<nil>"';
  recorded.logs = { "exit-code/main": `${log}${executor}\nError: exit status 3\n` };
  const failure = await explain(recorded, replay(recorded).kube, { logTailLines: 2 });
  assertEquals(failure.logTail, ["line 48", "line 49"]);
});

Deno.test("diagnoseWorkflow() ignores pods of other Workflows", async () => {
  const recorded = recording("exit-code");
  recorded.pods[0]!.metadata.ownerReferences![0]!.uid = "another";
  const { kube, asked } = replay(recorded);
  const failure = await explain(recorded, kube);
  assertEquals(failure.notRead, ['there is no pod "exit-code"']);
  assertEquals(asked.includes("log"), false);
});

Deno.test("diagnoseWorkflow() refuses another Workflow of the name", async () => {
  const recorded = recording("exit-code");
  const { kube } = replay({
    ...recorded,
    object: { ...recorded.object, metadata: { name: "exit-code" } },
  });
  await assertRejects(
    () => explain(recorded, kube),
    Error,
    'another Workflow has taken the name "exit-code"',
  );
});

const troubles: { what: Asked; kept: (keyof Diagnosis)[] }[] = [
  { what: "Pod", kept: ["exitCode", "logTail"] },
  { what: "Event", kept: ["exitCode", "logTail"] },
  { what: "log", kept: ["exitCode", "pod"] },
];

for (const { what, kept } of troubles) {
  Deno.test(`diagnoseWorkflow() does without the ${what} where the API server is out of order`, async () => {
    const recorded = recording("exit-code");
    const { kube } = replay(recorded, (asked) => asked === what ? refusal("server") : undefined);
    const failure = await explain(recorded, kube);
    assertEquals(kept.filter((key) => failure[key] === undefined), []);
    assertStringIncludes(failure.notRead?.join() ?? "", "Cannot read it (server)");
  });
}

Deno.test("diagnoseWorkflow() returns what it has found when its time is up", async () => {
  const recorded = recording("exit-code");
  const stop = new AbortController();
  const { kube } = replay(recorded, (asked, signal) => {
    if (asked !== "log") return undefined;
    queueMicrotask(() => stop.abort(new Error("it took too long")));
    return new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  });
  const failure = await explain(recorded, kube, {}, stop.signal);
  assertEquals(failure.exitCode, 3);
  assertEquals(failure.notRead, ['log of container "main": it took too long']);
});
