/**
 * The end of a run: diagnose, stop, report.
 *
 * @module
 */
import { messageOf } from "../errors.ts";
import type { Log } from "../io/log.ts";
import type { StepInput } from "../runner.ts";
import type { Clock } from "../time/clock.ts";
import { completedOutcome } from "./outcome/completed_outcome.ts";
import { diagnoseWork } from "./diagnose_work.ts";
import { type ExecuteResult, executeResult } from "./outcome/execute_result.ts";
import type { ManagerOptions } from "./manager_options.ts";
import { maskedOutcome } from "./outcome/masked_outcome.ts";
import { withoutSecretOutputs } from "./outcome/outputs.ts";
import { finalReport, type Outcome } from "./outcome/report.ts";
import { step } from "./step.ts";
import { stopMode, stopWork } from "./stop_work.ts";
import { writeFinalStatus } from "./write_status.ts";

/** What {@linkcode finish} gets besides the outcome. */
export interface FinishOptions extends Pick<ManagerOptions, "mask" | "reporter" | "runner"> {
  /** The input of the runner's last steps. */
  input: StepInput;
  /** Aborted some time after the input's signal: the stop is then abandoned. */
  late: AbortSignal;
  clock: Clock;
  log: Log;
}

/**
 * Finds out why the work failed, stops it if the settings say so, and writes the final report.
 *
 * @param known how the run ended, as far as its earlier steps know
 */
export async function finish(known: Outcome, options: FinishOptions): Promise<ExecuteResult> {
  // Before the stop, since afterwards the runner cannot see what the work waits for.
  const failure = await diagnose(known, options);
  const ended = await stop({ ...known, failure }, options);
  return await report(maskedOutcome(ended, options.mask), options);
}

async function diagnose(
  { reason, started, completed }: Outcome,
  { clock, input, runner }: FinishOptions,
): Promise<Outcome["failure"]> {
  return started && await diagnoseWork(runner, reason, { ...input, started, completed, clock });
}

/** Ends the work if the settings say so. The report says what is left only as far as the run has seen it. */
async function stop(outcome: Outcome, { clock, input, late, runner }: FinishOptions): Promise<Outcome> {
  const { reason, started } = outcome;
  const mode = stopMode(reason, input.context);
  if (mode === "leave" || !started) return outcome;
  const stopped = await stopWork(runner, { ...input, signal: late, started, mode, reason, clock });
  const { left, words, succeeded } = stopped;
  if (succeeded) return { ...completedOutcome(succeeded), started };
  // It is unknown what an abandoned runner has done, unless the run sees that the work has ended.
  return {
    ...outcome,
    message: `${outcome.message}; ${words}`,
    left: left === "stopped" ? left : outcome.left,
  };
}

/** Writes the final report: a success whose status could not be written is `StatusNotWritten`. */
async function report(outcome: Outcome, options: FinishOptions): Promise<ExecuteResult> {
  const { clock, input: { context, signal }, log, mask, reporter, runner } = options;
  const { reason } = outcome;
  const whole = finalReport(runner.name, outcome);
  const status = reporter.confidential ? whole : withoutSecretOutputs(whole, mask);
  try {
    const write = { context, signal, reason, clock };
    await step("while setting status", () => writeFinalStatus(reporter, status, write));
  } catch (error) {
    const message = messageOf(error);
    if (reason === "Succeeded") {
      return executeResult({ ...outcome, reason: "StatusNotWritten", message }, options);
    }
    // Bad input is reported in one line.
    if (reason !== "InvalidInput") log.error(message);
  }
  return executeResult(outcome, options);
}
