import { assertEquals } from "@std/assert";
import { ownPods } from "../../src/pods/list_pods.ts";

Deno.test("ownPods() leaves out the pods of another owner with the same labels", () => {
  const pod = (name: string, ...owners: string[]) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, ownerReferences: owners.map((uid) => ({ uid })) },
  });
  const orphan = { apiVersion: "v1", kind: "Pod", metadata: { name: "c" } };
  const pods = [pod("a", "mine"), pod("b", "other"), pod("d", "other", "mine"), orphan];
  const selected = { namespace: "team", labelSelector: "app=x" };
  assertEquals(ownPods({ ...selected, ownerUid: "mine" }, pods).map(({ metadata }) => metadata.name), [
    "a",
    "d",
  ]);
  assertEquals(ownPods(selected, pods), pods);
});
