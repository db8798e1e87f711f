import { assertEquals } from "@std/assert";
import { readNodes } from "../../../runners/argo/nodes.ts";
import { progressNodes, ProgressView } from "../../../runners/argo/show_progress.ts";
import type { ProgressNode } from "../../../src/mod.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { fakeClock } from "../../../src/testing/fake_clock.ts";
import { recordingsOf } from "../../lab/recorded.ts";

const { recording } = recordingsOf("argo");

Deno.test("progressNodes() has the steps in the order of their tree, without the groups between them", async () => {
  const { nodes } = await readNodes(recording("nested-steps").object);
  const lines = progressNodes([...nodes.values()]).map(({ depth, name, state }) =>
    `${depth} ${name} ${state}`
  );
  assertEquals(lines, [
    "0 nested-steps Failed",
    "1 outer Failed",
    "2 first Succeeded",
    "2 inner Failed",
    "3 deep Failed",
  ]);
});

Deno.test("ProgressView asks for a changed Workflow at most each 2 s, and draws each second", async () => {
  const { object: workflow } = recording("running");
  const clock = fakeClock();
  let asked = 0;
  const drawn: number[] = [];
  const progress = { show: (nodes?: ProgressNode[]) => void drawn.push(nodes ? nodes.length : -1) };
  const kube: Partial<KubeClient> = {
    get() {
      asked++;
      return Promise.resolve(workflow);
    },
  };
  const end = new AbortController();
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "x", namespace: "y" };
  const view = new ProgressView(kube as KubeClient, ref, { progress, signal: end.signal, clock });
  const running = view.run();
  for (let second = 0; second < 10; second++) {
    view.changed();
    await clock.advance(1_000);
  }
  assertEquals([asked, drawn.length], [6, 11]);
  await clock.advance(10_000);
  assertEquals([asked, drawn.at(-1)], [6, -1]);
  end.abort();
  await running;
});

Deno.test("ProgressView goes on if the Workflow cannot be read", async () => {
  const clock = fakeClock();
  let asked = 0;
  const kube: Partial<KubeClient> = { get: () => Promise.reject(new Error(`no ${++asked}`)) };
  const end = new AbortController();
  const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Workflow", name: "x", namespace: "y" };
  const view = new ProgressView(kube as KubeClient, ref, {
    progress: { show() {} },
    signal: end.signal,
    clock,
  });
  const running = view.run();
  await clock.advance(5_000);
  view.changed();
  await clock.advance(5_000);
  assertEquals(asked, 2);
  end.abort();
  await running;
});
