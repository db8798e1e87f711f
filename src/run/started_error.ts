/**
 * The error of a start that fails after it has created its object.
 *
 * @module
 */
import { messageOf, reasonOf, RunError } from "../errors.ts";
import type { StartOutput } from "../runner.ts";

/**
 * What {@linkcode ActionRunner.start} throws if it fails after it has created or adopted the work's object. The report
 * then names the object, and the run stops the work if the settings say so.
 *
 * @example
 * ```ts ignore
 * const started = { status: {}, object: workRef(kube, created) };
 * try {
 *   await createOrAdopt(kube, secret, { owner: context, signal });
 * } catch (error) {
 *   throw new StartedError(started, error);
 * }
 * ```
 */
export class StartedError extends RunError {
  /** `StartedError`. */
  override readonly name = "StartedError";
  /** What `start` would have returned. */
  readonly started: StartOutput;

  /**
   * The report says that the object is left running: do not throw this error after you have deleted the object.
   *
   * @param started what `start` would have returned
   * @param cause the error: its reason and message are used
   */
  constructor(started: StartOutput, cause: unknown) {
    super(reasonOf(cause), messageOf(cause), { cause, left: "left running" });
    this.started = started;
  }
}
