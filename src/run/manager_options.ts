import type { Log } from "../io/log.ts";
import type { Progress } from "../io/live_view.ts";
import type { Mask } from "../io/secrets.ts";
import type { ActionRunner, ExecutionContext, StatusReporter } from "../runner.ts";
import type { JsonObject } from "../text/json.ts";
import type { Clock } from "../time/clock.ts";

/** What a {@linkcode Manager} is made of. */
export interface ManagerOptions {
  /** The kind of work. */
  runner: ActionRunner;
  /** Writes the status. */
  reporter: StatusReporter;
  /** The run. */
  context: ExecutionContext;
  /** Reads and parses the manifest. */
  readManifest: () => Promise<JsonObject>;
  /** Shows the work while it runs; absent unless the output is a terminal. */
  progress?: Progress | undefined;
  /** Hides secrets in the report; by default it hides nothing. */
  mask?: Mask | undefined;
  /** Makes a logger for each part. */
  log: (name: string) => Log;
  /** The real clock by default. */
  clock?: Clock | undefined;
}
