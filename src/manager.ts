/**
 * The Manager: the steps that every run goes through.
 *
 * @module
 */
import type { ExecuteResult } from "./run/outcome/execute_result.ts";
import type { ManagerOptions } from "./run/manager_options.ts";
import { RunState } from "./run/run_state.ts";
import { step } from "./run/step.ts";

/** Runs one action from its manifest to its verdict. */
export class Manager {
  readonly #options: ManagerOptions;

  /** Only keeps its options; `execute()` does the work. */
  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /**
   * The whole run. It never throws: every error becomes an exit code.
   *
   * @param signal ends the run early; its reason is a `RunError`
   */
  async execute(signal: AbortSignal): Promise<ExecuteResult> {
    const run = new RunState(this.#options, signal);
    try {
      const manifest = await step("while reading manifest from disk", () => run.readManifest());
      const found = await step("while starting action", () => run.find(manifest));
      if (!found.existing) await run.preflight(manifest, found);
      if (this.#options.context.dryRun) return await run.dryRun(manifest, found);
      await step("while starting action", () => run.start(manifest, found));
      await run.reportStart();
      await step("while waiting for completion", () => run.wait());
      return await run.finish();
    } catch (error) {
      return await run.finish(error);
    } finally {
      run.close();
    }
  }
}
