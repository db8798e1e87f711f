import type { Found, StartOutput } from "../../runner.ts";
import type { Outcome } from "./report.ts";

/**
 * How a dry run ended that was not refused.
 *
 * @param tried what the runner's own `dryRun` has told; absent where `start` was tried
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
    // The object that a dry run "creates" never was.
    return { reason: "Succeeded", message: `dry run: ${tried}`, left: "not created", started: { status } };
  }
  return {
    reason: "Succeeded",
    message: "dry run: the work is there already, nothing was created",
    left: existing.finished ? "finished" : "left running",
    started: { status, object: existing },
  };
}
