import { assert, assertEquals, assertObjectMatch, assertStringIncludes } from "@std/assert";
import { type AnyObject, clusterTest, coreApi, create, type Space, withNamespace } from "../lab/cluster.ts";
import { jobSpec, scriptContainer, scriptJob } from "../lab/job_work.ts";
import { type Ended, type Program, reportOf, run, runnerEnv } from "../lab/program.ts";
import {
  aWorkflow,
  createStatusObject,
  pauseSpec,
  readStatus,
  scriptSpec,
  scriptTemplate,
} from "../lab/workflows.ts";

/** Long enough for the first look, which is after 45 s. */
const TIMEOUT = "58s";

interface Case {
  what: string;
  manifest: AnyObject;
  /** Makes what holds the work up. */
  set?: (space: Space) => Promise<unknown>;
  env?: Record<string, string>;
  /** Parts of the one warning that tells of it. */
  warns: string[];
  /** What the report says at the time-out. */
  failure: Record<string, unknown>;
  /** A part of the failure's message; the warning has it as well. */
  says: string;
}

const NOBODY = { RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "nobody" };

/** A Job whose pod has more fields. */
function podJob(more: object, containers = [scriptContainer("main", "true")]): AnyObject {
  const spec = jobSpec(containers);
  Object.assign(spec.template.spec, more);
  return spec;
}

/** A Job whose container mounts this volume. */
function mounting(volume: object): AnyObject {
  const main = scriptContainer("main", "true", { volumeMounts: [{ name: "v", mountPath: "/v" }] });
  return podJob({ volumes: [{ name: "v", ...volume }] }, [main]);
}

function quota({ namespace }: Space, hard: Record<string, string>): Promise<AnyObject> {
  return create({
    apiVersion: "v1",
    kind: "ResourceQuota",
    metadata: { name: "tight", namespace },
    spec: { hard },
  });
}

function limitRange({ namespace }: Space): Promise<AnyObject> {
  const limits = [{ type: "Container", max: { cpu: "100m" } }];
  return create({
    apiVersion: "v1",
    kind: "LimitRange",
    metadata: { name: "small", namespace },
    spec: { limits },
  });
}

async function restrictPods({ namespace }: Space): Promise<void> {
  const body = await coreApi().readNamespace({ name: namespace });
  body.metadata!.labels = { ...body.metadata!.labels, "pod-security.kubernetes.io/enforce": "restricted" };
  await coreApi().replaceNamespace({ name: namespace, body });
}

