import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  holdNote,
  outcomeOfLabels,
  parseWorkflow,
  phaseOfLabels,
  workflowOutcome,
} from "../../../runners/argo/workflow.ts";
import { InvalidInputError, type JsonObject } from "../../../src/mod.ts";
import type { KubeObject } from "../../../src/kube/client.ts";
import type { ParsedWork } from "../../../src/work/manifest_forms.ts";
import { aContext, SAY_NOTHING } from "../../lab/builders.ts";

const SPEC = { entrypoint: "main", templates: [{ name: "main", container: { image: "busybox" } }] };
const CREATED_SPEC = { ...SPEC, serviceAccountName: "worker" };
const TYPE = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };

function parse(manifest: JsonObject, context = aContext()): ParsedWork {
  return parseWorkflow(manifest, context);
}

function problemOf(manifest: JsonObject): string {
  return assertThrows(() => parse(manifest), InvalidInputError).message;
}

/** A whole Workflow as a manifest. */
function aManifest(metadata: JsonObject = {}, spec: JsonObject = SPEC): JsonObject {
  return { ...TYPE, metadata, spec };
}

/** A Workflow in the cluster. */
function aWorkflow(status: JsonObject): KubeObject {
  return { ...TYPE, metadata: { name: "demo", namespace: "team" }, spec: SPEC, status };
}

const forms: [string, JsonObject][] = [
  ["a bare WorkflowSpec", SPEC],
  ["{workflow: WorkflowSpec}", { workflow: SPEC }],
  ["a whole Workflow", aManifest()],
  ["a whole Workflow without metadata", { ...TYPE, spec: SPEC }],
  ["a whole Workflow with the context's name and namespace", aManifest({ name: "demo", namespace: "team" })],
];

for (const [form, manifest] of forms) {
  Deno.test(`parseWorkflow() makes the context's Workflow of ${form}`, () => {
    assertEquals(parse(manifest), {
      object: { ...TYPE, metadata: { name: "demo", namespace: "team" }, spec: CREATED_SPEC },
      warnings: [],
    });
  });
}

Deno.test("parseWorkflow() keeps a whole Workflow's labels and annotations", () => {
  const marks = { labels: { team: "a" }, annotations: { note: "b" } };
  assertEquals(parse(aManifest(marks)).object.metadata, { ...marks, name: "demo", namespace: "team" });
});

Deno.test("parseWorkflow() does not change the manifest", () => {
  const manifest = aManifest({ labels: { team: "a" } }, { ...SPEC, serviceAccountName: "other" });
  const before = structuredClone(manifest);
  parse(manifest);
  assertEquals(manifest, before);
});

Deno.test("parseWorkflow() sets the context's service account over the manifest's, and warns", () => {
  const { object, warnings } = parse({ ...SPEC, serviceAccountName: "other" });
  assertEquals(object.spec.serviceAccountName, "worker");
  assertEquals(warnings, [`the manifest's serviceAccountName "other" is overruled by "worker"`]);
});

Deno.test("parseWorkflow() does not warn of the service account that it sets anyway", () => {
  assertEquals(parse({ ...SPEC, serviceAccountName: "worker" }).warnings, []);
});

Deno.test("parseWorkflow() keeps templates' own service accounts, and warns of each", () => {
  const templates = [{ name: "main", serviceAccountName: "other" }, { name: "b" }];
  const { object, warnings } = parse({ entrypoint: "main", templates });
  assertEquals(object.spec.templates, templates);
  assertEquals(warnings, [`template "main" runs under its own serviceAccountName "other"`]);
});

Deno.test("row 13: parseWorkflow() warns of a Workflow that is deleted within a minute of its end", () => {
  const ttlStrategy = { secondsAfterCompletion: 60, secondsAfterSuccess: 59, secondsAfterFailure: 0 };
  assertEquals(parse({ ...SPEC, ttlStrategy }).warnings.map((warning) => warning.split(":")[0]), [
    "the manifest's ttlStrategy.secondsAfterSuccess is 59",
    "the manifest's ttlStrategy.secondsAfterFailure is 0",
  ]);
  assertEquals(parse({ ...SPEC, ttlStrategy: null }).warnings, []);
});

Deno.test("parseWorkflow() drops status and generateName with a warning", () => {
  const { object, warnings } = parse({
    ...aManifest({ generateName: "demo-" }),
    status: { phase: "Failed" },
  });
  assertEquals(warnings, [
    "the manifest's status is dropped",
    "the manifest's metadata.generateName is dropped",
  ]);
  assertEquals(["status" in object, "generateName" in object.metadata], [false, false]);
});

for (const metadata of SAY_NOTHING) {
  Deno.test(`parseWorkflow() takes metadata ${JSON.stringify(metadata)} as absent`, () => {
    assertEquals(parse({ ...aManifest(), metadata }), {
      object: { ...TYPE, metadata: { name: "demo", namespace: "team" }, spec: CREATED_SPEC },
      warnings: [],
    });
  });
}

