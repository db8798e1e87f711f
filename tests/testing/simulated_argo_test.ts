import { assert, assertEquals } from "@std/assert";
import { embeddedApi, type JsonObject, simulatedArgo, type StoredObject } from "../../src/testing/mod.ts";
import { phaseLabels, shell, suspendUntilResumed, template } from "../lab/workflows.ts";

/** An API with a controller, and the phases that a Workflow of this spec goes through until it can go no further. */
async function run(spec: JsonObject, before: (api: ReturnType<typeof embeddedApi>) => void = () => {}) {
  const api = embeddedApi();
  before(api);
  const argo = simulatedArgo(api, { stepMs: 0 });
  const states: StoredObject[] = [];
  api.observe(({ object }) => object.kind === "Workflow" && states.push(object));
  api.create("Workflow", { metadata: { name: "w", namespace: "default" }, spec });
  await argo.idle();
  const nodes = () => Object.values(workflow().status?.nodes ?? {}) as JsonObject[];
  const workflow = () => api.find("Workflow", "default", "w") ?? states[0] as StoredObject;
  const phases = () => Object.fromEntries(nodes().map((node) => [node.displayName, node.phase]));
  const patch = async (spec: JsonObject) => {
    api.patch("Workflow", "default", "w", { spec });
    await argo.idle();
  };
  return { api, argo, states, workflow, nodes, phases, patch };
}

Deno.test("a container that exits with 0 takes its Workflow to Succeeded", async () => {
  const { states, workflow, phases } = await run({ entrypoint: "a", templates: [template("a", "echo hi")] });
  assertEquals(states.map(phaseLabels), ["/", "Running/false", "Running/false", "Succeeded/true"]);
  assertEquals([workflow().status?.phase, workflow().status?.progress], ["Succeeded", "1/1"]);
  assertEquals(phases(), { w: "Succeeded" });
});

const ends: [string, string | undefined, number | undefined][] = [
  ["exit 3", "main: Error (exit code 3)", 3],
  ["false", "main: Error (exit code 1)", 1],
  ["echo not false at all; true", "main: Error (exit code 1)", 1],
  ["exit 0", undefined, 0],
  ["sleep 5", undefined, 0],
];
for (const [command, message, exitCode] of ends) {
  Deno.test(`the command "${command}" ends with ${exitCode}`, async () => {
    const { workflow, api } = await run({ entrypoint: "a", templates: [template("a", command)] });
    assertEquals(workflow().status?.phase, exitCode === 0 ? "Succeeded" : "Failed");
    assertEquals(workflow().status?.message, message);
    const pod = api.find("Pod", "default", "w");
    const [main] = pod?.status?.containerStatuses as { state: { terminated: { exitCode: number } } }[];
    assertEquals(main?.state.terminated.exitCode, exitCode);
  });
}

Deno.test("steps run in order; a failing one ends them with Argo's messages", async () => {
  const steps = [
    [{ name: "one", template: "ok" }],
    [{ name: "two", template: "bad" }, { name: "three", template: "ok" }],
    [{ name: "four", template: "ok" }],
  ];
  const templates = [{ name: "s", steps }, template("ok", "echo ok"), template("bad", "exit 1")];
  const { workflow, phases, nodes } = await run({ entrypoint: "s", templates });
  const all = { w: "Failed", one: "Succeeded", two: "Failed", three: "Succeeded" };
  assertEquals(phases(), { ...all, "[0]": "Succeeded", "[1]": "Failed" });
  const two = nodes().find(({ displayName }) => displayName === "two");
  assertEquals(workflow().status?.message, `child '${two?.id}' failed`);
  assertEquals([two?.name, two?.message, two?.type], ["w[1].two", "main: Error (exit code 1)", "Pod"]);
});

Deno.test("DAG tasks wait for what they need, and are omitted after a failure", async () => {
  const tasks = [
    { name: "C", template: "ok", dependencies: ["B"] },
    { name: "B", template: "bad", depends: "A" },
    { name: "A", template: "ok" },
  ];
  const templates = [{ name: "d", dag: { tasks } }, template("ok", "echo ok"), template("bad", "exit 1")];
  const { phases, states } = await run({ entrypoint: "d", templates });
  assertEquals(phases(), { w: "Failed", A: "Succeeded", B: "Failed", C: "Omitted" });
  const first = Object.values(states[1]?.status?.nodes ?? {}) as JsonObject[];
  assertEquals(first.map(({ displayName }) => displayName), ["w", "A"]);
});

Deno.test("continueOn lets steps go on after a failure", async () => {
  const steps = [[{ name: "one", template: "bad", continueOn: { failed: true } }], [{
    name: "two",
    template: "ok",
  }]];
  const templates = [{ name: "s", steps }, template("ok", "echo ok"), template("bad", "exit 1")];
  const { workflow, phases } = await run({ entrypoint: "s", templates });
  assertEquals([workflow().status?.phase, phases().two], ["Succeeded", "Succeeded"]);
});

