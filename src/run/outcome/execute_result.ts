/**
 * The result of a run, for the program.
 *
 * @module
 */
import { EXIT_CODES } from "../../exit_codes.ts";
import type { JsonObject } from "../../text/json.ts";
import type { ManagerOptions } from "../manager_options.ts";
import { withoutSecretOutputs } from "./outputs.ts";
import { finalReport, type Outcome } from "./report.ts";

/** The result of a run. */
export interface ExecuteResult {
  /** The process's exit code. */
  exitCode: number;
  /** The final report. */
  report: JsonObject;
  /** The outcome that the report was made of. */
  outcome: Outcome;
}

/** Makes the result of an outcome. Its report holds no outputs with secrets. */
export function executeResult(
  outcome: Outcome,
  { mask, runner }: Pick<ManagerOptions, "mask" | "runner">,
): ExecuteResult {
  const report = withoutSecretOutputs(finalReport(runner.name, outcome), mask);
  return { exitCode: EXIT_CODES[outcome.reason].code, report, outcome };
}
