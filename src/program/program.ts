import type { Setting } from "../config/settings.ts";
import type { RunnerFactory } from "../runner.ts";
import type { ReporterName } from "../status/open_reporter.ts";

/** A program: its runner, and its own defaults and settings. */
export interface Program {
  /** Its name, such as `argo-runner`. */
  program: string;
  /** Makes the runner for an API server. */
  runner: RunnerFactory;
  /** The reporter to use unless `RUNNER_STATUS_REPORTER` names another; `configmap` by default. */
  reporter?: ReporterName;
  /** The program's own settings, which the runner gets as `context.settings`; an empty list by default. */
  settings?: Setting<string>[];
}