const refused: [string, JsonObject, string, string][] = [
  [
    "an entrypoint that is missing",
    { entrypoint: "z" },
    "Failed",
    "invalid spec: template name 'z' undefined",
  ],
  ["no entrypoint", {}, "Failed", "invalid spec: spec.entrypoint is required"],
  [
    "a parameter without a value",
    { entrypoint: "a", arguments: { parameters: [{ name: "p" }] } },
    "Failed",
    "invalid spec: spec.arguments.p.value or spec.arguments.p.valueFrom is required",
  ],
  [
    "a template name used twice",
    { entrypoint: "a", templates: [template("a", "true"), template("a", "true")] },
    "Failed",
    "invalid spec: spec.templates[1].name 'a' is not unique",
  ],
  [
    "a WorkflowTemplate that is missing",
    { workflowTemplateRef: { name: "z" }, templates: undefined },
    "Error",
    'workflowtemplates.argoproj.io "z" not found',
  ],
];
for (const [title, spec, phase, message] of refused) {
  Deno.test(`${title} ends in ${phase} at once`, async () => {
    const { workflow, states } = await run({ templates: [template("a", "echo hi")], ...spec });
    assertEquals([workflow().status?.phase, workflow().status?.message], [phase, message]);
    assertEquals(states.map(phaseLabels), ["/", `${phase}/true`]);
  });
}

Deno.test("workflowTemplateRef takes the spec from the WorkflowTemplate", async () => {
  const { workflow } = await run({ workflowTemplateRef: { name: "t" } }, (api) => {
    const spec = { entrypoint: "a", templates: [template("a", "exit 2")] };
    api.create("WorkflowTemplate", { metadata: { name: "t", namespace: "default" }, spec });
  });
  assertEquals(workflow().status?.message, "main: Error (exit code 2)");
});

Deno.test("a suspended Workflow waits until suspend is taken away", async () => {
  const { workflow, patch, nodes } = await run({
    entrypoint: "a",
    suspend: true,
    templates: [template("a", "true")],
  });
  assertEquals([workflow().status?.phase, nodes()], ["Running", []]);
  await patch({ suspend: null });
  assertEquals(workflow().status?.phase, "Succeeded");
});

Deno.test("a suspend template waits; Stop fails it", async () => {
  const { workflow, patch, phases } = await run(suspendUntilResumed);
  assertEquals([workflow().status?.phase, phases().wait], ["Running", "Running"]);
  await patch({ shutdown: "Stop" });
  assertEquals([workflow().status?.phase, workflow().status?.message], [
    "Failed",
    "Stopped with strategy 'Stop'",
  ]);
  assertEquals(phases().after, undefined);
});

for (const shutdown of ["Stop", "Terminate"]) {
  Deno.test(`shutdown: ${shutdown} ends what runs; the exit handler runs only after Stop`, async () => {
    const templates = [template("a", "sleep infinity"), template("x", "echo bye")];
    const { workflow, patch, phases } = await run({ entrypoint: "a", onExit: "x", templates });
    assertEquals(workflow().status?.phase, "Running");
    await patch({ shutdown });
    const message = `Stopped with strategy '${shutdown}'`;
    assertEquals([workflow().status?.phase, workflow().status?.message], ["Failed", message]);
    assertEquals(phases(), { w: "Failed", ...(shutdown === "Stop" && { "w.onExit": "Succeeded" }) });
  });
}

Deno.test("a failing exit handler fails a Workflow that had succeeded", async () => {
  const templates = [template("a", "true"), template("x", "exit 4")];
  const { workflow } = await run({ entrypoint: "a", onExit: "x", templates });
  assertEquals([workflow().status?.phase, workflow().status?.message], [
    "Failed",
    "main: Error (exit code 4)",
  ]);
});

Deno.test("global output parameters come from files that echo writes", async () => {
  const parameters = [{ name: "o", globalName: "greeting", valueFrom: { path: "/tmp/o" } }];
  const container = shell("echo -n hello > /tmp/o");
  const { workflow } = await run({
    entrypoint: "a",
    templates: [{ name: "a", container, outputs: { parameters } }],
  });
  assertEquals(workflow().status?.outputs, { parameters: [{ name: "greeting", value: "hello" }] });
});

Deno.test("pods have their log and belong to the Workflow", async () => {
  const { api, workflow } = await run({
    entrypoint: "a",
    templates: [template("a", 'echo "one"; echo two')],
  });
  const [owner] = api.find("Pod", "default", "w")?.metadata.ownerReferences ?? [];
  assertEquals(owner?.uid, workflow().metadata.uid);
  const path = "/api/v1/namespaces/default/pods/w/log?container=main";
  assertEquals(await (await api.handle(new Request(`http://x${path}`))).text(), "one\ntwo\n");
});

Deno.test("options: outcome decides, startPending begins with Pending, close() stops", async () => {
  const api = embeddedApi();
  const argo = simulatedArgo(api, {
    stepMs: 0,
    startPending: true,
    outcome: () => ({ exitCode: 9 }),
    pods: false,
  });
  const phases: unknown[] = [];
  api.observe(({ object }) => object.kind === "Workflow" && phases.push(object.status?.phase));
  const create = (name: string) =>
    api.create("Workflow", {
      metadata: { name, namespace: "default" },
      spec: { entrypoint: "a", templates: [template("a", "true")] },
    });
  create("w");
  await argo.idle();
  assertEquals(phases, [undefined, "Pending", "Running", "Running", "Failed"]);
  assertEquals(api.objects("Pod"), []);
  argo.close();
  create("late");
  await argo.idle();
  assert(api.find("Workflow", "default", "late")?.status === undefined);
});