Deno.test("parseWorkflow() accepts what Go and kubectl print of a new Workflow without a warning", () => {
  const templates = [{
    name: "main",
    inputs: {},
    outputs: {},
    metadata: {},
    serviceAccountName: "",
    suspend: {},
  }];
  const spec = { entrypoint: "main", arguments: {}, ttlStrategy: null, workflowTemplateRef: null, templates };
  for (const status of [null, {}, { startedAt: null, finishedAt: null }, { nodes: {}, conditions: [] }]) {
    const manifest = { ...TYPE, metadata: { name: "demo", creationTimestamp: null }, spec, status };
    const { object, warnings } = parse(manifest);
    assertEquals([object.spec, warnings], [{ ...spec, serviceAccountName: "worker" }, []]);
    assertEquals("status" in object, false);
  }
});

Deno.test("parseWorkflow() takes a null beside the forms' keys as absent", () => {
  for (
    const manifest of [{ workflow: SPEC, metadata: null, status: null }, {
      ...SPEC,
      workflow: null,
      kind: null,
    }]
  ) {
    const { kind: _kind, ...spec } = parse(manifest).object.spec;
    assertEquals(spec, CREATED_SPEC);
  }
});

Deno.test("parseWorkflow() warns of what only the controller's workflowDefaults may supply", () => {
  const { object, warnings } = parse({ templates: SPEC.templates });
  assertEquals(object.spec, { templates: SPEC.templates, serviceAccountName: "worker" });
  assertEquals(warnings, [
    "the manifest has no entrypoint: the Workflow fails unless the controller's workflowDefaults supply it",
  ]);
});

const RESULTS = {
  "workflows.argoproj.io/completed": "true",
  "workflows.argoproj.io/phase": "Succeeded",
  "workflows.argoproj.io/workflow-archiving-status": "Archived",
};

/** The warnings of the keys of {@linkcode RESULTS} at a path. */
function droppedAt(path: string): string[] {
  return Object.keys(RESULTS)
    .map((key) => `the manifest's ${path} "${key}" is dropped: it tells of work that was done before`);
}

Deno.test("row 65: parseWorkflow() drops the labels by which Argo's controller tells an end, with a warning", () => {
  const instance = { "workflows.argoproj.io/controller-instanceid": "mine" };
  const { object, warnings } = parse(aManifest({ labels: { ...RESULTS, ...instance } }));
  assertEquals(object.metadata.labels, instance);
  assertEquals(warnings, droppedAt("metadata.labels"));
  assertEquals(parse(aManifest({ labels: RESULTS })).object, parse(aManifest()).object);
});

Deno.test("row 65: parseWorkflow() drops them from workflowMetadata, which the controller makes labels of", () => {
  const labelsFrom = Object.fromEntries(Object.keys(RESULTS).map((key) => [key, { expression: "'x'" }]));
  const workflowMetadata = { labels: { ...RESULTS, team: "a" }, labelsFrom, annotations: { note: "b" } };
  const { object, warnings } = parse({ ...SPEC, workflowMetadata });
  assertEquals(object.spec.workflowMetadata, {
    labels: { team: "a" },
    labelsFrom: {},
    annotations: { note: "b" },
  });
  assertEquals(warnings, [
    ...droppedAt("workflowMetadata.labels"),
    ...droppedAt("workflowMetadata.labelsFrom"),
  ]);
});

Deno.test("parseWorkflow() keeps workflowMetadata without result labels", () => {
  for (const workflowMetadata of [{}, null, { labels: { team: "a" } }, { labels: null }]) {
    assertEquals(parse({ ...SPEC, workflowMetadata }).object.spec.workflowMetadata, workflowMetadata);
  }
});

Deno.test("parseWorkflow() drops what an earlier run has left on the manifest's Workflow", () => {
  const annotations = {
    "runner.capact.io/run-id": "monday",
    "runner.capact.io/spec-hash": "0",
    "runner.capact.io/stopped-by": "TimedOut",
    note: "b",
  };
  const { object, warnings } = parse(aManifest({ annotations }));
  assertEquals([object.metadata.annotations, warnings.length], [{ note: "b" }, 3]);
});

const held: [string, JsonObject, JsonObject, string | undefined][] = [
  ["runs", {}, { phase: "Running" }, undefined],
  [
    "is suspended",
    { suspend: true },
    { phase: "Running" },
    "it is suspended (spec.suspend), and ends when it is resumed",
  ],
  ["has ended", { suspend: true }, { phase: "Failed" }, undefined],
];

