import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { type Config, parseConfig } from "../../src/config/config.ts";
import { InvalidInputError } from "../../src/errors.ts";
import { oneOf, parseText } from "../../src/config/parse_text.ts";
import { ALL_SETTINGS, type Setting } from "../../src/config/settings.ts";

const ENV = {
  RUNNER_INPUT_MANIFEST_PATH: "/manifest.yaml",
  RUNNER_CONTEXT_NAME: "demo",
  RUNNER_CONTEXT_PLATFORM_NAMESPACE: "team",
  RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "worker",
};

const FLAGS = {
  RUNNER_INPUT_MANIFEST_PATH: "manifest",
  RUNNER_CONTEXT_NAME: "name",
  RUNNER_CONTEXT_PLATFORM_NAMESPACE: "namespace",
  RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "service-account",
  RUNNER_TIMEOUT: "timeout",
  RUNNER_CONTEXT_DRY_RUN: "dry-run",
  RUNNER_LOGGER_DEV_MODE: "dev",
  RUNNER_STATUS_REPORTER: "status-reporter",
  RUNNER_RUN_ID: "run-id",
  RUNNER_ON_EXISTING: "on-existing",
  RUNNER_LOG_TAIL_LINES: "log-tail-lines",
  RUNNER_FOLLOW_LOGS: "follow",
  RUNNER_ON_TIMEOUT: "on-timeout",
  RUNNER_ON_TERMINATE: "on-terminate",
};

/** A program's own settings. */
const OWN: Setting<string>[] = [
  {
    variable: "RUNNER_COMMAND",
    flag: "command",
    placeholder: "COMMAND",
    help: "what to do",
    parse: oneOf("install", "uninstall"),
  },
  { variable: "RUNNER_IMAGE", flag: "image", placeholder: "IMAGE", help: "what to run", parse: parseText },
];

/** As {@linkcode parse}, for a program with settings of its own. */
function parseOwn(env: Record<string, string> = {}, args: string[] = []): Config {
  const commandLine = parseCommandLine(args);
  return parseConfig({ program: "x", commandLine, env: { ...ENV, ...env }, settings: OWN });
}

/** Parses a complete environment with the changes in `env`; `undefined` removes a variable. */
function parse(env: Record<string, string | undefined> = {}, args: string[] = []): Config {
  const given = Object.entries({ ...ENV, ...env }).flatMap(([variable, value]) =>
    value === undefined ? [] : [[variable, value] as const]
  );
  const commandLine = parseCommandLine(args);
  return parseConfig({ program: "argo-runner", commandLine, env: Object.fromEntries(given) });
}

function problemsOf(env: Record<string, string | undefined>, args: string[] = []): string[] {
  return assertThrows(() => parse(env, args), InvalidInputError).problems;
}

Deno.test("parseConfig() reads the required variables and uses the default of every other setting", () => {
  assertEquals(parse(), {
    manifestPath: "/manifest.yaml",
    context: {
      program: "argo-runner",
      name: "demo",
      platform: { namespace: "team", serviceAccountName: "worker" },
      dryRun: false,
      onExisting: "adopt",
      logTailLines: 20,
      followLogs: false,
      onTimeout: "leave",
      onTerminate: "leave",
      timeoutMs: undefined,
      runId: undefined,
      ownerRef: undefined,
      settings: {},
    },
    reporter: "configmap",
    devMode: false,
    warnings: [],
  });
});

Deno.test("parseConfig() reads every optional variable", () => {
  const { context, reporter, devMode, warnings } = parse({
    RUNNER_TIMEOUT: "1h2m3.5s",
    RUNNER_CONTEXT_DRY_RUN: "true",
    RUNNER_LOGGER_DEV_MODE: "1",
    RUNNER_STATUS_REPORTER: "secret",
    RUNNER_RUN_ID: "run-7",
    RUNNER_ON_EXISTING: "refuse",
    RUNNER_FOLLOW_LOGS: "true",
  });
  assertEquals([context.timeoutMs, context.dryRun, context.runId, context.onExisting], [
    3_723_500,
    true,
    "run-7",
    "refuse",
  ]);
  assertEquals(context.followLogs, true);
  assertEquals([reporter, devMode, warnings], ["secret", true, []]);
});

