import { assertEquals, assertStringIncludes } from "@std/assert";
import { type KnownWorkflow, WorkflowHolds, workflowHolds } from "../../../runners/argo/find_holds.ts";
import { readNodes } from "../../../runners/argo/nodes.ts";
import type { JsonObject } from "../../../src/mod.ts";
import type { KubeObject } from "../../../src/kube/client.ts";
import {
  type Asked,
  RECORDED_BEFORE,
  type Recording,
  recordingsOf,
  refusal,
  replay,
} from "../../lab/recorded.ts";

const { recording } = recordingsOf("argo");
const { signal } = new AbortController();

function holdsIn(recorded: Recording, trouble: (asked: Asked) => Error | undefined = () => undefined) {
  const { kube, asked } = replay(recorded, trouble);
  const { apiVersion, kind, metadata: { name = "", namespace = "", uid = "" } } = recorded.object;
  return { holds: new WorkflowHolds(kube, { apiVersion, kind, name, namespace, uid }), asked };
}

interface Case {
  reason: string;
  /** What is held up. */
  held: string;
  object?: string;
  says: string;
}

const HOLDER = "held by rec-plain/zz-holder";

/** What held up Workflows of a cluster. */
const cases: Record<string, Case> = {
  "unschedulable": { reason: "Unschedulable", held: "Pod unschedulable", says: "0/1 nodes are available" },
  "missing-image": { reason: "ImagePullBackOff", held: "Pod missing-image", says: "Back-off pulling image" },
  "missing-volume": {
    reason: "FailedMount",
    held: "Pod missing-volume",
    object: "ConfigMap nothing",
    says: 'configmap "nothing" not found',
  },
  "config-error": {
    reason: "CreateContainerConfigError",
    held: "Pod config-error",
    object: "ConfigMap nothing",
    says: 'configmap "nothing" not found',
  },
  "suspended": { reason: "Suspended", held: "Step approve", says: "to be resumed" },
  "deaf-sidecar": {
    reason: "ContainerRunning",
    held: "Pod deaf",
    object: "Container deaf",
    says: 'runs on after the end of "main" (exit code 0)',
  },
  "retry-backoff": { reason: "Backoff", held: "Step retry-backoff", says: "Backoff for 10 minutes" },
  "missing-secret": {
    reason: "FailedMount",
    held: "Pod missing-secret",
    object: "Secret nothing",
    says: 'secret "nothing" not found',
  },
  "suspended-spec": { reason: "Suspended", held: "Workflow suspended-spec", says: "spec.suspend is true" },
  "suspended-for": { reason: "Suspended", held: "Step suspended-for", says: "for 30m or to be resumed" },
  "no-parallelism": { reason: "Parallelism", held: "Workflow no-parallelism", says: "spec.parallelism is 0" },
  "lock": { reason: "Synchronization", held: "Workflow lock", object: "Mutex build", says: HOLDER },
  "lock-steps": { reason: "Synchronization", held: "Step lock-steps", object: "Mutex build", says: HOLDER },
  "lock-dag": { reason: "Synchronization", held: "Step lock-dag", object: "Mutex build", says: HOLDER },
  "lock-retry": { reason: "Synchronization", held: "Step lock-retry", object: "Mutex build", says: HOLDER },
  "lock-inner": {
    reason: "Synchronization",
    held: "Step inner",
    object: "ConfigMap limits/build",
    says: "held by rec-plain/zz-sem-holder",
  },
  "quota": {
    reason: "Pending",
    held: "Step quota",
    object: "ResourceQuota tight",
    says: "exceeded quota: tight",
  },
  "webhook-down": {
    reason: "Pending",
    held: "Step webhook-down",
    object: "Webhook pods.example.org",
    says: "failed calling webhook",
  },
};

for (const [of, { reason, held, object = held, says }] of Object.entries(cases)) {
  Deno.test(`WorkflowHolds.find() finds what holds up ${of}`, async () => {
    const [hold, ...others] = await holdsIn(recording(of)).holds.find(signal);
    assertEquals(others, []);
    assertEquals(
      [hold?.reason, `${hold?.held.kind} ${hold?.held.name}`, `${hold?.object.kind} ${hold?.object.name}`],
      [reason, held, object],
    );
    assertStringIncludes(hold?.message ?? "", says);
  });
}

for (const name of ["running", "exit-code", "missing-service-account"]) {
  Deno.test(`WorkflowHolds.find() finds nothing that holds up ${name}`, async () => {
    assertEquals(await holdsIn(recording(name)).holds.find(signal), []);
  });
}

Deno.test("WorkflowHolds.find() reads a Workflow whose pods run only at the first call and now and then", async () => {
  const { holds, asked } = holdsIn(recording("running"));
  for (let look = 0; look < 6; look++) await holds.find(signal);
  assertEquals(asked, ["Pod", "Workflow", "Pod", "Pod", "Pod", "Pod", "Pod", "Workflow"]);
});

Deno.test("WorkflowHolds.find() without the right to list pods reports what the nodes say", async () => {
  const no = (asked: Asked) => asked === "Pod" || asked === "Event" ? refusal("forbidden") : undefined;
  const [hold] = await holdsIn(recording("unschedulable"), no).holds.find(signal);
  assertEquals([hold?.reason, hold?.held], ["Unschedulable", { kind: "Step", name: "unschedulable" }]);
});