for (const [what, spec, status, note] of held) {
  Deno.test(`row 67: holdNote() of a Workflow that ${what} is: ${note ?? "nothing"}`, () => {
    const workflow = aWorkflow(status);
    assertEquals(holdNote({ ...workflow, spec: { ...SPEC, ...spec } }), note);
  });
}

Deno.test("row 65: holdNote() tells of the label that makes the controller leave a Workflow alone", () => {
  const workflow = aWorkflow({ phase: "Running" });
  workflow.metadata.labels = RESULTS;
  assertStringIncludes(holdNote(workflow) ?? "", "its label workflows.argoproj.io/completed says");
});

Deno.test("parseWorkflow() accepts a workflowTemplateRef", () => {
  const spec = { workflowTemplateRef: { name: "shared" } };
  assertEquals(parse(spec).object.spec, { ...spec, serviceAccountName: "worker" });
});

Deno.test("parseWorkflow() takes a name of 63 characters and refuses a longer one", () => {
  assertEquals(parse(SPEC, aContext({ name: "a".repeat(63) })).object.metadata.name, "a".repeat(63));
  const error = assertThrows(() => parse(SPEC, aContext({ name: "a".repeat(64) })), InvalidInputError);
  assertStringIncludes(error.message, "has 64 characters, the limit is 63");
});

const refused: { row: string; what: string; manifest: JsonObject; problem: string }[] = [
  {
    row: "B37",
    what: "an empty object",
    manifest: {},
    problem: "has no templates, expected a WorkflowSpec with templates",
  },
  {
    row: "B37",
    what: "workflow: null",
    manifest: { workflow: null },
    problem: "has no object at workflow, expected a WorkflowSpec",
  },
  {
    row: "B37",
    what: "workflow: []",
    manifest: { workflow: [] },
    problem: "has no object at workflow, expected a WorkflowSpec",
  },
  {
    row: "B37",
    what: "keys beside workflow",
    manifest: { workflow: SPEC, name: "x" },
    problem: "has beside workflow the unknown name",
  },
  {
    row: "B37",
    what: "no spec",
    manifest: { ...TYPE },
    problem: "has no object at spec, expected a WorkflowSpec",
  },
  {
    row: "B37",
    what: "spec: null",
    manifest: { ...TYPE, spec: null },
    problem: "has no object at spec, expected a WorkflowSpec",
  },
  {
    row: "B37",
    what: "metadata: []",
    manifest: { ...TYPE, metadata: [], spec: SPEC },
    problem: "has no object at metadata",
  },
  {
    row: "B38",
    what: "a CronWorkflow",
    manifest: { ...TYPE, kind: "CronWorkflow", spec: SPEC },
    problem: 'is a "CronWorkflow" of "argoproj.io/v1alpha1", expected a Workflow of argoproj.io/v1alpha1',
  },
  {
    row: "B38",
    what: "a Pod",
    manifest: { apiVersion: "v1", kind: "Pod", spec: SPEC },
    problem: 'is a "Pod" of "v1", expected a Workflow of argoproj.io/v1alpha1',
  },
  {
    row: "B38",
    what: "another version",
    manifest: { ...TYPE, apiVersion: "argoproj.io/v2", spec: SPEC },
    problem: 'is a "Workflow" of "argoproj.io/v2", expected',
  },
  {
    row: "B38",
    what: "no apiVersion",
    manifest: { kind: "Workflow", spec: SPEC },
    problem: "expected a Workflow of argoproj.io/v1alpha1",
  },
  {
    row: "B38",
    what: "no kind",
    manifest: { apiVersion: "argoproj.io/v1alpha1", spec: SPEC },
    problem: "expected a Workflow of argoproj.io/v1alpha1",
  },
  {
    row: "B39",
    what: "a spec that cannot run",
    manifest: aManifest({}, { ...SPEC, entrypoint: "x" }),
    problem: 'has the entrypoint "x"',
  },
  {
    row: "B40",
    what: "another name",
    manifest: aManifest({ name: "other" }),
    problem: `has metadata.name "other", expected the context's "demo" or none`,
  },
  {
    row: "B40",
    what: "another namespace",
    manifest: aManifest({ namespace: "other" }),
    problem: `has metadata.namespace "other", expected the context's "team" or none`,
  },
  {
    row: "B40",
    what: "a uid",
    manifest: aManifest({ uid: "x" }),
    problem: "has metadata.uid, expected none",
  },
  {
    row: "B40",
    what: "a resourceVersion",
    manifest: aManifest({ resourceVersion: "1" }),
    problem: "has metadata.resourceVersion, expected none",
  },
  {
    row: "B40",
    what: "owner references and finalizers",
    manifest: aManifest({ finalizers: ["example.org/hold"], ownerReferences: [{ uid: "x" }] }),
    problem: "has metadata.ownerReferences, metadata.finalizers, expected none",
  },
  {
    row: "B40",
    what: "what the API server sets",
    manifest: aManifest({ creationTimestamp: "2026-01-01T00:00:00Z", generation: 1 }),
    problem: "has metadata.creationTimestamp, metadata.generation, expected none",
  },
];

