import { assertEquals } from "@std/assert";
import { newestFirst } from "../../src/kube/newest_first.ts";

Deno.test("newestFirst() sorts by creation, and what has no date last", () => {
  const objects = [undefined, "2026-01-02T00:00:00Z", "2026-03-01T00:00:00Z"].map((creationTimestamp) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: creationTimestamp === undefined ? {} : { creationTimestamp },
  }));
  assertEquals(
    objects.sort(newestFirst).map(({ metadata }) => metadata.creationTimestamp?.slice(0, 7)),
    ["2026-03", "2026-01", undefined],
  );
});
