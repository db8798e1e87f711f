/**
 * The command `check` of a program.
 *
 * @module
 */
import type { Config } from "../config/config.ts";
import type { OutputFormat } from "../program/output_format.ts";
import { InvalidInputError, messageOf, RunError } from "../errors.ts";
import { EXIT_CODES } from "../exit_codes.ts";
import type { KubeClient } from "../kube/client.ts";
import { readManifest } from "../io/read_manifest.ts";
import type { Program } from "../program/program.ts";
import type { WorkInput } from "../program/worker.ts";
import { Mask } from "../io/secrets.ts";
import { checkRun, reasonOfItems } from "./check_run.ts";
import { checkText } from "./check_text.ts";

/** Options of {@linkcode checkProgram}. */
export interface CheckProgramOptions {
  /** The settings, or what is wrong with them. */
  config: Config | InvalidInputError;
  /** A client for the API server; without an API server, a client whose requests all fail. */
  kube: KubeClient;
  /** How the answer is printed. */
  format: OutputFormat;
}

/** Checks a run of a program. Returns the text to print and the exit code. */
export async function checkProgram(
  { program, runner }: Program,
  { apiServer, apiServerProblem, signal, warnings }: WorkInput,
  { config, kube, format }: CheckProgramOptions,
): Promise<{ text: string; exitCode: number }> {
  const mask = new Mask();
  try {
    const items = await checkRun({
      config: config instanceof InvalidInputError
        ? config
        : { ...config, warnings: [...warnings, ...config.warnings] },
      server: apiServer ? { url: apiServer.server } : { problem: apiServerProblem },
      kube,
      runner,
      readManifest: (path) => readManifest(path, mask),
      mask,
      signal,
    });
    return {
      text: checkText(items.map((item) => ({ ...item, message: mask.apply(item.message) })), format),
      exitCode: EXIT_CODES[reasonOfItems(items)].code,
    };
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return { text: `${program}: ${messageOf(error)}\n`, exitCode: EXIT_CODES[error.reason].code };
  }
}
