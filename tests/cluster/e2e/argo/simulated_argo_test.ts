import { assert, assertEquals } from "@std/assert";
import {
  embeddedApi,
  type JsonObject,
  simulatedArgo,
  type StoredObject,
} from "../../../../src/testing/mod.ts";
import type { Connect } from "../../../lab/api_behaviour.ts";
import { phaseLabels, shell, template } from "../../../lab/workflows.ts";
import { connectToCluster } from "../real_api.ts";

const name = "w";
const parameters = [{ name: "o", globalName: "greeting", valueFrom: { path: "/tmp/o" } }];
const specs: Record<string, JsonObject> = {
  "one pod that succeeds, with an output": {
    entrypoint: "a",
    templates: [{ name: "a", container: shell("echo -n hello > /tmp/o"), outputs: { parameters } }],
  },
  "steps of which one fails": {
    entrypoint: "s",
    templates: [
      { name: "s", steps: [[{ name: "one", template: "ok" }], [{ name: "two", template: "bad" }]] },
      template("ok", "echo ok"),
      template("bad", "exit 3"),
    ],
  },
  "a DAG of which one task fails": {
    entrypoint: "d",
    templates: [
      {
        name: "d",
        dag: {
          tasks: [
            { name: "A", template: "bad" },
            { name: "B", template: "ok", dependencies: ["A"] },
          ],
        },
      },
      template("ok", "echo ok"),
      template("bad", "exit 1"),
    ],
  },
  "an entrypoint that is missing": { entrypoint: "z", templates: [template("a", "true")] },
  "a WorkflowTemplate that is missing": { workflowTemplateRef: { name: "z" } },
};

/** The states of a Workflow from its creation up to its end, as a watch sees them. */
async function statesUntilEnd(connect: Connect, { path, version }: Started): Promise<StoredObject[]> {
  const query = `watch=1&timeoutSeconds=180&fieldSelector=metadata.name=${name}&resourceVersion=${version}`;
  const response = await connect(`${path}?${query}`);
  assert(response.body);
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const states: StoredObject[] = [];
  for (let text = ""; !states.some((state) => phaseLabels(state).endsWith("/true"));) {
    const { done, value } = await reader.read();
    if (done) break;
    const lines = (text + value).split("\n");
    text = lines.pop() ?? "";
    states.push(...lines.map((line) => JSON.parse(line).object));
  }
  await reader.cancel();
  return states;
}

interface Started {
  /** Of the collection. */
  path: string;
  /** The new object's. */
  version: string;
}

async function start(connect: Connect, namespace: string, spec: JsonObject): Promise<Started> {
  const path = `/apis/argoproj.io/v1alpha1/namespaces/${namespace}/workflows`;
  const workflow = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", metadata: { name }, spec };
  const { metadata } = await send(connect, path, workflow);
  return { path, version: metadata.resourceVersion };
}

async function send(connect: Connect, path: string, body: JsonObject): Promise<StoredObject> {
  const headers = { "content-type": "application/json" };
  const response = await connect(path, { method: "POST", headers, body: JSON.stringify(body) });
  const text = await response.text();
  assertEquals(response.status, 201, text);
  return JSON.parse(text);
}

/** What both controllers must agree on: the labels one after the other, the last status without times and amounts. */
function essence(states: StoredObject[]) {
  const labels = states.map(phaseLabels).filter((label, index, all) =>
    label !== "/" && label !== all[index - 1]
  );
  const status = states.at(-1)?.status ?? {};
  const nodes = Object.values(status.nodes ?? {}).map(nodeEssence).sort((a, b) => a.name < b.name ? -1 : 1);
  const { phase, message, progress, outputs, conditions } = status;
  return { labels, keys: Object.keys(status).sort(), phase, message, progress, outputs, conditions, nodes };
}

function nodeEssence(node: JsonObject) {
  const { id, type, phase, message, progress, children, boundaryID, templateName, outputs, outboundNodes } =
    node;
  const rest = { id, type, phase, message, progress, boundaryID, templateName, outputs, outboundNodes };
  return { name: String(node.name), displayName: node.displayName, children, ...rest };
}

async function realStates(connect: Connect, spec: JsonObject): Promise<StoredObject[]> {
  const namespace = `simulated-${crypto.randomUUID().slice(0, 13)}`;
  await send(connect, "/api/v1/namespaces", { metadata: { name: namespace } });
  try {
    return await statesUntilEnd(connect, await start(connect, namespace, spec));
  } finally {
    await (await connect(`/api/v1/namespaces/${namespace}`, { method: "DELETE" })).body?.cancel();
  }
}

async function simulatedStates(spec: JsonObject): Promise<StoredObject[]> {
  const api = embeddedApi();
  const argo = simulatedArgo(api, { stepMs: 0 });
  const connect: Connect = (path, init) => api.handle(new Request(`http://embedded${path}`, init));
  const states = await statesUntilEnd(connect, await start(connect, "default", spec));
  argo.close();
  return states;
}

/** Whether the cluster runs a workflow controller and pods. */
async function hasController(connect: Connect): Promise<boolean> {
  const response = await connect("/api/v1/nodes");
  const { items } = await response.json();
  return items?.length > 0;
}

const connect = connectToCluster();
const runs = connect !== undefined && await hasController(connect);
for (const [title, spec] of Object.entries(specs)) {
  const why = runs ? "" : " (skipped, KUBECONFIG names no cluster with nodes)";
  Deno.test({
    name: `simulated Argo does as Argo: ${title}${why}`,
    ignore: !runs,
    fn: async () => {
      assert(connect);
      assertEquals(essence(await simulatedStates(spec)), essence(await realStates(connect, spec)));
    },
  });
}