for (const { row, what, manifest, problem } of refused) {
  Deno.test(`parseWorkflow() refuses ${what} (${row})`, () => {
    assertStringIncludes(problemOf(manifest), problem);
  });
}

for (const phase of [undefined, "", "Pending", "Running", "Unheard"]) {
  Deno.test(`workflowOutcome() gives no verdict in phase ${phase}`, () => {
    assertEquals(workflowOutcome(aWorkflow(phase === undefined ? {} : { phase })), undefined);
  });
}

Deno.test("workflowOutcome() gives no verdict before there is a status", () => {
  const { status: _status, ...workflow } = aWorkflow({});
  assertEquals(workflowOutcome(workflow), undefined);
});

for (
  const [phase, finishedSuccessfully] of [["Succeeded", true], ["Failed", false], ["Error", false]] as const
) {
  Deno.test(`workflowOutcome() ${finishedSuccessfully ? "passes" : "fails"} a Workflow in phase ${phase}`, () => {
    assertEquals(workflowOutcome(aWorkflow({ phase })), {
      finishedSuccessfully,
      message: `Workflow ended in phase ${phase}`,
    });
  });
}

Deno.test("workflowOutcome() has the Workflow's own message and end", () => {
  const status = { phase: "Failed", message: "child 'x' failed", finishedAt: "2026-01-01T00:00:00Z" };
  assertEquals(workflowOutcome(aWorkflow(status)), {
    finishedSuccessfully: false,
    message: "Workflow ended in phase Failed: child 'x' failed",
    finishedAt: "2026-01-01T00:00:00Z",
  });
});

Deno.test("workflowOutcome() accepts an end that is null", () => {
  assertEquals(
    "finishedAt" in (workflowOutcome(aWorkflow({ phase: "Failed", finishedAt: null })) ?? {}),
    false,
  );
});

Deno.test("workflowOutcome() has the global output parameters by name", () => {
  const outputs = {
    parameters: [{ name: "digest", value: "sha" }, { name: "empty" }],
    artifacts: [{ name: "log" }],
  };
  assertEquals(workflowOutcome(aWorkflow({ phase: "Succeeded", outputs }))?.outputs, {
    parameters: { digest: "sha", empty: null },
  });
});

for (const outputs of [undefined, null, {}, { parameters: [] }, { artifacts: [{ name: "log" }] }]) {
  Deno.test(`workflowOutcome() tells no outputs where they are ${JSON.stringify(outputs)}`, () => {
    const outcome = workflowOutcome(
      aWorkflow({ phase: "Succeeded", ...(outputs === undefined ? {} : { outputs }) }),
    );
    assertEquals([outcome?.finishedSuccessfully, outcome && "outputs" in outcome], [true, false]);
  });
}

const PHASE = "workflows.argoproj.io/phase";
const COMPLETED = "workflows.argoproj.io/completed";

const labelled: { labels?: Record<string, string>; succeeded: boolean | undefined }[] = [
  { succeeded: undefined },
  { labels: {}, succeeded: undefined },
  { labels: { [PHASE]: "Running", [COMPLETED]: "false" }, succeeded: undefined },
  { labels: { [PHASE]: "Succeeded" }, succeeded: undefined },
  { labels: { [PHASE]: "Succeeded", [COMPLETED]: "false" }, succeeded: undefined },
  { labels: { [COMPLETED]: "true" }, succeeded: undefined },
  { labels: { [PHASE]: "Running", [COMPLETED]: "true" }, succeeded: undefined },
  { labels: { [PHASE]: "Succeeded", [COMPLETED]: "true" }, succeeded: true },
  { labels: { [PHASE]: "Failed", [COMPLETED]: "true" }, succeeded: false },
  { labels: { [PHASE]: "Error", [COMPLETED]: "true" }, succeeded: false },
];

for (const { labels, succeeded } of labelled) {
  Deno.test(`outcomeOfLabels() of ${JSON.stringify(labels)} is ${succeeded}`, () => {
    const outcome = outcomeOfLabels(labels ? { labels } : {});
    assertEquals(outcome?.finishedSuccessfully, succeeded);
    if (outcome) assertEquals(outcome.message, `Workflow ended in phase ${labels?.[PHASE]}`);
  });
}

Deno.test("phaseOfLabels() is the label's, and Pending before the controller has seen the Workflow", () => {
  assertEquals(phaseOfLabels({ labels: { [PHASE]: "Running" } }), "Running");
  assertEquals([phaseOfLabels({}), phaseOfLabels({ labels: {} })], ["Pending", "Pending"]);
});