Deno.test("parseConfig() uses the program's own reporter if the settings name no reporter", () => {
  const input = { program: "x", env: ENV, commandLine: parseCommandLine([]) };
  assertEquals(parseConfig({ ...input, reporter: "nop" }).reporter, "nop");
  assertEquals(parseConfig(input).reporter, "configmap");
});

Deno.test("parseConfig() reads the time-out 0 as no time-out", () => {
  for (const zero of ["0", "0s"]) assertEquals(parse({ RUNNER_TIMEOUT: zero }).context.timeoutMs, undefined);
});

Deno.test("parseConfig() hands further platform properties to the runner in camel case", () => {
  const { context, warnings } = parse({
    RUNNER_CONTEXT_PLATFORM_FOO_BAR: "x",
    RUNNER_CONTEXT_PLATFORM_CLUSTER: "",
    RUNNER_CONTEXT_PLATFORM_A_B_C: "y",
  });
  assertEquals(context.platform, {
    namespace: "team",
    serviceAccountName: "worker",
    fooBar: "x",
    cluster: "",
    aBC: "y",
  });
  assertEquals(warnings, []);
});

for (const [variable, flag] of Object.entries(FLAGS).slice(0, 4)) {
  Deno.test(`parseConfig() requires ${variable}`, () => {
    const [problem = "", ...others] = problemsOf({ [variable]: undefined });
    assertStringIncludes(problem, `${variable}: is required (or --${flag} `);
    assertEquals(others, []);
  });

  Deno.test(`parseConfig() refuses an empty ${variable}`, () => {
    assertEquals(problemsOf({ [variable]: "" }), [`${variable}: is empty`]);
  });
}

const blanks = [" ", "\t", " demo", "demo ", "demo\t"];

for (const value of blanks) {
  Deno.test(`parseConfig() refuses ${JSON.stringify(value)} in every text and shows it quoted`, () => {
    for (const variable of [...Object.keys(ENV), "RUNNER_RUN_ID"]) {
      assertEquals(problemsOf({ [variable]: value }), [
        `${variable}: ${
          JSON.stringify(value)
        } has blanks at an end or control characters in it, expected none`,
      ]);
    }
  });
}

Deno.test("parseConfig() refuses blanks around durations, booleans and words as well", () => {
  assertEquals(
    problemsOf({ RUNNER_TIMEOUT: " 5s", RUNNER_CONTEXT_DRY_RUN: "true ", RUNNER_STATUS_REPORTER: "nop " })
      .length,
    3,
  );
});

for (const value of ["name\r", "na\nme", "na\r\nme", "na\0me", "na\u007fme"]) {
  Deno.test(`parseConfig() refuses ${JSON.stringify(value)} and shows the escapes`, () => {
    for (const variable of Object.keys(ENV)) {
      const [problem = ""] = problemsOf({ [variable]: value });
      assertStringIncludes(problem, `${variable}: ${JSON.stringify(value)} has blanks at an end or control`);
    }
  });
}

for (const name of ["Bad_Name", "-a", "a.", "аction"]) {
  Deno.test(`parseConfig() refuses the name ${name} and quotes the rule`, () => {
    const [problem = "", ...others] = problemsOf({ RUNNER_CONTEXT_NAME: name });
    assertStringIncludes(problem, `RUNNER_CONTEXT_NAME: "${name}" is not a valid name (RFC 1123: `);
    assertEquals(others, []);
  });

  Deno.test(`parseConfig() refuses the service account ${name} and quotes the rule`, () => {
    const [problem = ""] = problemsOf({ RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: name });
    assertStringIncludes(problem, `SERVICE_ACCOUNT_NAME: "${name}" is not a valid name (RFC 1123: `);
  });
}

Deno.test("parseConfig() names the length and the limit of a name that is too long", () => {
  const [problem = ""] = problemsOf({ RUNNER_CONTEXT_NAME: "a".repeat(254) });
  assertStringIncludes(problem, "has 254 characters, the limit is 253");
});

