import type { Mask } from "../../io/secrets.ts";
import type { Outcome } from "./report.ts";

/** Hides secrets in the texts of the cluster and the work. The outputs stay unchanged, since they are data. */
export function maskedOutcome(outcome: Outcome, mask: Mask | undefined): Outcome {
  if (!mask) return outcome;
  const { message, completed, failure } = outcome;
  return {
    ...outcome,
    message: mask.apply(message),
    completed: completed && { ...completed, message: mask.apply(completed.message) },
    failure: failure && mask.applyToFailure(failure),
  };
}
