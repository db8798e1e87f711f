/**
 * What `check` finds out from the manifest.
 *
 * @module
 */
import { InvalidInputError } from "../errors.ts";
import type { FindInput } from "../runner.ts";
import { type CheckItem, missing, ok } from "./check_item.ts";
import type { CheckInput } from "./check_input.ts";
import { type CheckedName, findWork, warningLog } from "./check_work.ts";
import type { OpenedRun } from "./opened_run.ts";

/** The manifest of the run that is checked. */
export interface CheckedManifest {
  items: CheckItem[];
  /** The runner's warnings; the runner may add some until the check ends. */
  warnings: CheckItem[];
  /** What the runner's steps get; absent where the manifest is no use. */
  input?: Omit<FindInput, "signal">;
  checked?: CheckedName;
}

/** Reads the manifest and has the runner look at it: that takes no API server. */
export async function checkManifest(input: CheckInput, run: OpenedRun): Promise<CheckedManifest> {
  const { context, manifestPath } = run;
  const warnings: CheckItem[] = [];
  const problems = ({ problems }: InvalidInputError) => ({
    items: problems.map((problem) => missing("manifest", problem, "InvalidInput")),
    warnings,
  });
  try {
    const manifest = await input.readManifest(manifestPath);
    const find = { context, manifest, mask: input.mask, log: warningLog("manifest", warnings) };
    const checked = await findWork(run.runner, find, run);
    return checked instanceof InvalidInputError
      ? problems(checked)
      : { items: [ok("manifest", manifestPath)], warnings, input: find, checked };
  } catch (error) {
    if (error instanceof InvalidInputError) return problems(error);
    throw error;
  }
}
