/**
 * The Worker's part of a program: from its environment to its exit code.
 *
 * @module
 */
import { rbacOfRun } from "../check/rbac_of_run.ts";
import { checkProgram } from "../check/check_program.ts";
import { systemClock } from "../time/clock.ts";
import type { Config, ConfigInput } from "../config/config.ts";
import { descriptionText } from "./description.ts";
import { takeFormat } from "./output_format.ts";
import { InvalidInputError, messageOf, reasonOf } from "../errors.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import { failureText } from "../run/failure_text.ts";
import { helpText, informationAsked } from "./help.ts";
import type { KubeClient } from "../kube/client.ts";
import { dryRunClient } from "../kube/dry_run_client.ts";
import { fetchClient } from "../kube/fetch_client.ts";
import { type LogFactory, openLog, silentLog } from "../io/log.ts";
import { Manager } from "../manager.ts";
import { LiveView } from "../io/live_view.ts";
import type { Program } from "./program.ts";
import { rbacText } from "./rbac.ts";
import { readConfig } from "../config/read_config.ts";
import { readObject } from "../io/read_object.ts";
import { type Outcome, writeReportLine } from "../run/report.ts";
import type { ActionRunner } from "../runner.ts";
import type { WorkInput } from "./sandbox.ts";
import { Mask, secretsIn } from "../io/secrets.ts";
import { writeText } from "../io/standard_streams.ts";
import { openReporter } from "../status/open_reporter.ts";
import { versionText } from "./version.ts";

/**
 * How long after the report line the text for people follows, milliseconds. Kubernetes merges both streams into one
 * log, whose end becomes the termination message, and the two race.
 */
const STREAM_PAUSE_MS = 50;

/** Runs a program in its sandbox. Returns the exit code. */
export async function run(program: Program, input: WorkInput): Promise<number> {
  const asked = informationAsked(input.args);
  if (asked) {
    writeText(Deno.stdout, asked === "help" ? helpText(program) : versionText(program.program));
    return EXIT_CODES.Succeeded.code;
  }
  try {
    if (input.args[0] === "explain") return await explain(program, input);
    if (input.args[0] === "rbac") return await printRbac(program, input);
    if (input.args[0] === "check") return await check(program, input);
    return await runConfigured(program, input, await configOf(program, input));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    writeText(Deno.stderr, error.problems.map((problem) => `${program.program}: ${problem}\n`).join(""));
    return EXIT_CODES.InvalidInput.code;
  }
}

/** The settings of a program's run. */
async function configOf(
  program: Program,
  { env, args }: WorkInput,
  more: Partial<ConfigInput> = {},
): Promise<Config> {
  return await readConfig({ reporter: "configmap", ...program, env, args, ...more });
}

/** Prints what became of work, whoever started it; it changes nothing. */
async function explain(program: Program, input: WorkInput): Promise<number> {
  const { format, rest } = takeFormat(input.args.slice(1));
  const config = await configOf(program, input, { args: rest, to: "look" });
  const logs = openLog({ devMode: config.devMode });
  tellWarnings(logs, input, config);
  const { context } = config;
  if (!input.apiServer) throw new InvalidInputError(input.apiServerProblem);
  const runner = program.runner(fetchClient(input.apiServer));
  if (!runner.describe) throw new InvalidInputError(`the runner ${runner.name} does not tell of its work`);
  try {
    const step = { context, signal: input.signal, log: logs(`runner.${runner.name}`) };
    const description = await runner.describe(step);
    writeText(Deno.stdout, descriptionText(description, format, Date.now()));
    return EXIT_CODES.Succeeded.code;
  } catch (error) {
    writeText(Deno.stderr, `${program.program}: ${messageOf(error)}\n`);
    return EXIT_CODES[reasonOf(error)].code;
  }
}

/** Prints whether a run with these settings would do; it creates nothing. */
async function check(program: Program, input: WorkInput): Promise<number> {
  const { format, rest } = takeFormat(input.args.slice(1));
  const config = await configOf(program, input, { args: rest }).catch((error) => {
    if (error instanceof InvalidInputError) return error;
    throw error;
  });
  const { text, exitCode } = await checkProgram(program, input, { config, format, kube: clientOf(input) });
  writeText(Deno.stdout, text);
  return exitCode;
}

/** A client for the API server, or one whose requests all fail. */
function clientOf({ apiServer }: WorkInput): KubeClient {
  return fetchClient(apiServer ?? { server: "https://none.invalid" });
}

/** Prints the RBAC that a run with these settings, and this manifest where one is given, needs. It asks no API server. */
async function printRbac(program: Program, input: WorkInput): Promise<number> {
  const config = await configOf(program, input, { args: input.args.slice(1), to: "rbac" });
  const { context, devMode, manifestPath, reporter } = config;
  tellWarnings(openLog({ devMode }), input, config);
  const kube = clientOf(input);
  const runner = program.runner(kube);
  if (!runner.rbac) throw new InvalidInputError(`the runner ${runner.name} does not tell what it needs`);
  const manifest = manifestPath ? await readObject(manifestPath) : undefined;
  const rules = rbacOfRun(runner, openReporter(reporter, kube, () => silentLog), context, manifest);
  writeText(Deno.stdout, rbacText(rules, context));
  return EXIT_CODES.Succeeded.code;
}

/** Tells what is odd and does not matter. */
function tellWarnings(log: LogFactory, input: WorkInput, config: Config): void {
  for (const warning of [...input.warnings, ...config.warnings]) log("config").warn(warning);
}

async function runConfigured(program: Program, input: WorkInput, config: Config): Promise<number> {
  const mask = new Mask();
  const view = openView(input.env);
  const log = openLog({ devMode: config.devMode, mask, ...(view ? { stream: view.above } : {}) });
  tellWarnings(log, input, config);
  const { context, manifestPath } = config;
  if (!input.apiServer) {
    // What is wrong with the manifest is told first: it is nearer to who started the run.
    await readObject(manifestPath);
    throw new InvalidInputError(input.apiServerProblem);
  }
  const client = fetchClient(input.apiServer);
  const kube = context.dryRun ? dryRunClient(client) : client;
  const runner = program.runner(kube);
  const manager = new Manager({
    runner,
    reporter: openReporter(config.reporter, kube, log),
    context,
    readManifest: async () => {
      const manifest = await readObject(manifestPath);
      mask.hide(secretsIn(manifest));
      return manifest;
    },
    mask,
    ...(view ? { progress: view } : {}),
    log,
  });
  const { exitCode, report, outcome } = await manager.execute(input.signal);
  writeReportLine(report);
  if (exitCode !== EXIT_CODES.Succeeded.code) {
    await systemClock.sleep(STREAM_PAUSE_MS);
    writeText(Deno.stderr, failureText(program.program, outcome, commandsFor(runner, outcome)));
  }
  return exitCode;
}

/** The live view, where people look at a terminal that may be drawn on: https://no-color.org */
function openView(env: Record<string, string>): LiveView | undefined {
  if (!Deno.stderr.isTerminal() || env.NO_COLOR) return undefined;
  return new LiveView({ stream: Deno.stderr, size: () => Deno.consoleSize(), now: () => Date.now() });
}

/** A runner's hints for people; an error in them must not take the exit code from a verdict that was seen. */
function commandsFor(
  runner: ActionRunner,
  { started }: Outcome,
): ReturnType<NonNullable<ActionRunner["commands"]>> | undefined {
  try {
    return started?.object && runner.commands?.(started.object);
  } catch {
    return undefined;
  }
}
