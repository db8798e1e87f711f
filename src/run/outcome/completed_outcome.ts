import type { WaitForCompletionOutput } from "../../runner.ts";
import type { Outcome } from "./report.ts";

/** The outcome of a run whose work has ended. */
export function completedOutcome(completed: WaitForCompletionOutput): Outcome {
  const { finishedSuccessfully, message } = completed;
  if (finishedSuccessfully) return { reason: "Succeeded", message, left: "finished", completed };
  return {
    reason: "WorkFailed",
    message: `finished unsuccessfully [details: "${message}"]`,
    left: "finished",
    completed,
  };
}
