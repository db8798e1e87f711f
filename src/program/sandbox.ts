/**
 * The sandbox of a program: it gives each run exactly the permissions that it needs.
 *
 * This module loads no dependency. A program's main module imports only this module and the program's own settings.
 *
 * @module
 */
import type { Setting } from "../config/settings.ts";
import { supervise } from "./main_thread.ts";
import { type Load, serve, type WorkerScope } from "./worker.ts";

export { oneOf, parseText } from "../config/parse_text.ts";
export type { Setting } from "../config/settings.ts";
export type { ApiServer, Source } from "../kube/credentials.ts";
export type { Load, WorkInput } from "./worker.ts";

/** Options of {@linkcode sandbox}. */
export interface SandboxOptions {
  /** The program's own settings: the run may read the files and folders that they name. An empty list by default. */
  settings?: Setting<string>[];
}

/**
 * Runs a program in the sandbox and exits with the code that it returns.
 *
 * The program's main module calls this as its only statement: the same module is loaded again as the Worker.
 *
 * @param url the main module's `import.meta.url`
 * @param load imports what the run needs and returns the run; called only in the Worker, so that the main thread loads
 * no dependency
 *
 * @example a program with settings of its own
 * ```ts ignore
 * await sandbox(import.meta.url, load, { settings: HELM_SETTINGS });
 * ```
 */
export async function sandbox(
  url: string,
  load: Load,
  { settings = [] }: SandboxOptions = {},
): Promise<void> {
  if ("WorkerGlobalScope" in globalThis) serve(globalThis as unknown as WorkerScope, load);
  else await supervise(url, settings);
}
