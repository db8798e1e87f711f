import type { Found, StartOutput } from "../../runner.ts";
import type { Outcome } from "./report.ts";

/**
 * The outcome of a dry run that the API server has accepted.
 *
 * @param tried what the runner's own `dryRun` returned; absent if the dry run called `start`
 */
export function dryRunOutcome(
  { existing }: Found,
  { status, message: tried = "the API server accepts the work, nothing was created" }:
    & Pick<StartOutput, "status">
    & {
      message?: string | undefined;
    },
): Outcome {
  if (!existing) {
    // A dry run stores no object, so the report must not name an object.
    return { reason: "Succeeded", message: `dry run: ${tried}`, left: "not created", started: { status } };
  }
  return {
    reason: "Succeeded",
    message: "dry run: the work is there already, nothing was created",
    left: existing.finished ? "finished" : "left running",
    started: { status, object: existing },
  };
}
