/**
 * What an error leaves in the cluster.
 *
 * @module
 */
import { reasonOf, RunError } from "../../errors.ts";
import { EXIT_CODES, type Left } from "../../exit_codes.ts";

/** How far a run had come when an error ended it. */
export interface RunProgress {
  /** Whether `find` has found no object of the name. */
  isNameFree: boolean;
  /** Whether the work's object is known, since the run has created or adopted it. */
  hasStarted: boolean;
}

/** The report's word for what is left: the error's own word if it has one, else by its reason and the run's progress. */
export function leftBy(error: unknown, { isNameFree, hasStarted }: RunProgress): Left {
  const reason = reasonOf(error);
  const { left } = EXIT_CODES[reason];
  const known = error instanceof RunError ? error.left : undefined;
  if (known !== undefined) return known;
  if (hasStarted) return left;
  // An earlier start may have created the work: only a read of the name can tell.
  if (!isNameFree && (reason === "NotAllowed" || left === "left running")) return "unknown";
  return left === "left running" ? "not created" : left;
}
