import type { Setting } from "../config/settings.ts";
import type { RunnerFactory } from "../runner.ts";
import type { ReporterName } from "../status/open_reporter.ts";

/** What makes a program. */
export interface Program {
  /** Its name, such as `argo-runner`. */
  program: string;
  /** Makes the runner for an API server. */
  runner: RunnerFactory;
  /** Where the status goes unless `RUNNER_STATUS_REPORTER` says otherwise; `configmap` by default. */
  reporter?: ReporterName;
  /** Settings of its own, handed to the runner as `context.settings`; none by default. */
  settings?: Setting<string>[];
}
