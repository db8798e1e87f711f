import { assertEquals, assertThrows } from "@std/assert";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { type Config, type ConfigInput, contextPathOf, parseConfig } from "../../src/config/config.ts";
import { parseContextFile } from "../../src/config/context_file.ts";
import { InvalidInputError } from "../../src/errors.ts";
import type { JsonObject } from "../../src/text/json.ts";

const FILES = { RUNNER_CONTEXT_PATH: "/mnt/context.yaml", RUNNER_ARGS_PATH: "/mnt/args.yaml" };
const CONTEXT = { name: "demo", platform: { namespace: "team", serviceAccountName: "worker" } };
const FLAGS = ["--name=other", "--namespace=other-team", "--service-account=other-worker"];

interface Case {
  env?: Record<string, string>;
  args?: string[];
  /** The content of the context file; `undefined` if no file is read. */
  context?: JsonObject | InvalidInputError | undefined;
  purpose?: "describe";
}

function inputOf({ env = FILES, args = [], context, purpose }: Case): ConfigInput {
  const contextFile = context instanceof InvalidInputError || context === undefined
    ? context
    : parseContextFile("/mnt/context.yaml", context);
  const commandLine = parseCommandLine(args);
  return { program: "x", env, commandLine, reporter: "nop", contextFile, for: purpose ?? "run" };
}

function parse(given: Case = {}): Config {
  return parseConfig(inputOf({ context: CONTEXT, ...given }));
}

function problemsOf(given: Case): string[] {
  return assertThrows(() => parse(given), InvalidInputError).problems;
}

Deno.test("parseConfig() reads the context file in place of the context's variables", () => {
  const ownerRef = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "u-1" };
  const platform = { ...CONTEXT.platform, cluster: "c", ownerRef };
  const { context, manifestPath } = parse({
    context: { ...CONTEXT, platform, dryRun: true, timeout: "10m" },
  });
  assertEquals(manifestPath, "/mnt/args.yaml");
  assertEquals(context, {
    program: "x",
    name: "demo",
    platform: { cluster: "c", namespace: "team", serviceAccountName: "worker" },
    timeoutMs: 600_000,
    dryRun: true,
    ownerRef,
    onExisting: "adopt",
    logTailLines: 20,
    followLogs: false,
    onTimeout: "leave",
    onTerminate: "leave",
    runId: undefined,
    settings: {},
  });
});

Deno.test("parseConfig() reads the time-out zero of a file as no time-out", () => {
  for (const timeout of ["0s", "0", 0]) {
    assertEquals(parse({ context: { ...CONTEXT, timeout } }).context.timeoutMs, undefined);
  }
});

Deno.test("parseConfig() reads the settings outside the context with both contracts", () => {
  const env = {
    ...FILES,
    RUNNER_STATUS_REPORTER: "secret",
    RUNNER_RUN_ID: "run-7",
    RUNNER_ON_TIMEOUT: "stop",
  };
  const { reporter, context, warnings } = parse({ env });
  assertEquals([reporter, context.runId, context.onTimeout, warnings], ["secret", "run-7", "stop", []]);
});

Deno.test("parseConfig() lets a flag win over the context file", () => {
  const args = [...FLAGS, "--manifest=/m", "--timeout=5s", "--dry-run", "--platform=cluster=d"];
  const { context, manifestPath } = parse({
    args,
    context: { name: 5, timeout: "x", platform: { cluster: "c" } },
  });
  assertEquals([manifestPath, context.name, context.timeoutMs, context.dryRun], ["/m", "other", 5_000, true]);
  assertEquals(context.platform, {
    cluster: "d",
    namespace: "other-team",
    serviceAccountName: "other-worker",
  });
});

Deno.test("parseConfig() takes both paths from flags", () => {
  const given = { env: {}, args: ["--context", "/c", "--args", "/a"] };
  assertEquals(contextPathOf(inputOf(given)), "/c");
  assertEquals(parse(given).manifestPath, "/a");
});

