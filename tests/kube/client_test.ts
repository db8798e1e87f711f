import { assertEquals } from "@std/assert";
import { pluralOf, refOf, resourcePath, titleOf } from "../../src/kube/client.ts";

const plurals: [kind: string, plural: string][] = [
  ["Workflow", "workflows"],
  ["Job", "jobs"],
  ["ConfigMap", "configmaps"],
  ["NetworkPolicy", "networkpolicies"],
  ["Ingress", "ingresses"],
  ["Gateway", "gatewaies"],
];

for (const [kind, plural] of plurals) {
  Deno.test(`pluralOf() guesses ${plural} of ${kind}, as Kubernetes does`, () => {
    assertEquals(pluralOf({ apiVersion: "example.org/v1", kind }), plural);
  });
}

Deno.test("pluralOf() takes the plural that is given", () => {
  assertEquals(pluralOf({ apiVersion: "v1", kind: "Gateway", plural: "gateways" }), "gateways");
});

const paths: [apiVersion: string, name: string | undefined, path: string][] = [
  ["v1", undefined, "/api/v1/namespaces/team/jobs"],
  ["v1", "demo", "/api/v1/namespaces/team/jobs/demo"],
  ["batch/v1", "demo", "/apis/batch/v1/namespaces/team/jobs/demo"],
];

for (const [apiVersion, name, path] of paths) {
  Deno.test(`resourcePath() is ${path} for ${apiVersion}`, () => {
    assertEquals(resourcePath({ apiVersion, kind: "Job" }, "team", name), path);
  });
}

Deno.test("resourcePath() lets no name or namespace leave its place in the path", () => {
  const type = { apiVersion: "batch/v1", kind: "Job" };
  for (const odd of ["a/../b", "%2f", "a?b=c", "a#b", "ä b"]) {
    const path = resourcePath(type, odd, odd);
    const url = new URL(path, "https://server");
    assertEquals(url.pathname.split("/").map(decodeURIComponent), [
      "",
      ...["apis", "batch", "v1", "namespaces", odd, "jobs", odd],
    ]);
    assertEquals([url.search, url.hash], ["", ""]);
  }
});

Deno.test("refOf() is an object's kind, name and namespace, without anything else", () => {
  const metadata = { name: "demo", namespace: "team", uid: "u" };
  assertEquals(refOf({ apiVersion: "v1", kind: "Pod", metadata, spec: {} }), {
    apiVersion: "v1",
    kind: "Pod",
    name: "demo",
    namespace: "team",
  });
});

Deno.test("titleOf() names an object as people write it", () => {
  assertEquals(titleOf({ kind: "Pod", name: "demo" }), 'Pod "demo"');
});