for (const namespace of ["Team", "a.b", "-team", "a".repeat(64)]) {
  Deno.test(`parseConfig() refuses the namespace ${namespace.slice(0, 9)}, which is no DNS label`, () => {
    const [problem = "", ...others] = problemsOf({ RUNNER_CONTEXT_PLATFORM_NAMESPACE: namespace });
    assertStringIncludes(problem, `RUNNER_CONTEXT_PLATFORM_NAMESPACE: "${namespace}" `);
    assertStringIncludes(problem, namespace.length > 63 ? "has 64 characters, the limit is 63" : "RFC 1123");
    assertEquals(others, []);
  });
}

for (const value of ["../x", "a/b", "..", "%2f", "a?b", "a#b"]) {
  Deno.test(`parseConfig() refuses ${value} as part of a URL`, () => {
    const problems = problemsOf({ RUNNER_CONTEXT_NAME: value, RUNNER_CONTEXT_PLATFORM_NAMESPACE: value });
    assertEquals(problems.map((problem) => problem.split(" (")[0]), [
      `RUNNER_CONTEXT_NAME: "${value}" is not a valid name`,
      `RUNNER_CONTEXT_PLATFORM_NAMESPACE: "${value}" is not a valid name`,
    ]);
  });
}

for (const value of ["", "10", "ten", "-5s", "1e3s", "1h-5m", "٣s", "2147483648ms"]) {
  Deno.test(`parseConfig() refuses the time-out ${JSON.stringify(value)}`, () => {
    const [problem = "", ...others] = problemsOf({ RUNNER_TIMEOUT: value });
    assertStringIncludes(problem, `RUNNER_TIMEOUT: ${JSON.stringify(value)} is `);
    assertEquals(others, []);
  });
}

Deno.test("parseConfig() shows examples of durations", () => {
  assertEquals(problemsOf({ RUNNER_TIMEOUT: "10x" }), [
    'RUNNER_TIMEOUT: "10x" is not a duration (examples: 90s, 10m, 1h30m; 0 = none)',
  ]);
});

Deno.test("parseConfig() reads booleans as Go does", () => {
  for (const yes of ["1", "t", "T", "TRUE", "true", "True"]) {
    assertEquals(parse({ RUNNER_CONTEXT_DRY_RUN: yes }).context.dryRun, true, yes);
  }
  for (const no of ["0", "f", "F", "FALSE", "false", "False"]) {
    assertEquals(parse({ RUNNER_CONTEXT_DRY_RUN: no }).context.dryRun, false, no);
  }
});

for (const value of ["", "yes", "no", "on", "tRUE", "2"]) {
  Deno.test(`parseConfig() refuses the boolean ${JSON.stringify(value)} and lists the others`, () => {
    for (const variable of ["RUNNER_CONTEXT_DRY_RUN", "RUNNER_LOGGER_DEV_MODE"]) {
      assertEquals(problemsOf({ [variable]: value }), [
        `${variable}: ${JSON.stringify(value)} is not a boolean (true, false, 1, 0, t, f)`,
      ]);
    }
  });
}

Deno.test("parseConfig() warns of an unknown variable with the nearest name", () => {
  assertEquals(parse({ RUNNER_TIMEOUTS: "5s", RUNNER_RUNID: "x" }).warnings, [
    "RUNNER_TIMEOUTS: is not known and is ignored; did you mean RUNNER_TIMEOUT?",
    "RUNNER_RUNID: is not known and is ignored; did you mean RUNNER_RUN_ID?",
  ]);
});

Deno.test("parseConfig() does not warn of variables that are not the contract's", () => {
  assertEquals(parse({ PATH: "/bin", KUBECONFIG: "x", MY_RUNNER_TIMEOUT: "x" }).warnings, []);
});

const unknownArguments: [string[], string][] = [
  [["--nmae", "x"], "--nmae"],
  [["--nmae=x"], "--nmae"],
  [["-x"], "-x"],
  [["check"], "check"],
  [["run", "run"], "run"],
  [["run", "extra"], "extra"],
  [["--name", "demo", "extra"], "extra"],
  [["--", "extra"], "extra"],
];