/** A webhook on the namespace's pods that nobody answers; the garbage collector deletes it with the namespace. */
async function deafWebhook({ namespace }: Space): Promise<void> {
  const { metadata } = await coreApi().readNamespace({ name: namespace });
  await create({
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: "ValidatingWebhookConfiguration",
    metadata: {
      name: namespace,
      ownerReferences: [{ apiVersion: "v1", kind: "Namespace", name: namespace, uid: metadata?.uid ?? "" }],
    },
    webhooks: [{
      name: WEBHOOK,
      clientConfig: { url: "https://127.0.0.1:9/" },
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
      rules: [{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"] }],
      failurePolicy: "Fail",
      sideEffects: "None",
      admissionReviewVersions: ["v1"],
      timeoutSeconds: 1,
    }],
  });
}

const WEBHOOK = "pods.action-runner.test";

/** A Workflow that has the lock, for as long as the test takes. */
async function holdLock(space: Space): Promise<void> {
  await create(aWorkflow(space, { ...pauseSpec(), ...LOCK }, { name: "holder" }));
}

const LOCK = { synchronization: { mutexes: [{ name: "build" }] } };
const LOCK_TEXT = 'waits for the lock Mutex "build", held by ';

/** A step in a template of steps, or in a DAG; `more` belongs to the outer template. */
function stepsSpec(more: object): AnyObject {
  const main = { name: "main", steps: [[{ name: "inner", template: "inner" }]], ...more };
  return { entrypoint: "main", templates: [main, scriptTemplate("inner", "true")] };
}

function dagSpec(more: object): AnyObject {
  const main = { name: "main", dag: { tasks: [{ name: "inner", template: "inner" }] }, ...more };
  return { entrypoint: "main", templates: [main, scriptTemplate("inner", "true")] };
}

const mountingTemplate = scriptTemplate("main", "true");
mountingTemplate.container.volumeMounts = [{ name: "v", mountPath: "/v" }];

const jobs: Case[] = [
  {
    what: "a service account that does not exist",
    manifest: scriptJob("true"),
    env: NOBODY,
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says: 'serviceaccount "nobody" not found',
  },
  {
    what: "a quota without room for pods",
    manifest: scriptJob("true"),
    set: (space) => quota(space, { pods: "0" }),
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says: "exceeded quota: tight",
  },
  {
    what: "a quota that wants limits",
    manifest: scriptJob("true"),
    set: (space) => quota(space, { "limits.cpu": "1" }),
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says: "failed quota: tight",
  },
  {
    what: "a LimitRange",
    manifest: podJob({}, [scriptContainer("main", "true", { resources: { limits: { cpu: "200m" } } })]),
    set: limitRange,
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says: "maximum cpu usage per Container is 100m",
  },
  {
    what: "PodSecurity",
    manifest: scriptJob("true"),
    set: restrictPods,
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says: 'violates PodSecurity "restricted:latest"',
  },
  {
    what: "a webhook that cannot be reached",
    manifest: scriptJob("true"),
    set: deafWebhook,
    warns: ['Job "work" is held up', "FailedCreate"],
    failure: { reason: "FailedCreate" },
    says: `failed calling webhook "${WEBHOOK}"`,
  },
  {
    what: "a Secret that is missing",
    manifest: mounting({ secret: { secretName: "nothing" } }),
    warns: ['Pod "work-', "FailedMount"],
    failure: { reason: "FailedMount" },
    says: 'secret "nothing" not found',
  },
  {
    what: "a claim that is missing",
    manifest: mounting({ persistentVolumeClaim: { claimName: "nothing" } }),
    warns: ['Pod "work-', "Unschedulable"],
    failure: { reason: "Unschedulable" },
    says: 'persistentvolumeclaim "nothing" not found',
  },
  {
    what: "a container that runs on after main has ended with 0",
    manifest: jobSpec([scriptContainer("main", "true"), scriptContainer("helper", "sleep 600")]),
    warns: ['Pod "work-', 'ContainerRunning (container "helper")'],
    failure: { reason: "ContainerRunning", container: "helper" },
    says: 'the container "helper" runs on after the end of "main" (exit code 0)',
  },
  {
    what: "parallelism 0",
    manifest: scriptJob("true", { parallelism: 0 }),
    warns: ['Job "work" is held up'],
    failure: { reason: "Parallelism" },
    says: "spec.parallelism is 0",
  },
  {
    what: "suspend",
    manifest: scriptJob("true", { suspend: true }),
    warns: ['Job "work" is held up'],
    failure: { reason: "Suspended" },
    says: "spec.suspend is true",
  },
  {
    what: "another controller that is not there",
    manifest: scriptJob("true", { managedBy: "example.org/elsewhere" }),
    warns: ['Job "work" is held up'],
    failure: { reason: "Pending" },
    says: 'its controller "example.org/elsewhere" has not taken it up',
  },
  {
    what: "a scheduling gate",
    manifest: podJob({ schedulingGates: [{ name: "example.org/hold" }] }),
    warns: ['Pod "work-', "SchedulingGated"],
    failure: { reason: "SchedulingGated" },
    says: '"example.org/hold"',
  },
];

const workflows: Case[] = [
  {
    what: "a lock of its own",
    manifest: { ...scriptSpec("true"), ...LOCK },
    set: holdLock,
    warns: ['Workflow "work" is held up', "Synchronization"],
    failure: { reason: "Synchronization" },
    says: LOCK_TEXT,
  },
  {
    what: "a lock of a template of steps",
    manifest: stepsSpec(LOCK),
    set: holdLock,
    warns: ['Step "work" is held up', "Synchronization"],
    failure: { reason: "Synchronization" },
    says: LOCK_TEXT,
  },
  {
    what: "a lock of a DAG",
    manifest: dagSpec(LOCK),
    set: holdLock,
    warns: ['Step "work" is held up', "Synchronization"],
    failure: { reason: "Synchronization" },
    says: LOCK_TEXT,
  },
  {
    what: "a lock of a template that is retried",
    manifest: {
      entrypoint: "main",
      templates: [scriptTemplate("main", "true", { retryStrategy: { limit: 1 }, ...LOCK })],
    },
    set: holdLock,
    warns: ["is held up", "Synchronization"],
    failure: { reason: "Synchronization" },
    says: LOCK_TEXT,
  },
  {
    what: "suspend",
    manifest: scriptSpec("true", { suspend: true }),
    warns: ['Workflow "work" is held up'],
    failure: { reason: "Suspended" },
    says: "spec.suspend is true",
  },
  {
    what: "parallelism 0",
    manifest: scriptSpec("true", { parallelism: 0 }),
    warns: ['Workflow "work" is held up'],
    failure: { reason: "Parallelism" },
    says: "spec.parallelism is 0",
  },
  {
    what: "a quota without room for pods",
    manifest: scriptSpec("true"),
    set: (space) => quota(space, { pods: "0" }),
    warns: ['Step "work" is held up'],
    failure: { reason: "Pending" },
    says: "exceeded quota: tight",
  },
  {
    what: "a Secret that is missing",
    manifest: {
      ...scriptSpec("true"),
      templates: [mountingTemplate],
      volumes: [{ name: "v", secret: { secretName: "nothing" } }],
    },
    warns: ['Pod "work"', "FailedMount"],
    failure: { reason: "FailedMount" },
    says: 'secret "nothing" not found',
  },
  {
    what: "a sidecar that runs on after main has ended with 0",
    manifest: {
      entrypoint: "main",
      templates: [
        // Long enough for the sidecar to get deaf.
        scriptTemplate("main", "sleep 5", {
          podSpecPatch: JSON.stringify({ terminationGracePeriodSeconds: 600 }),
          sidecars: [scriptContainer("deaf", "trap : TERM; while true; do sleep 1; done")],
        }),
      ],
    },
    warns: ['Pod "work"', 'ContainerRunning (container "deaf")'],
    failure: { reason: "ContainerRunning", container: "deaf" },
    says: 'the container "deaf" runs on after the end of "main" (exit code 0)',
  },
];

/** The warnings of what holds the work up. */
function warningsOf({ stderr }: Ended): string[] {
  return stderr.split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))
    .filter(({ level, message }) => level === "warn" && message.includes("is held up"))
    .map(({ message }) => message);
}

