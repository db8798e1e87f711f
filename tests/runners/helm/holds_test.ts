import { assertEquals } from "@std/assert";
import { findReleaseHolds } from "../../../runners/helm/holds.ts";
import { holdText } from "../../../src/pods/hold.ts";
import { embeddedApi } from "../../../src/testing/mod.ts";
import { aContext } from "../../lab/builders.ts";
import { MemoryClient } from "../../lab/memory_client.ts";

/** The holds of a release whose only pod waits with a reason. */
async function toldOf(reason: string, message = "so it is"): Promise<string[]> {
  const api = embeddedApi({ namespaces: ["team"] });
  api.create("Pod", {
    metadata: { name: "web-1", namespace: "team", labels: { "app.kubernetes.io/instance": "web" } },
    spec: { containers: [{ name: "app", image: "x" }] },
    status: {
      phase: "Pending",
      containerStatuses: [{ name: "app", state: { waiting: { reason, message } } }],
    },
  });
  const { signal } = new AbortController();
  const release = { name: "web", namespace: "team" };
  const holds = await findReleaseHolds(new MemoryClient(api), release, { context: aContext(), signal });
  return holds.map(holdText);
}

Deno.test("findReleaseHolds() finds a pod of the release that cannot start", async () => {
  assertEquals(await toldOf("ImagePullBackOff", "Back-off pulling image"), [
    'Pod "web-1" is held up: ImagePullBackOff (container "app"): Back-off pulling image',
  ]);
});

Deno.test("findReleaseHolds() ignores a pod that is still starting", async () => {
  assertEquals(await toldOf("ContainerCreating"), []);
});
