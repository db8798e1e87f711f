/**
 * Rows on the manifest as a Workflow, and on what is told of it.
 *
 * @module
 */
import type { JsonObject } from "../../src/mod.ts";
import { accepted, type BadInputCase, type BadInputRow, refused, warned } from "./bad_input_row.ts";

const SPEC = { entrypoint: "main", templates: [{ name: "main", suspend: {} }] };
const TYPE = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow" };
const SECRET = "s3cr3t-value";
/** What Go programs and `kubectl create --dry-run=client` print of an object without those fields. */
const NULLS: [input: string, fields: JsonObject][] = [
  ["creationTimestamp: null", { metadata: { creationTimestamp: null } }],
  ["name, namespace and uid that are null", { metadata: { name: null, namespace: null, uid: null } }],
  ["name, namespace and generateName that are empty", {
    metadata: { name: "", namespace: "", generateName: "" },
  }],
  ["ownerReferences: [], finalizers: null", { metadata: { ownerReferences: [], finalizers: null } }],
  ["labels: null, annotations: {}", { metadata: { labels: null, annotations: {}, managedFields: null } }],
  ["metadata: null, status: null", { metadata: null, status: null }],
  ["a status of nothing but null", { status: { startedAt: null, finishedAt: null } }],
];

function bad(input: string, manifest: JsonObject | string, says: string): BadInputCase {
  return refused(input, { manifest }, says);
}

/** A good spec but for some fields. */
function spec(input: string, fields: JsonObject, says: string): BadInputCase {
  return bad(input, { ...SPEC, ...fields }, says);
}

/** A whole Workflow with this metadata. */
function metadata(input: string, fields: JsonObject, says: string): BadInputCase {
  return bad(input, { ...TYPE, metadata: fields, spec: SPEC }, says);
}

/** A manifest whose secret must not be told; `says` is all of the line after the file's path or the program. */
function secret(input: string, text: string, says: string): BadInputCase {
  return { ...bad(input, text, says), neverSays: SECRET };
}

