import { assertEquals } from "@std/assert";
import { workflowRbac } from "../../../runners/argo/rbac.ts";
import type { ExecutionContext, JsonObject } from "../../../src/mod.ts";
import type { RbacRule } from "../../../src/kube/rbac_rule.ts";
import { aContext } from "../../lab/builders.ts";

function textOf({ resource, name, verbs, optional, ofWork, onlyIf }: RbacRule): string {
  const marks = [optional ? "optional" : "", ofWork ? "of the work" : "", onlyIf ? `only if ${onlyIf}` : ""]
    .filter((mark) => mark !== "");
  return [`${verbs.join(" ")} ${resource}`, ...name === undefined ? [] : [name], ...marks].join(", ");
}

function accessOf(fields: Partial<ExecutionContext>): string[] {
  return workflowRbac(aContext(fields), { entrypoint: "main", templates: [{ name: "main", suspend: {} }] })
    .map(textOf);
}

const LEAST = [
  "create workflows",
  "get workflows, demo",
  "list watch workflows, demo, optional",
  "create patch workflowtaskresults, of the work",
  "list pods, optional",
  "get pods, optional",
  "list events, optional",
];
const LOG = "get pods/log, optional";

Deno.test("workflowRbac() of default settings does not allow patching the Workflow", () => {
  assertEquals(accessOf({}), [...LEAST, LOG]);
  assertEquals(accessOf({ onTimeout: "leave", onTerminate: "leave" }), [...LEAST, LOG]);
});

for (const settings of [{ onTimeout: "stop" }, { onTerminate: "terminate" }] as const) {
  Deno.test(`workflowRbac() has the patch that ${JSON.stringify(settings)} needs`, () => {
    assertEquals(accessOf(settings).filter((text) => !LEAST.includes(text)), ["patch workflows, demo", LOG]);
  });
}

Deno.test("workflowRbac() allows reading logs only if lines are reported or followed", () => {
  assertEquals(accessOf({ logTailLines: 0 }), LEAST);
  assertEquals(accessOf({ logTailLines: 0, followLogs: true }), [...LEAST, "get pods, optional", LOG]);
});

Deno.test("workflowRbac() of a dry run only allows reading the name and validating", () => {
  assertEquals(accessOf({ dryRun: true, onTimeout: "stop" }), ["create workflows", "get workflows, demo"]);
});

/** The rules for Argo's agent. */
function agentRules(manifest?: JsonObject): string[] {
  return workflowRbac(aContext(), manifest).map(textOf).filter((text) => text.includes("tasksets"));
}

/** The same rules with their condition. */
function rulesFor(condition?: string): string[] {
  return ["list watch workflowtasksets", "patch workflowtasksets/status"]
    .map((rule) => `${rule}, demo, of the work${condition ? `, only if ${condition}` : ""}`);
}

const HTTP = { http: { url: "https://example.org" } };
const main = (fields: JsonObject) => ({ entrypoint: "main", templates: [{ name: "main", ...fields }] });

const withAgent: [what: string, manifest: JsonObject][] = [
  ["an http template", main(HTTP)],
  ["a plugin template", main({ plugin: { slack: { text: "hi" } } })],
  ["a plugin template without arguments", main({ plugin: {} })],
  ["one in a whole Workflow", { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", spec: main(HTTP) }],
  ["one under the key workflow", { workflow: main(HTTP) }],
  ["http in templateDefaults", { ...main({ suspend: {} }), templateDefaults: HTTP }],
  ["http inline in a step", main({ steps: [[{ name: "a", template: "b" }], [{ name: "c", inline: HTTP }]] })],
  ["http inline in a task", main({ dag: { tasks: [{ name: "a", inline: HTTP }] } })],
  [
    "http inline in an inline template",
    main({ dag: { tasks: [{ name: "a", inline: { steps: [[{ inline: HTTP }]] } }] } }),
  ],
  ["http beside a reference", { ...main(HTTP), workflowTemplateRef: { name: "shared" } }],
];

for (const [what, manifest] of withAgent) {
  Deno.test(`workflowRbac() of ${what} has what Argo's agent needs`, () => {
    assertEquals(agentRules(manifest), rulesFor());
  });
}

const SHARED = 'the WorkflowTemplate "shared" has http or plugin templates';
const unknown: [what: string, manifest: JsonObject | undefined, condition: string][] = [
  ["a workflowTemplateRef", { workflowTemplateRef: { name: "shared" } }, SHARED],
  [
    "a step's templateRef",
    main({ steps: [[{ name: "a", templateRef: { name: "shared", template: "b" } }]] }),
    SHARED,
  ],
  [
    "a task's templateRef",
    main({ dag: { tasks: [{ name: "a", templateRef: { name: "shared" } }] } }),
    SHARED,
  ],
  [
    "a hook's templateRef",
    { ...main({ suspend: {} }), hooks: { exit: { templateRef: { name: "shared", template: "b" } } } },
    SHARED,
  ],
  [
    "a step's hook",
    main({
      steps: [[{ name: "a", template: "b", hooks: { running: { templateRef: { name: "shared" } } } }]],
    }),
    SHARED,
  ],
  ["no manifest", undefined, "the Workflow has http or plugin templates (rbac --manifest tells)"],
];

for (const [what, manifest, condition] of unknown) {
  Deno.test(`workflowRbac() of ${what} says when Argo's agent needs its rights`, () => {
    assertEquals(agentRules(manifest), rulesFor(condition));
  });
}

Deno.test("workflowRbac() of templates without an agent has no rules for the agent", () => {
  assertEquals(agentRules(main({ http: null, steps: [[{ name: "a", inline: { suspend: {} } }]] })), []);
});
