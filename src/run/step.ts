import { messageOf, reasonOf, RunError } from "../errors.ts";

/** Runs a step. Prefixes an error with the step's name; the error keeps its reason. */
export async function step<T>(words: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    const left = error instanceof RunError ? error.left : undefined;
    throw new RunError(reasonOf(error), `${words}: ${messageOf(error)}`, { cause: error, left });
  }
}
