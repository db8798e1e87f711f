/**
 * The command `run`.
 *
 * @module
 */
import { InvalidInputError } from "../../errors.ts";
import { EXIT_CODES } from "../../exit_codes.ts";
import { LiveView } from "../../io/live_view.ts";
import { openLog } from "../../io/log.ts";
import { readManifest } from "../../io/read_manifest.ts";
import { Mask } from "../../io/secrets.ts";
import { writeText } from "../../io/standard_streams.ts";
import { dryRunClient } from "../../kube/dry_run_client.ts";
import { fetchClient } from "../../kube/fetch_client.ts";
import { Manager } from "../../manager.ts";
import { failureText } from "../../run/outcome/failure_text.ts";
import { type Outcome, writeReportLine } from "../../run/outcome/report.ts";
import type { ActionRunner } from "../../runner.ts";
import { openReporter } from "../../status/open_reporter.ts";
import { systemClock } from "../../time/clock.ts";
import { type CommandInput, configOf, tellWarnings } from "./command_input.ts";

/**
 * Pause between the report line and the text for people, milliseconds. Kubernetes merges both streams into one log, in
 * no fixed order, and its end becomes the termination message: the text must come last.
 */
const STREAM_PAUSE_MS = 50;

/** Runs the work to its verdict. */
export async function runCommand(input: CommandInput): Promise<number> {
  const config = await configOf(input);
  const mask = new Mask();
  const view = openView(input.env);
  const log = openLog({ devMode: config.devMode, mask, ...(view ? { stream: view.above } : {}) });
  tellWarnings(log, input, config);
  const { context, manifestPath } = config;
  if (!input.apiServer) {
    // Problems of the manifest come first: whoever started the run can fix them.
    await readManifest(manifestPath, mask);
    throw new InvalidInputError(input.apiServerProblem);
  }
  const real = fetchClient(input.apiServer);
  const kube = context.dryRun ? dryRunClient(real) : real;
  const runner = input.program.runner(kube, real);
  const manager = new Manager({
    runner,
    reporter: openReporter(config.reporter, kube, log),
    context,
    readManifest: () => readManifest(manifestPath, mask),
    mask,
    ...(view ? { progress: view } : {}),
    log,
  });
  const { exitCode, report, outcome } = await manager.execute(input.signal);
  writeReportLine(report);
  if (exitCode !== EXIT_CODES.Succeeded.code) {
    await systemClock.sleep(STREAM_PAUSE_MS);
    writeText(Deno.stderr, failureText(input.program.program, outcome, commandsFor(runner, outcome)));
  }
  return exitCode;
}

/** The live view; absent unless standard error is a terminal and `NO_COLOR` is unset: https://no-color.org */
function openView(env: Record<string, string>): LiveView | undefined {
  if (!Deno.stderr.isTerminal() || env.NO_COLOR) return undefined;
  return new LiveView({ stream: Deno.stderr, size: () => Deno.consoleSize(), now: () => Date.now() });
}

/** A runner's hints for people. An error in them must not change the exit code of a run that has seen its verdict. */
function commandsFor(
  runner: ActionRunner,
  { started }: Outcome,
): ReturnType<NonNullable<ActionRunner["commands"]>> | undefined {
  try {
    return started?.object && runner.commands?.({ ...started, object: started.object });
  } catch {
    return undefined;
  }
}