Deno.test("parseConfig() names file and key of each wrong or absent value in the context file", () => {
  const context = { name: "Bad_Name", timeout: "10x", platform: { serviceAccountName: 5 } };
  assertEquals(problemsOf({ context }).map((problem) => problem.split(" (")[0]), [
    '"/mnt/context.yaml": name: "Bad_Name" is not a valid name',
    '"/mnt/context.yaml": platform.namespace: is required',
    '"/mnt/context.yaml": platform.serviceAccountName: is a number, expected a text',
    '"/mnt/context.yaml": timeout: "10x" is not a duration',
  ]);
});

Deno.test("parseConfig() reports a context file that cannot be read, and no problems that follow from it", () => {
  const context = new InvalidInputError('"/mnt/context.yaml" is not found');
  assertEquals(problemsOf({ context, env: { ...FILES, RUNNER_ON_TIMEOUT: "x" } }), [
    '"/mnt/context.yaml" is not found',
    'RUNNER_ON_TIMEOUT: "x" is not known, expected leave, stop, terminate',
  ]);
});

Deno.test("parseConfig() says which of the two files is missing", () => {
  const { RUNNER_CONTEXT_PATH, RUNNER_ARGS_PATH } = FILES;
  assertEquals(problemsOf({ env: { RUNNER_CONTEXT_PATH } }), [
    "RUNNER_ARGS_PATH: is required with RUNNER_CONTEXT_PATH (or --args FILE)",
  ]);
  assertEquals(problemsOf({ env: { RUNNER_ARGS_PATH }, context: undefined }), [
    "RUNNER_CONTEXT_PATH: is required with RUNNER_ARGS_PATH (or --context FILE)",
  ]);
});

Deno.test("parseConfig() needs no context file if flags say everything", () => {
  const { RUNNER_ARGS_PATH } = FILES;
  assertEquals(parse({ env: { RUNNER_ARGS_PATH }, args: FLAGS, context: undefined }).context.name, "other");
});

Deno.test("parseConfig() refuses a path that is empty, and nothing else of the file", () => {
  const env = { ...FILES, RUNNER_CONTEXT_PATH: "" };
  assertEquals(contextPathOf(inputOf({ env })), undefined);
  assertEquals(problemsOf({ env, context: undefined }), ["RUNNER_CONTEXT_PATH: is empty"]);
});

const clashes: { env: Record<string, string>; args?: string[]; says: string }[] = [
  {
    env: { ...FILES, RUNNER_INPUT_MANIFEST_PATH: "/m", RUNNER_CONTEXT_NAME: "x" },
    says: "RUNNER_CONTEXT_PATH, RUNNER_ARGS_PATH: cannot be given together with " +
      "RUNNER_CONTEXT_NAME, RUNNER_INPUT_MANIFEST_PATH",
  },
  { env: { ...FILES, RUNNER_TIMEOUT: "5s" }, says: "given together with RUNNER_TIMEOUT" },
  { env: { ...FILES, RUNNER_CONTEXT_DRY_RUN: "true" }, says: "given together with RUNNER_CONTEXT_DRY_RUN" },
  {
    env: { ...FILES, RUNNER_CONTEXT_PLATFORM_CLUSTER: "c" },
    says: "together with RUNNER_CONTEXT_PLATFORM_CLUSTER",
  },
  {
    env: { RUNNER_CONTEXT_PATH: "/c", RUNNER_INPUT_MANIFEST_PATH: "/m" },
    says: "RUNNER_CONTEXT_PATH: cannot be given together with RUNNER_INPUT_MANIFEST_PATH",
  },
  {
    env: { RUNNER_CONTEXT_NAME: "x" },
    args: ["--args=/a"],
    says: "--args: cannot be given together with RUNNER_CONTEXT_NAME",
  },
];

for (const { env, args = [], says } of clashes) {
  Deno.test(`parseConfig() refuses both contracts in one line: ${says}`, () => {
    const [problem = "", ...others] = problemsOf({ env, args });
    assertEquals([problem.includes(says), others], [true, []], problem);
  });
}

Deno.test("parseConfig() for describe reads the name in a context file, without a manifest", () => {
  const { context } = parse({ env: { RUNNER_CONTEXT_PATH: "/c" }, purpose: "describe" });
  assertEquals([context.name, context.platform.namespace], ["demo", "team"]);
});