export const rows: BadInputRow[] = [
  {
    row: 37,
    name: "the manifest is no object, or has no spec",
    cases: [
      bad("a list", "- a\n", "is a list, expected an object"),
      bad("a text", "just words\n", "is a string, expected an object"),
      bad("a number", "5\n", "is a number, expected an object"),
      bad(
        "an empty object",
        {},
        "has no templates, expected a WorkflowSpec with templates or a workflowTemplateRef",
      ),
      bad("no spec", TYPE, "has no object at spec, expected a WorkflowSpec"),
      bad("spec: null", { ...TYPE, spec: null }, "has no object at spec, expected a WorkflowSpec"),
      bad("workflow: null", { workflow: null }, "has no object at workflow, expected a WorkflowSpec"),
    ],
  },
  {
    row: 38,
    name: "the manifest is another kind of object",
    cases: [
      bad(
        "a CronWorkflow",
        { ...TYPE, kind: "CronWorkflow", spec: SPEC },
        'is a "CronWorkflow" of "argoproj.io/v1alpha1", expected a Workflow of argoproj.io/v1alpha1',
      ),
      bad("a Pod", { apiVersion: "v1", kind: "Pod", spec: SPEC }, 'is a "Pod" of "v1", expected a Workflow'),
      bad(
        "another version",
        { ...TYPE, apiVersion: "argoproj.io/v2", spec: SPEC },
        'is a "Workflow" of "argoproj.io/v2", expected a Workflow',
      ),
      bad("no apiVersion", { kind: "Workflow", spec: SPEC }, "expected a Workflow of argoproj.io/v1alpha1"),
      bad(
        "no kind",
        { apiVersion: TYPE.apiVersion, spec: SPEC },
        "expected a Workflow of argoproj.io/v1alpha1",
      ),
    ],
  },
  {
    row: 39,
    name: "a field has the wrong type, or the entrypoint is no template",
    cases: [
      spec(
        "entrypoint: 5",
        { entrypoint: 5 },
        "has an entrypoint that is no text, expected the name of a template",
      ),
      warned(
        "no entrypoint, which the controller may supply",
        { manifest: { templates: SPEC.templates } },
        "has no entrypoint: the Workflow fails unless the controller's workflowDefaults supply it",
      ),
      spec(
        "an entrypoint that is no template",
        { entrypoint: "other" },
        'has the entrypoint "other", expected one of its templates: "main"',
      ),
      spec("templates: {}", { templates: {} }, "has templates that are no list"),
      spec("a template that is a text", { templates: ["main"] }, "has templates[0] that is no object"),
      spec("a template without a name", { templates: [{ suspend: {} }] }, "has templates[0] without a name"),
      spec(
        "two templates of a name",
        { templates: [...SPEC.templates, ...SPEC.templates] },
        'has two templates named "main"',
      ),
      warned(
        "an argument without a value, which the controller may supply",
        { manifest: { ...SPEC, arguments: { parameters: [{ name: "a", value: null }] } } },
        "has no value for the parameter arguments.a",
      ),
      spec("arguments: []", { arguments: [] }, "has arguments that are no object"),
      spec("parameters: {}", { arguments: { parameters: {} } }, "has arguments.parameters that are no list"),
      spec(
        "a parameter that is a text",
        { arguments: { parameters: ["a"] } },
        "has arguments.parameters[0] that is no object",
      ),
      spec(
        "workflowTemplateRef: shared",
        { templates: undefined, workflowTemplateRef: "shared" },
        "has a workflowTemplateRef that is no object",
      ),
      spec(
        "a workflowTemplateRef without a name",
        { workflowTemplateRef: {} },
        "has a workflowTemplateRef without a name",
      ),
    ],
  },
  {
    row: 40,
    name: "the manifest's metadata conflicts with the context",
    cases: [
      metadata(
        "another name",
        { name: "other" },
        `has metadata.name "other", expected the context's "work" or none`,
      ),
      metadata(
        "another namespace",
        { namespace: "other" },
        `has metadata.namespace "other", expected the context's "team" or none`,
      ),
      metadata("a name that is a number", { name: 5 }, "has metadata.name 5, expected the context's"),
      metadata("a uid", { uid: "x" }, "has metadata.uid, expected none"),
      metadata("a resourceVersion", { resourceVersion: "1" }, "has metadata.resourceVersion, expected none"),
      metadata(
        "ownerReferences and finalizers",
        { finalizers: ["example.org/hold"], ownerReferences: [{ uid: "x" }] },
        "has metadata.ownerReferences, metadata.finalizers, expected none",
      ),
      metadata("labels that are a list", { labels: [] }, "has metadata.labels that are not texts by names"),
      metadata(
        "an annotation that is a number",
        { annotations: { a: 1 } },
        "has metadata.annotations that are not texts by names",
      ),
      ...NULLS.map(([input, fields]) =>
        accepted(input, { manifest: { ...TYPE, spec: SPEC, ...fields } }, SPEC)
      ),
      warned(
        "generateName",
        { manifest: { ...TYPE, metadata: { generateName: "x-" }, spec: SPEC } },
        "metadata.generateName is dropped",
      ),
      warned(
        "a status",
        { manifest: { ...TYPE, spec: SPEC, status: { phase: "Succeeded" } } },
        "status is dropped",
      ),
    ],
  },
  {
    row: 41,
    name: "no value of the manifest is told",
    cases: [
      secret("a quote without its end", `password: "${SECRET}\n`, "is not YAML: "),
      secret("a tag", `password: !${SECRET} x\n`, "is not YAML: Cannot resolve unknown tag …"),
      secret("an alias", `password: *${SECRET}\n`, "is not YAML: Cannot read alias: unidentified alias …"),
      secret(
        "a key that comes twice",
        `password: ${SECRET}\npassword: ${SECRET}\n`,
        "duplicated key at line 2",
      ),
      secret(
        "two documents",
        `password: ${SECRET}\n---\npassword: ${SECRET}\n`,
        "has 2 documents",
      ),
      secret("a text", `${SECRET}\n`, "is a string, expected an object"),
      secret(
        "an entrypoint that is an object",
        `entrypoint: {password: ${SECRET}}\ntemplates: [{name: a}]\n`,
        "has an entrypoint that is no text",
      ),
    ],
  },
];
