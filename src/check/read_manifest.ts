/**
 * What `check` finds out from the manifest.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import type { StartInput } from "../runner.ts";
import { type CheckItem, missing, ok } from "./check_item.ts";
import type { CheckInput } from "./check_run.ts";
import { findWork, type Found, warningLog } from "./check_work.ts";
import type { OpenedRun } from "./opened_run.ts";

/** The manifest of the run that is checked. */
export interface ReadManifest {
  items: CheckItem[];
  /** The runner's warnings; the runner may add some until the check ends. */
  warnings: CheckItem[];
  /** What the runner is started with; absent if the manifest is invalid. */
  start?: Omit<StartInput, "signal">;
  found?: Found;
}

/** Reads the manifest and has the runner check it, which takes no API server. */
export async function readManifest(input: CheckInput, run: OpenedRun): Promise<ReadManifest> {
  const { context, manifestPath } = run;
  const warnings: CheckItem[] = [];
  const problems = ({ problems }: InvalidInputError) => ({
    items: problems.map((problem) => missing("manifest", problem, "InvalidInput")),
    warnings,
  });
  try {
    const manifest = await input.readManifest(manifestPath);
    const start = { context, manifest, mask: input.mask, log: warningLog("manifest", warnings) };
    const found = await findWork(run.runner, start, run);
    return found instanceof InvalidInputError
      ? problems(found)
      : { items: [ok("manifest", manifestPath)], warnings, start, found };
  } catch (error) {
    if (error instanceof InvalidInputError) return problems(error);
    throw error;
  }
}
