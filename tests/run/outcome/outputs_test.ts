import { assertEquals } from "@std/assert";
import type { JsonObject } from "../../../src/text/json.ts";
import { Mask } from "../../../src/mod.ts";
import { withoutSecretOutputs } from "../../../src/run/outcome/outputs.ts";

const mask = new Mask();
mask.hide(["hunter2-and-more", "prod"]);

const cases: [what: string, outputs: JsonObject, told: JsonObject, withheld: string[]][] = [
  ["a value without a secret", { parameters: { digest: "sha", n: 1 } }, {
    parameters: { digest: "sha", n: 1 },
  }, []],
  [
    "counts and stores",
    { parameters: { "max-tokens": "4096", "secret-store": "prod-eu-1", size: "4096Mi" } },
    {
      parameters: { "max-tokens": "4096", "secret-store": "prod-eu-1", size: "4096Mi" },
    },
    [],
  ],
  ["a secret's name", { parameters: { token: "x", digest: "sha" } }, { parameters: { digest: "sha" } }, [
    "token",
  ]],
  ["a secret of the manifest in another value", {
    parameters: { url: "https://u:hunter2-and-more@h", a: "b" },
  }, {
    parameters: { a: "b" },
  }, ["url"]],
  ["a secret in a list", { hosts: ["a", "hunter2-and-more"], rest: ["a"] }, { rest: ["a"] }, ["hosts"]],
  ["a map under a secret's name", { credentials: { user: "me", db: "x" }, n: null }, { n: null }, [
    "credentials",
  ]],
  ["a secret within a map", { db: { host: "h", password: "x" } }, { db: { host: "h" } }, ["db.password"]],
  ["pairs with a secret's name", { env: [{ name: "TOKEN", value: "x" }] }, {}, ["env"]],
  ["a reference", { secretName: "s", existingSecret: "t" }, { secretName: "s", existingSecret: "t" }, []],
  ["a chart's notes", { release: { name: "web", notes: "log in with hunter2-and-more" } }, {
    release: { name: "web" },
  }, [
    "release.notes",
  ]],
];

for (const [what, outputs, told, withheld] of cases) {
  Deno.test(`withoutSecretOutputs() tells ${what} as it is or not at all`, () => {
    const report = { phase: "Succeeded", outputs, failure: { reason: "x" } };
    assertEquals(withoutSecretOutputs(report, mask), {
      phase: "Succeeded",
      outputs: told,
      ...(withheld.length > 0 ? { outputsWithheld: withheld } : {}),
      failure: { reason: "x" },
    });
  });
}

Deno.test("withoutSecretOutputs() has outputsWithheld right behind the outputs, and leaves a report without them", () => {
  const report = { outputs: { token: "x" }, failure: {} };
  assertEquals(Object.keys(withoutSecretOutputs(report, undefined)), [
    "outputs",
    "outputsWithheld",
    "failure",
  ]);
  assertEquals(withoutSecretOutputs({ phase: "Failed" }, mask), { phase: "Failed" });
});
