import { assertEquals, assertThrows } from "@std/assert";
import { parseArguments } from "../../../runners/helm/arguments.ts";
import { InvalidInputError, type JsonObject } from "../../../src/mod.ts";
import { aContext } from "../../lab/builders.ts";

const chart = { name: "app", repo: "https://charts.example.org" };

/** What is wrong with a manifest, one line each. */
function problemsOf(manifest: JsonObject, settings: Record<string, string> = {}): string[] {
  const error = assertThrows(() => parseArguments(manifest, aContext({ settings })), InvalidInputError);
  return error.problems;
}

Deno.test("parseArguments() fills in the defaults", () => {
  assertEquals(parseArguments({ chart, values: null }, aContext()), {
    args: { command: "install", name: "demo", chart, wait: true },
    unused: [],
  });
});

Deno.test("parseArguments() takes null and empty texts as absent, as Go prints them", () => {
  const absent = {
    name: "",
    image: "",
    command: "",
    valuesFromFile: "",
    caSecretName: null,
    maxHistory: null,
  };
  const chartAlone = { ...chart, version: "" };
  for (const output of [null, {}, { goTemplate: null }, { goTemplate: "" }]) {
    assertEquals(
      parseArguments({ ...absent, chart: chartAlone, values: null, output, wait: null }, aContext()),
      {
        args: { command: "install", name: "demo", chart, wait: true },
        unused: [],
      },
    );
  }
  const oci = { name: "oci://r.example.org/app", repo: null, version: null };
  assertEquals(parseArguments({ chart: oci }, aContext()).args.chart, { name: "oci://r.example.org/app" });
});

Deno.test("parseArguments() keeps null and empty values: with them helm removes a chart's default", () => {
  const values = { a: null, b: "", c: { d: null }, e: {} };
  assertEquals(parseArguments({ chart, values }, aContext()).args.values, values);
});

Deno.test("parseArguments() takes every argument of an upgrade", () => {
  const manifest = {
    command: "upgrade",
    name: "web",
    image: "localhost/helm:1",
    chart: { name: "oci://registry.example.org:5000/charts/app", version: "1.2.3" },
    valuesFromFile: "web.yaml",
    auth: { secretName: "login" },
    caSecretName: "ca",
    wait: false,
    waitForJobs: true,
    noHooks: true,
    atomic: true,
    createNamespace: true,
    reuseValues: true,
    resetValues: false,
    maxHistory: 0,
  };
  assertEquals(parseArguments(manifest, aContext()), { args: manifest, unused: [] } as unknown);
});

Deno.test("parseArguments() takes the command from the setting, and drops arguments that the command does not use", () => {
  const settings = { RUNNER_COMMAND: "uninstall" };
  assertEquals(parseArguments({ chart, values: { a: 1 }, replace: true }, aContext({ settings })), {
    args: { command: "uninstall", name: "demo", wait: true },
    unused: ["chart", "values", "replace"],
  });
});

Deno.test("parseArguments() reports all problems at once", () => {
  assertEquals(problemsOf({ chrat: {}, wait: "yes", chart: { nmae: "app", repo: 5 }, maxHistory: -1 }), [
    '"chrat" is not known, did you mean "chart"?',
    "wait is not true or false",
    '"chart.nmae" is not known, did you mean "chart.name"?',
    "chart.repo is no text; quote it",
    "maxHistory is not a whole number of 0 or more",
  ]);
});

const cases: [string, JsonObject, string, Record<string, string>?][] = [
  [
    "a command that helm does not have",
    { command: "lint", chart },
    'command is "lint", expected one of install, upgrade, uninstall, rollback',
  ],
  ["two commands", { command: "install", chart }, 'command is "install", and RUNNER_COMMAND is "upgrade"', {
    RUNNER_COMMAND: "upgrade",
  }],
  ["no chart", {}, "chart.name is missing"],
  [
    "a chart from nowhere",
    { chart: { name: "app" } },
    "chart.repo is missing, which a chart without oci:// needs",
  ],
  [
    "a reference in a repository",
    { chart: { ...chart, name: "oci://r.example.org/app" } },
    "chart.repo has no place beside an oci:// reference",
  ],
  [
    "a flag as a chart",
    { chart: { ...chart, name: "--post-renderer=sh" } },
    `chart.name is "--post-renderer=sh", expected a chart's name, or an oci:// reference without a version`,
  ],
  [
    "a reference with a version",
    { chart: { name: "oci://r.example.org/app:1.0" } },
    `chart.name is "oci://r.example.org/app:1.0", expected a chart's name, or an oci:// reference without a version`,
  ],
  [
    "a repository on disk",
    { chart: { ...chart, repo: "file:///charts" } },
    "chart.repo is not an http:// or https:// address",
  ],
  [
    "credentials in the address",
    { chart: { ...chart, repo: "https://u:p@charts.example.org" } },
    "chart.repo holds credentials, expected them in a Secret that auth names",
  ],
  [
    "a version that YAML reads as a number",
    { chart: { ...chart, version: 1.2 } },
    "chart.version is no text; quote it",
  ],
  [
    "values twice",
    { chart, values: {}, valuesFromFile: "a" },
    "values and valuesFromFile are both there, expected one",
  ],
  ["values that are a list", { chart, values: [] }, "values is no object"],
  ["a login without a Secret", { chart, auth: {} }, "auth.secretName is missing"],
  ["a login whose Secret is null", { chart, auth: { secretName: null } }, "auth.secretName is missing"],
  [
    "a template for the output",
    { chart, output: { goTemplate: "x" } },
    "output is not supported: the report names what became of the release",
  ],
  ["no revision", { command: "rollback", revision: 0 }, "revision is not a whole number of 1 or more"],
  [
    "control characters",
    { chart: { ...chart, version: "1\n2" } },
    "chart.version is empty, or has blanks around it or control characters in it",
  ],
  [
    "a name of the prototype",
    { chart, constructor: 1 },
    '"constructor" is not known, did you mean "chart"?',
  ],
];

for (const [what, manifest, problem, settings] of cases) {
  Deno.test(`parseArguments() refuses ${what}`, () =>
    assertEquals(problemsOf(manifest, settings), [problem]));
}

Deno.test("parseArguments() refuses a release's name that is too long for helm", () => {
  const [problem = ""] = problemsOf({ chart, name: "a".repeat(54) });
  assertEquals(problem.includes("has 54 characters, the limit is 53"), true, problem);
});
