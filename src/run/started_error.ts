/**
 * A start that failed when its object was there already.
 *
 * @module
 */
import { messageOf, reasonOf, RunError } from "../errors.ts";
import type { StartOutput } from "../runner.ts";

/**
 * What {@linkcode ActionRunner.start} throws where it fails after it has made or adopted the work's object: the report
 * names the object, and the work is stopped where the settings say so.
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
   * The object counts as left running: do not throw this once it is deleted.
   *
   * @param started what `start` would have returned
   * @param cause what went wrong: it gives reason and message
   */
  constructor(started: StartOutput, cause: unknown) {
    super(reasonOf(cause), messageOf(cause), { cause, left: "left running" });
    this.started = started;
  }
}