for (const [args, shown] of unknownArguments) {
  Deno.test(`parseConfig() refuses the arguments ${args.join(" ")} and names the help`, () => {
    const problems = problemsOf({}, args).join("\n");
    assertStringIncludes(problems, shown);
    assertStringIncludes(problems, "is not known; see --help");
  });
}

for (const value of ["ConfigMap", "", "none"]) {
  Deno.test(`parseConfig() refuses the reporter ${JSON.stringify(value)} and lists the others`, () => {
    assertEquals(problemsOf({ RUNNER_STATUS_REPORTER: value }), [
      `RUNNER_STATUS_REPORTER: ${JSON.stringify(value)} is not known, expected configmap, secret, nop`,
    ]);
  });
}

Deno.test("parseConfig() refuses an unknown RUNNER_ON_EXISTING and lists the known values", () => {
  assertEquals(problemsOf({ RUNNER_ON_EXISTING: "replace" }), [
    'RUNNER_ON_EXISTING: "replace" is not known, expected adopt, refuse',
  ]);
});

Deno.test("parseConfig() reports all problems together", () => {
  const input = {
    program: "argo-runner",
    env: { RUNNER_TIMEOUT: "x" },
    commandLine: parseCommandLine(["--dry-run=2"]),
  };
  const error = assertThrows(() => parseConfig(input), InvalidInputError);
  assertEquals(error.problems.map((problem) => problem.split(":")[0]), [
    "RUNNER_INPUT_MANIFEST_PATH",
    "RUNNER_CONTEXT_NAME",
    "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
    "RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME",
    "RUNNER_TIMEOUT",
    "--dry-run",
  ]);
});

const flagValues = [
  "--manifest=/other.yaml",
  "--name=other",
  "--namespace=other-team",
  "--service-account=other-worker",
  "--timeout=5s",
  "--dry-run=true",
  "--dev=true",
  "--status-reporter=nop",
  "--run-id=run-8",
  "--on-existing=refuse",
  "--log-tail-lines=5",
  "--follow=true",
  "--on-timeout=stop",
  "--on-terminate=terminate",
];

Deno.test("parseConfig() lets every flag win over its variable", () => {
  const env = {
    RUNNER_TIMEOUT: "1h",
    RUNNER_CONTEXT_DRY_RUN: "false",
    RUNNER_LOGGER_DEV_MODE: "false",
    RUNNER_STATUS_REPORTER: "secret",
    RUNNER_RUN_ID: "run-7",
    RUNNER_ON_EXISTING: "adopt",
  };
  assertEquals(parse(env, flagValues), {
    manifestPath: "/other.yaml",
    context: {
      program: "argo-runner",
      name: "other",
      platform: { namespace: "other-team", serviceAccountName: "other-worker" },
      dryRun: true,
      onExisting: "refuse",
      logTailLines: 5,
      followLogs: true,
      onTimeout: "stop",
      onTerminate: "terminate",
      timeoutMs: 5_000,
      runId: "run-8",
      ownerRef: undefined,
      settings: {},
    },
    reporter: "nop",
    devMode: true,
    warnings: [],
  });
});

Deno.test("parseConfig() needs only flags, each before its value", () => {
  const commandLine = parseCommandLine(flagValues.flatMap((flag) => flag.split("=")));
  const config = parseConfig({ program: "argo-runner", env: {}, commandLine });
  assertEquals(config, parse({}, flagValues));
});

Deno.test("parseConfig() reads a switch without a value as true", () => {
  const { context, devMode } = parse({}, ["--dry-run", "--dev"]);
  assertEquals([context.dryRun, devMode], [true, true]);
});

Deno.test("parseConfig() lets a flag win over a variable that is wrong", () => {
  assertEquals(parse({ RUNNER_TIMEOUT: "x" }, ["--timeout=5s"]).context.timeoutMs, 5_000);
});

