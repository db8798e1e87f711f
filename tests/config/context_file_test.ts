import { assertEquals } from "@std/assert";
import { type ContextFile, parseContextFile } from "../../src/config/context_file.ts";
import type { JsonObject, JsonValue } from "../../src/text/json.ts";

const PATH = "/mnt/context.yaml";
const OWNER_REF = { apiVersion: "core.capact.io/v1alpha1", kind: "Action", name: "hello", uid: "u-1" };

function parse(content: JsonObject): ContextFile {
  return parseContextFile(PATH, content);
}

/** A setting's text or problem, without its place. */
function said(content: JsonObject, variable: string): string | undefined {
  const given = parse(content).given[variable];
  return given && ("text" in given ? given.text : `! ${given.problem}`);
}

Deno.test("parseContextFile() reads what an engine in Go writes", () => {
  const ownerRef = { ...OWNER_REF, controller: true, blockOwnerDeletion: true };
  const file = parse({
    name: "hello",
    dryRun: false,
    timeout: "30m0s",
    platform: { namespace: "team", serviceAccountName: "worker", ownerRef },
  });
  assertEquals(file, {
    path: PATH,
    given: {
      RUNNER_CONTEXT_NAME: { source: '"/mnt/context.yaml": name', text: "hello" },
      RUNNER_CONTEXT_DRY_RUN: { source: '"/mnt/context.yaml": dryRun', text: "false" },
      RUNNER_TIMEOUT: { source: '"/mnt/context.yaml": timeout', text: "30m0s" },
      RUNNER_CONTEXT_PLATFORM_NAMESPACE: { source: '"/mnt/context.yaml": platform.namespace', text: "team" },
      RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: {
        source: '"/mnt/context.yaml": platform.serviceAccountName',
        text: "worker",
      },
    },
    platform: {},
    ownerRef,
    warnings: [],
    problems: [],
  });
});

Deno.test("parseContextFile() reads keys without a value as absent", () => {
  const nothing = parse({});
  assertEquals(parse({ name: null, platform: null }), nothing);
  assertEquals(parse({ platform: { namespace: null, ownerRef: null, cluster: null } }), nothing);
});

Deno.test("parseContextFile() reads an owner reference of empty texts, as Go writes it, as no owner", () => {
  const { ownerRef, problems } = parse({
    platform: { ownerRef: { apiVersion: "", kind: "", name: "", uid: "" } },
  });
  assertEquals([ownerRef, problems], [undefined, []]);
});

const timeouts: [value: JsonValue, expected: string][] = [
  ["10m", "10m"],
  [0, "0"],
  [1_800_000_000_000, "1800000000000ns"],
  [600, "! 600 has no unit, expected a text such as 10m"],
  [3_600_000, "! 3600000 has no unit, expected a text such as 10m"],
  [-5e9, "! -5000000000 has no unit, expected a text such as 10m"],
  [2e9 + 0.5, "! 2000000000.5 has no unit, expected a text such as 10m"],
  [true, "! is a boolean, expected a text"],
];

for (const [value, expected] of timeouts) {
  Deno.test(`parseContextFile() makes of the time-out ${JSON.stringify(value)}: ${expected}`, () => {
    assertEquals(said({ timeout: value }, "RUNNER_TIMEOUT"), expected);
  });
}

const wrongTexts: [value: JsonValue, kind: string][] = [
  [5, "a number"],
  [true, "a boolean"],
  [["a"], "a list"],
  [{ a: 1 }, "an object"],
];

for (const [value, kind] of wrongTexts) {
  Deno.test(`parseContextFile() refuses ${kind} where a text is due`, () => {
    assertEquals(said({ name: value }, "RUNNER_CONTEXT_NAME"), `! is ${kind}, expected a text`);
    assertEquals(
      said({ platform: { namespace: value } }, "RUNNER_CONTEXT_PLATFORM_NAMESPACE"),
      `! is ${kind}, expected a text`,
    );
  });
}

Deno.test("parseContextFile() takes a boolean, or a text that may be one, for dryRun", () => {
  assertEquals(said({ dryRun: true }, "RUNNER_CONTEXT_DRY_RUN"), "true");
  assertEquals(said({ dryRun: "yes" }, "RUNNER_CONTEXT_DRY_RUN"), "yes");
  assertEquals(said({ dryRun: 1 }, "RUNNER_CONTEXT_DRY_RUN"), "! is a number, expected true or false");
});

Deno.test("parseContextFile() hands on further texts of the platform, and warns of other values", () => {
  const { platform, warnings } = parse({ platform: { cluster: "a", zone: "", shards: 3 } });
  assertEquals(platform, { cluster: "a", zone: "" });
  assertEquals(warnings, [
    '"/mnt/context.yaml": platform.shards: is a number and is ignored, expected a text',
  ]);
});

Deno.test("parseContextFile() warns of unknown keys with the nearest name", () => {
  const ownerRef = { ...OWNER_REF, contoller: true };
  assertEquals(parse({ timout: "5m", ownerRef: {}, platform: { ownerRef } }).warnings, [
    '"/mnt/context.yaml": timout: is not known and is ignored; did you mean timeout?',
    '"/mnt/context.yaml": ownerRef: is not known and is ignored; did you mean platform.ownerRef?',
    '"/mnt/context.yaml": platform.ownerRef.contoller: is not known and is ignored; did you mean controller?',
  ]);
});

const wrongOwners: [ownerRef: JsonValue, problems: string[]][] = [
  ["hello", [": is a text, expected an object"]],
  [{ name: "hello" }, [
    ".apiVersion: is absent, expected a text",
    ".kind: is absent, expected a text",
    ".uid: is absent, expected a text",
  ]],
  [{ ...OWNER_REF, uid: "" }, [".uid: is empty, expected a text"]],
  [{ ...OWNER_REF, uid: 5 }, [".uid: is a number, expected a text"]],
  [{ ...OWNER_REF, controller: "true" }, [".controller: is a text, expected true or false"]],
];

for (const [ownerRef, expected] of wrongOwners) {
  Deno.test(`parseContextFile() refuses the owner ${JSON.stringify(ownerRef)} and names the key`, () => {
    const file = parse({ platform: { ownerRef } });
    assertEquals(
      file.problems,
      expected.map((problem) => `"/mnt/context.yaml": platform.ownerRef${problem}`),
    );
    assertEquals(file.ownerRef, undefined);
  });
}

Deno.test("parseContextFile() refuses a platform that is not an object", () => {
  assertEquals(parse({ platform: [] }).problems, [
    '"/mnt/context.yaml": platform: is a list, expected an object',
  ]);
});

Deno.test("parseContextFile() treats keys of Object.prototype as unknown keys", () => {
  const content = JSON.parse('{"__proto__": "x", "constructor": "y", "platform": {"__proto__": "z"}}');
  const { given, platform, warnings } = parse(content);
  assertEquals([Object.keys(given), Object.keys(platform), warnings.length], [[], ["__proto__"], 2]);
});