async function tryCase(
  { what, manifest, set, env, warns, failure, says }: Case,
  program: Program,
): Promise<void> {
  await withNamespace(async (space) => {
    await createStatusObject(space);
    await set?.(space);
    const ended = await run(await runnerEnv(space, manifest, { RUNNER_TIMEOUT: TIMEOUT, ...env }), {
      program,
    });
    assertEquals(ended.code, 124, `${what}\n${ended.stderr}`);
    const [warning = "", ...others] = warningsOf(ended);
    for (const part of [...warns, says]) assertStringIncludes(warning, part, `${what}\n${ended.stderr}`);
    assertEquals(others, [], what);
    const report = reportOf(ended);
    assertObjectMatch(report.failure, failure, what);
    assertStringIncludes(report.failure.message, says, what);
    assertStringIncludes(ended.text.join("\n"), says, what);
    assertEquals((await readStatus(space)).failure.reason, report.failure.reason, what);
  });
}

for (const [program, cases] of [["job-runner", jobs], ["argo-runner", workflows]] as const) {
  clusterTest(
    `${program} tells once of what holds the work up, and names it at the time-out: ${
      cases.map(({ what }) => what).join("; ")
    }`,
    // At once, since each waits for a minute.
    async () => {
      const ends = await Promise.allSettled(cases.map((each) => tryCase(each, program)));
      const failed = ends.find((end) => end.status === "rejected");
      if (failed) throw failed.reason;
    },
  );
}

/** What refuses the pods of a Job, with what check says of it. */
const refusals: { what: string; set?: Case["set"]; env?: Record<string, string>; says: string }[] = [
  { what: "without its service account", env: NOBODY, says: "account" },
  { what: "in a namespace whose quota is full", set: (space) => quota(space, { pods: "0" }), says: "pods" },
  { what: "that PodSecurity refuses", set: restrictPods, says: "pods" },
];

for (const { what, set, env, says } of refusals) {
  clusterTest(`check of a Job ${what} ends with the run's own code, 124`, async (space) => {
    await createStatusObject(space);
    await set?.(space);
    const settings = { ...await runnerEnv(space, scriptJob("true"), { RUNNER_TIMEOUT: "10s" }), ...env };
    const checked = await run(settings, { program: "job-runner", args: ["check"] });
    assertEquals(checked.code, 124, checked.stdout);
    assert(
      checked.stdout.split("\n").some((line) => line.startsWith(`missing      ${says} `)),
      checked.stdout,
    );
    const { RUNNER_TIMEOUT: _none, ...endless } = settings;
    const told = await run(endless, { program: "job-runner", args: ["check"] });
    assertEquals(told.code, 124, told.stdout);
    assertStringIncludes(told.stdout, "a run would wait without end");
    assertEquals((await run(settings, { program: "job-runner" })).code, 124);
  });
}
