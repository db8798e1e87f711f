import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { HELM_SETTINGS } from "../../runners/helm/mod.ts";
import { helpText, informationAsked } from "../../src/program/help.ts";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { parseText } from "../../src/config/parse_text.ts";
import { ALL_SETTINGS, PLATFORM, type Setting } from "../../src/config/settings.ts";
import { COMMANDS } from "../../src/program/commands/commands.ts";

const OWN: Setting<string>[] = [
  {
    variable: "RUNNER_COMMAND",
    flag: "command",
    placeholder: "COMMAND",
    help: "what to do",
    parse: parseText,
  },
];

Deno.test("helpText() names every flag with its variable on one line", () => {
  const lines = helpText({ program: "x-runner", settings: OWN }).split("\n");
  assertStringIncludes(lines[0] ?? "", "x-runner");
  for (const { flag, placeholder, help, variable } of [...ALL_SETTINGS, PLATFORM, ...OWN]) {
    const [line = "", ...others] = lines.filter((candidate) => candidate.endsWith(` ${variable}`));
    assertEquals(others, []);
    assert(line.startsWith(`  --${flag}${placeholder ? ` ${placeholder}` : ""} `), `${variable}: ${line}`);
    assertStringIncludes(line, ` ${help}`);
  }
});

Deno.test("helpText() lists each command, and each default except those of switches", () => {
  const help = helpText({ program: "x" });
  for (const { name, help: what } of COMMANDS) {
    assertStringIncludes(help, `\n  ${name.padEnd(10)}  ${what}\n`);
  }
  for (const { default: text, help: what, placeholder } of ALL_SETTINGS) {
    if (text !== undefined) assertEquals(help.includes(`${what} (${text}) `), placeholder !== undefined);
  }
});

Deno.test("README.md lists every setting with its flag", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const listed = [...readme.matchAll(/^\| `(RUNNER_[A-Z_*]+)` +\| `--([a-z-]+)` /gm)];
  const settings = [...ALL_SETTINGS, PLATFORM].map(({ variable, flag }) => `${variable} --${flag}`);
  assertEquals(listed.map(([, variable, flag]) => `${variable} --${flag}`).sort(), settings.sort());
});

Deno.test("helpText() fits a screen of 100 columns and 40 lines", () => {
  for (const settings of [OWN, HELM_SETTINGS]) {
    const lines = helpText({ program: "argo-runner", settings }).trimEnd().split("\n");
    assertEquals(lines.filter((line) => line.length > 100), []);
    assert(lines.length <= 40 + settings.length, `${lines.length} lines`);
  }
});

Deno.test("helpText() has the program's own default reporter", () => {
  assertStringIncludes(helpText({ program: "x" }), "configmap, secret or nop (configmap)");
  assertStringIncludes(helpText({ program: "x", reporter: "nop" }), "configmap, secret or nop (nop)");
});

const questions: [string[], ReturnType<typeof informationAsked>][] = [
  [[], undefined],
  [["run", "--name", "x"], undefined],
  [["--help"], "help"],
  [["-h"], "help"],
  [["run", "--name", "x", "--help"], "help"],
  [["--version"], "version"],
  [["--version", "--help"], "help"],
];

for (const [args, expected] of questions) {
  Deno.test(`informationAsked() by ${JSON.stringify(args)} is ${expected}`, () => {
    assertEquals(informationAsked(parseCommandLine(args)), expected);
  });
}
