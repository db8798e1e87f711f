import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { checkSpec } from "../../../runners/argo/check_spec.ts";
import { InvalidInputError, type JsonObject } from "../../../src/mod.ts";

/** A spec whose entrypoint `main` takes the parameters `inputs`. */
function aSpec(fields: JsonObject = {}, inputs: JsonObject[] = []): JsonObject {
  return { entrypoint: "main", templates: [{ name: "main", inputs: { parameters: inputs } }], ...fields };
}

function args(...parameters: JsonObject[]): JsonObject {
  return { arguments: { parameters } };
}

const accepted: [string, JsonObject][] = [
  ["a spec with its entrypoint among the templates", aSpec()],
  ["more templates than the entrypoint", aSpec({ templates: [{ name: "a" }, { name: "main" }] })],
  ["an argument for the entrypoint's parameter", aSpec(args({ name: "a", value: "1" }), [{ name: "a" }])],
  ["an argument whose value is empty", aSpec(args({ name: "a", value: "" }), [{ name: "a" }])],
  [
    "an argument with valueFrom",
    aSpec(args({ name: "a", valueFrom: { configMapKeyRef: {} } }), [{ name: "a" }]),
  ],
  ["a parameter with a default", aSpec({}, [{ name: "a", default: "" }])],
  ["a parameter with a value", aSpec({}, [{ name: "a", value: 0 }])],
  [
    "another template's parameter without a value",
    aSpec({ templates: [{ name: "main" }, { name: "b", inputs: { parameters: [{ name: "x" }] } }] }),
  ],
  ["a reference without templates", { workflowTemplateRef: { name: "x" } }],
  ["a reference with its own entrypoint and arguments", {
    workflowTemplateRef: { name: "x" },
    entrypoint: "there",
    ...args({ name: "a" }),
  }],
];

for (const [what, spec] of accepted) {
  Deno.test(`checkSpec() takes ${what}`, () => {
    assertEquals(checkSpec(spec), []);
  });
}

const ENTRYPOINT = "no entrypoint";
const warned: [what: string, spec: JsonObject, missing: string[]][] = [
  ["no entrypoint", { templates: [{ name: "main" }] }, [ENTRYPOINT]],
  ["an empty entrypoint", aSpec({ entrypoint: "" }), [ENTRYPOINT]],
  ["entrypoint: null", aSpec({ entrypoint: null }), [ENTRYPOINT]],
  ["an argument without a value", aSpec(args({ name: "a" })), ["no value for the parameter arguments.a"]],
  [
    "an argument whose value is null",
    aSpec(args({ name: "a", value: null, valueFrom: null })),
    ["no value for the parameter arguments.a"],
  ],
  [
    "a required parameter without an argument",
    aSpec(args({ name: "b", value: "1" }), [{ name: "a", default: null }]),
    ["no value for the parameter a, which its entrypoint requires"],
  ],
  [
    "no entrypoint and an argument without a value",
    { templates: [{ name: "main" }], ...args({ name: "a" }) },
    [ENTRYPOINT, "no value for the parameter arguments.a"],
  ],
];

for (const [what, spec, missing] of warned) {
  Deno.test(`checkSpec() warns of ${what}, which the controller's workflowDefaults may supply`, () => {
    const end = ": the Workflow fails unless the controller's workflowDefaults supply it";
    assertEquals(checkSpec(spec), missing.map((each) => `the manifest has ${each}${end}`));
  });
}

const refused: { what: string; spec: JsonObject; problem: string }[] = [
  { what: "no templates", spec: { entrypoint: "main" }, problem: "has no templates, expected" },
  { what: "templates: null", spec: aSpec({ templates: null }), problem: "has no templates, expected" },
  { what: "templates: []", spec: aSpec({ templates: [] }), problem: "has no templates, expected" },
  { what: "templates: {}", spec: aSpec({ templates: {} }), problem: "has templates that are no list" },
  {
    what: "a template that is a text",
    spec: aSpec({ templates: [{ name: "main" }, "x"] }),
    problem: "has templates[1] that is no object",
  },
  {
    what: "a template without a name",
    spec: aSpec({ templates: [{ name: "main" }, {}] }),
    problem: "has templates[1] without a name",
  },
  {
    what: "a template whose name is empty",
    spec: aSpec({ templates: [{ name: "" }] }),
    problem: "has templates[0] without a name",
  },
  {
    what: "a template whose name is a number",
    spec: aSpec({ templates: [{ name: 5 }] }),
    problem: "has templates[0] without a name",
  },
  {
    what: "two templates of one name",
    spec: aSpec({ templates: [{ name: "main" }, { name: "main" }] }),
    problem: 'has two templates named "main"',
  },
  { what: "entrypoint: 5", spec: aSpec({ entrypoint: 5 }), problem: "has an entrypoint that is no text" },
  {
    what: "an entrypoint that is no template",
    spec: aSpec({ entrypoint: "x", templates: [{ name: "a" }, { name: "b" }] }),
    problem: 'has the entrypoint "x", expected one of its templates: "a", "b"',
  },
  { what: "arguments: []", spec: aSpec({ arguments: [] }), problem: "has arguments that are no object" },
  {
    what: "parameters: {}",
    spec: aSpec({ arguments: { parameters: {} } }),
    problem: "has arguments.parameters that are no list",
  },
  {
    what: "a parameter that is a text",
    spec: aSpec({ arguments: { parameters: ["a"] } }),
    problem: "has arguments.parameters[0] that is no object",
  },
  {
    what: "inputs: []",
    spec: aSpec({ templates: [{ name: "main", inputs: [] }] }),
    problem: "has the entrypoint's inputs that are no object",
  },
  {
    what: "a reference that is a text",
    spec: { workflowTemplateRef: "x" },
    problem: "has a workflowTemplateRef that is no object",
  },
  {
    what: "a reference without a name",
    spec: { workflowTemplateRef: {} },
    problem: "has a workflowTemplateRef without a name",
  },
  {
    what: "a reference beside two templates of one name",
    spec: { workflowTemplateRef: { name: "x" }, templates: [{ name: "a" }, { name: "a" }] },
    problem: "two templates",
  },
];

for (const { what, spec, problem } of refused) {
  Deno.test(`checkSpec() refuses ${what}`, () => {
    const { message } = assertThrows(() => checkSpec(spec), InvalidInputError);
    assertStringIncludes(message, problem);
  });
}
