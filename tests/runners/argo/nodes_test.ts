import { assert, assertEquals } from "@std/assert";
import { type ArgoNode, podNameOf, readNodes } from "../../../runners/argo/nodes.ts";
import type { KubeObject } from "../../../src/kube/client.ts";
import { recordingsOf } from "../../lab/recorded.ts";

const { recording, recordingNames } = recordingsOf("argo");

function aWorkflow(annotations: Record<string, string> = {}): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Workflow",
    metadata: { name: "demo", namespace: "team", uid: "uid-1", annotations },
  };
}

async function aNode(fields: Record<string, unknown>): Promise<ArgoNode> {
  const nodes = { "demo-123": { id: "demo-123", name: "demo.a", templateName: "work", ...fields } };
  const read = await readNodes({ ...aWorkflow(), status: { nodes } } as unknown as KubeObject);
  return read.nodes.get("demo-123")!;
}

Deno.test("podNameOf() names all recorded pods as Argo did", async () => {
  const recordings = recordingNames().map(recording);
  for (const { object: workflow, pods } of recordings) {
    const { nodes } = await readNodes(workflow);
    for (const { metadata } of pods) {
      // The agent's pod belongs to no node.
      if (metadata.labels?.["workflows.argoproj.io/component"] === "agent") continue;
      const node = nodes.get(metadata.annotations?.["workflows.argoproj.io/node-id"] ?? "");
      assertEquals(node && podNameOf(workflow, node), metadata.name);
    }
  }
  assert(recordings.flatMap(({ pods }) => pods).length > 20);
});

Deno.test("podNameOf() follows the Workflow's pod name format", async () => {
  const node = await aNode({});
  assertEquals(podNameOf(aWorkflow(), node), "demo-work-123");
  assertEquals(podNameOf(aWorkflow({ "workflows.argoproj.io/pod-name-format": "v1" }), node), "demo-123");
});

Deno.test("podNameOf() names pods of a WorkflowTemplate's templates, and of inline templates", async () => {
  const referring = await aNode({
    templateRef: { name: "shared", template: "theirs" },
    templateName: undefined,
  });
  assertEquals(podNameOf(aWorkflow(), referring), "demo-theirs-123");
  assertEquals(podNameOf(aWorkflow(), await aNode({ templateName: "" })), "demo-123");
});

Deno.test("podNameOf() shortens a name that is too long", async () => {
  const name = podNameOf(aWorkflow(), await aNode({ templateName: "x".repeat(300) }));
  assertEquals(name, `demo-${"x".repeat(237)}-123`);
});
