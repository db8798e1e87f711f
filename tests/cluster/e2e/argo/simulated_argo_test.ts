import { assert, assertEquals } from "@std/assert";
import { embeddedApi, type JsonObject, type StoredObject } from "../../../../src/testing/mod.ts";
import type { Connect } from "../../../lab/api_behaviour.ts";
import { simulatedArgo } from "../../../lab/simulated_argo.ts";
import { connectToCluster } from "../real_api.ts";

const name = "w";
const specs: Record<string, JsonObject> = {
  "a pod that succeeds": { entrypoint: "ok", templates: [template("ok", "echo ok")] },
  "a DAG of which the second task fails": {
    entrypoint: "d",
    templates: [
      {
        name: "d",
        dag: {
          tasks: [
            { name: "A", template: "ok" },
            { name: "B", template: "bad", dependencies: ["A"] },
          ],
        },
      },
      template("ok", "echo ok"),
      template("bad", "exit 1"),
    ],
  },
};

/** A template of one container that runs the command in busybox, which the cluster must have. */
function template(name: string, command: string): JsonObject {
  const image = "localhost/busybox:1";
  const container = { image, imagePullPolicy: "IfNotPresent", command: ["sh", "-c"], args: [command] };
  return { name, container };
}

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
  /** The resourceVersion of the collection. */
  path: string;
  /** The resourceVersion of the new object. */
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

/** Argo's two labels, as `Running/false`. */
function phaseLabels({ metadata: { labels = {} } }: StoredObject): string {
  return `${labels["workflows.argoproj.io/phase"] ?? ""}/${labels["workflows.argoproj.io/completed"] ?? ""}`;
}

/** What both controllers must agree on: the sequence of labels, and the last status without times and progress. */
function essence(states: StoredObject[]) {
  const labels = states.map(phaseLabels).filter((label, index, all) =>
    label !== "/" && label !== all[index - 1]
  );
  const { nodes = {}, phase, message } = states.at(-1)?.status ?? {};
  return { labels, phase, message, nodes: Object.values(nodes ?? {}).map(nodeEssence).sort(byName) };
}

function nodeEssence(node: JsonObject) {
  const { id, name, displayName, type, phase, message, children, boundaryID, templateName, outputs } = node;
  return {
    ...{ id, name: String(name), displayName, type, phase, message, children, boundaryID, templateName },
    outputs,
  };
}

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
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
  const argo = simulatedArgo(api);
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