interface Made {
  spec?: JsonObject;
  status?: JsonObject;
  metadata?: JsonObject;
  nodes?: Record<string, JsonObject>;
}

async function holdsOfMade({ spec = {}, status = {}, metadata = {}, nodes = {} }: Made) {
  const all = Object.entries(nodes).map(([id, node]) => [id, {
    id,
    name: id,
    displayName: id,
    phase: "Running",
    startedAt: "2026-01-01T00:00:00Z",
    ...node,
  }]);
  const workflow: KubeObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "demo", uid: "uid-1", ...metadata },
    spec,
    status: { phase: "Running", ...status, nodes: Object.fromEntries(all) },
  };
  const known: KnownWorkflow = {
    workflow,
    ...await readNodes(workflow),
    pods: [],
    events: [],
    areKnown: true,
    nowMs: RECORDED_BEFORE,
  };
  return workflowHolds(known).map(({ reason, held, object, message }) => {
    const by = object.name === held.name ? "" : ` by ${object.kind} ${object.name}`;
    return `${held.kind} ${held.name}: ${reason}${by}: ${message}`;
  });
}

const mutex = { mutex: { waiting: [{ mutex: "team/Mutex/build", holder: "team/other" }] } };
const semaphore = {
  semaphore: { waiting: [{ semaphore: "team/ConfigMap/limits/build", holders: ["team/other"] }] },
};

const made: { what: string; workflow: Made; holds: string[] }[] = [
  {
    what: "a controller that has not taken it up",
    workflow: { status: { phase: undefined } },
    holds: ["Workflow demo: Pending: Argo's controller has not taken it up"],
  },
  {
    what: "spec.suspend",
    workflow: { spec: { suspend: true } },
    holds: ["Workflow demo: Suspended: waits to be resumed: spec.suspend is true"],
  },
  {
    what: "a lock of its own",
    workflow: { status: { phase: "Pending", message: "Waiting for …", synchronization: mutex } },
    holds: [
      'Workflow demo: Synchronization by Mutex build: waits for the lock Mutex "build", held by team/other',
    ],
  },
  {
    what: "the limit of its controller",
    workflow: { status: { phase: "Pending", message: "too many workflows are already running" } },
    holds: ["Workflow demo: Pending: too many workflows are already running"],
  },
  {
    what: "parallelism 0 of its template",
    workflow: { status: { storedWorkflowTemplateSpec: { parallelism: 0 } } },
    holds: ["Workflow demo: Parallelism: spec.parallelism is 0: no pod is made"],
  },
  {
    what: "nothing where a template's parallelism is 0, which Argo takes for none",
    workflow: {
      spec: { templates: [{ name: "main", parallelism: 0 }] },
      nodes: { demo: { type: "DAG", templateName: "main" } },
    },
    holds: [],
  },
  ...["Pod", "Steps", "DAG", "Retry"].map((type) => ({
    what: `a lock of a node of type ${type}`,
    workflow: {
      status: { synchronization: semaphore },
      nodes: {
        demo: { type: "DAG" },
        build: { type, phase: "Pending", synchronizationStatus: { waiting: "team/ConfigMap/limits/build" } },
      },
    },
    holds: [
      'Step build: Synchronization by ConfigMap limits/build: waits for the lock ConfigMap "limits/build", held by team/other',
    ],
  })),
  {
    what: "a pause that ends by itself",
    workflow: {
      spec: { templates: [{ name: "pause", suspend: { duration: "20" } }] },
      nodes: { rest: { type: "Suspend", templateName: "pause" } },
    },
    holds: ["Step rest: Suspended: waits since 2026-01-01T00:00:00Z, for 20 s or to be resumed"],
  },
  {
    what: "the pause before a retry",
    workflow: { nodes: { again: { type: "Retry", message: "Backoff for 2 minutes 0 seconds" } } },
    holds: ["Step again: Backoff: Backoff for 2 minutes 0 seconds"],
  },
  {
    what: "what the controller says of a pod that it cannot make",
    workflow: {
      nodes: {
        build: {
          type: "Pod",
          phase: "Pending",
          message: 'pods "demo" is forbidden: exceeded quota: none, requested: …',
        },
      },
    },
    holds: [
      'Step build: Pending by ResourceQuota none: pods "demo" is forbidden: exceeded quota: none, requested: …',
    ],
  },
  {
    what: "Argo's agent",
    workflow: { nodes: { call: { type: "HTTP", phase: "Pending" } } },
    holds: ["Step call: Pending: waits for Argo's agent"],
  },
  {
    what: "nothing while a pod starts",
    workflow: { nodes: { build: { type: "Pod", phase: "Pending", message: "ContainerCreating" } } },
    holds: [],
  },
  {
    what: "nothing once it has ended",
    workflow: { spec: { suspend: true }, status: { phase: "Succeeded" } },
    holds: [],
  },
];

for (const { what, workflow, holds } of made) {
  Deno.test(`workflowHolds() of a Workflow held up by ${what}`, async () =>
    assertEquals(await holdsOfMade(workflow), holds));
}
