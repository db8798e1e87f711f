import { assertEquals, assertRejects } from "@std/assert";
import { RunError } from "../../src/errors.ts";
import { silentLog } from "../../src/io/log.ts";
import { textAt } from "../../src/text/json.ts";
import type { DiagnoseInput, Diagnosis } from "../../src/runner.ts";
import { embeddedApi } from "../../src/testing/mod.ts";
import { describeWork } from "../../src/work/describe_work.ts";
import { aContext } from "../lab/builders.ts";
import { MemoryClient } from "../lab/memory_client.ts";

const input = { context: aContext(), signal: new AbortController().signal, log: silentLog };
const PASSWORD = "sesame-open";

/** Describes a Pod in this phase; `undefined`: there is no Pod. */
async function describe(phase: string | undefined, diagnosis: Diagnosis = { message: "no image" }) {
  const api = embeddedApi({ namespaces: ["team"] });
  if (phase !== undefined) {
    const env = [{ name: "PASSWORD", value: PASSWORD }];
    const spec = { containers: [{ name: "main", image: "busybox", env }] };
    api.create("Pod", { metadata: { name: "demo", namespace: "team" }, spec });
    api.patch("Pod", "team", "demo", { status: { phase } });
  }
  const diagnosed: DiagnoseInput[] = [];
  const description = await describeWork(new MemoryClient(api), input, {
    type: { apiVersion: "v1", kind: "Pod" },
    outcome: (pod) => {
      const phase = textAt(pod, "status", "phase");
      if (phase === "Running") return undefined;
      return { finishedSuccessfully: phase === "Succeeded", message: phase };
    },
    view: (pod) => ({
      state: textAt(pod, "status", "phase"),
      message: `said ${PASSWORD}`,
      nodes: [{ name: `step(${PASSWORD})`, depth: 0, state: "Running" }],
    }),
    diagnose: (input) => {
      diagnosed.push(input);
      return Promise.resolve(diagnosis);
    },
    podSelectorOf: () => "app=demo",
  });
  return { description, diagnosed, uid: api.find("Pod", "team", "demo")?.metadata.uid };
}

Deno.test("describeWork() hides the secrets of the spec in its whole description", async () => {
  const { description } = await describe("Failed", { message: `wrong ${PASSWORD}` });
  assertEquals(description, {
    kind: "Pod",
    name: "demo",
    namespace: "team",
    state: "Failed",
    ended: true,
    message: "said ***",
    nodes: [{ name: "step(***)", depth: 0, state: "Running" }],
    failure: { message: "wrong ***" },
  });
});

Deno.test("describeWork() does not diagnose work that has succeeded", async () => {
  const { description, diagnosed } = await describe("Succeeded");
  assertEquals([description.failure, description.ended, diagnosed.length], [undefined, true, 0]);
});

for (const [phase, completed] of [["Running", undefined], ["Failed", "Failed"]] as const) {
  Deno.test(`describeWork() has the object diagnosed whose phase is ${phase}`, async () => {
    const { description, diagnosed, uid } = await describe(phase);
    const [{ started, ...rest } = { started: { status: {} } }] = diagnosed;
    assertEquals([started.object?.uid, started.object?.podSelector], [uid, "app=demo"]);
    assertEquals("completed" in rest ? rest.completed?.message : undefined, completed);
    assertEquals([description.failure?.message, description.ended], ["no image", phase === "Failed"]);
  });
}

Deno.test("describeWork() says that there is no such work", async () => {
  const error = await assertRejects(() => describe(undefined), RunError);
  assertEquals(error.reason, "TargetMissing");
});