Deno.test("parseConfig() names the flag, not the variable, if the flag is wrong", () => {
  assertEquals(
    problemsOf({ RUNNER_TIMEOUT: "5s" }, ["--timeout=x"]).map((problem) => problem.split(":")[0]),
    ["--timeout"],
  );
});

Deno.test("parseConfig() refuses a flag that lacks its value", () => {
  for (const args of [["--name"], ["--name="], ["--name", ""]]) {
    assertEquals(problemsOf({}, args), ["--name: is empty"]);
  }
});

Deno.test("parseConfig() takes platform properties from flags, which win over their variables", () => {
  const args = ["--platform", "fooBar=y", "--platform=zone=a=b", "--platform", "empty="];
  const { platform } = parse({ RUNNER_CONTEXT_PLATFORM_FOO_BAR: "x" }, args).context;
  assertEquals(platform, {
    namespace: "team",
    serviceAccountName: "worker",
    fooBar: "y",
    zone: "a=b",
    empty: "",
  });
});

const wrongProperties: [text: string, says: string][] = [
  ["zone", '"zone" is not KEY=VALUE'],
  ["=a", '"=a" is not KEY=VALUE'],
  ["FOO_BAR=a", '"FOO_BAR=a" is not KEY=VALUE'],
  ["__proto__=a", '"__proto__=a" is not KEY=VALUE'],
  ["namespace=a", '"namespace" has a flag of its own, --namespace'],
  ["serviceAccountName=a", '"serviceAccountName" has a flag of its own, --service-account'],
];

for (const [text, says] of wrongProperties) {
  Deno.test(`parseConfig() refuses the platform property ${text} of a flag`, () => {
    assertEquals(problemsOf({}, [`--platform=${text}`]), [`--platform: ${says}`]);
  });
}

Deno.test("parseConfig() hands a program its own given settings, by variable", () => {
  assertEquals(parse().context.settings, {});
  assertEquals(parseOwn().context.settings, {});
  const { context, warnings } = parseOwn({ RUNNER_COMMAND: "install", RUNNER_IMAGE: "a:1" }, [
    "--image",
    "b:2",
  ]);
  assertEquals(context.settings, { RUNNER_COMMAND: "install", RUNNER_IMAGE: "b:2" });
  assertEquals(warnings, []);
});

Deno.test("parseConfig() fills in the defaults of a program's own settings", () => {
  const settings = OWN.map((setting) => ({ ...setting, default: "install" }));
  const input = { program: "x", env: { ...ENV, RUNNER_IMAGE: "a:1" }, settings };
  const { context } = parseConfig({ ...input, commandLine: parseCommandLine([]) });
  assertEquals(context.settings, { RUNNER_COMMAND: "install", RUNNER_IMAGE: "a:1" });
});

Deno.test("parseConfig() refuses a switch with an empty value", () => {
  assertEquals(problemsOf({}, ["--dry-run="]), ['--dry-run: "" is not a boolean (true, false, 1, 0, t, f)']);
});

Deno.test("every default is a text that its setting can read", () => {
  for (const setting of ALL_SETTINGS) if (setting.default !== undefined) setting.parse(setting.default);
});

Deno.test("parseConfig() reports problems of a program's own settings together with all other problems", () => {
  const env = { RUNNER_COMMAND: "delete", RUNNER_TIMEOUT: "x" };
  const error = assertThrows(() => parseOwn(env, ["--image"]), InvalidInputError);
  assertEquals(error.problems, [
    'RUNNER_TIMEOUT: "x" is not a duration (examples: 90s, 10m, 1h30m; 0 = none)',
    'RUNNER_COMMAND: "delete" is not known, expected install, uninstall',
    "--image: is empty",
  ]);
});

Deno.test("parseConfig() also suggests a program's own settings", () => {
  assertEquals(parseOwn({ RUNNER_COMAND: "x" }).warnings, [
    "RUNNER_COMAND: is not known and is ignored; did you mean RUNNER_COMMAND?",
  ]);
  assertEquals(parse({ RUNNER_COMMAND: "install" }).warnings.length, 1);
  assertStringIncludes(problemsOf({}, ["--command", "install"]).join("\n"), '"--command" is not known');
});
