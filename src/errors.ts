/**
 * Errors that decide an exit code.
 *
 * @module
 */
import type { Left, Reason } from "./exit_codes.ts";

/** Further facts about a {@linkcode RunError}. */
export interface RunErrorOptions extends ErrorOptions {
  /** What is left in the cluster, if that differs from what `EXIT_CODES` says of this reason. */
  left?: Left | undefined;
}

/** An error that ends a run with the exit code of its `reason`. */
export class RunError extends Error {
  /** `RunError`, or the subclass's name. */
  override readonly name: string = "RunError";
  /** Decides the exit code: a key of `EXIT_CODES`. */
  readonly reason: Reason;
  /** What is left in the cluster, if that differs from what `EXIT_CODES` says of this reason. */
  readonly left: Left | undefined;

  /**
   * Makes an error from its reason and its message.
   *
   * @param reason a key of `EXIT_CODES`
   * @param message one line for people, without a full stop
   */
  constructor(reason: Reason, message: string, options: RunErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
    this.left = options.left;
  }
}

/** Bad input or configuration: exit code 2, nothing is created. */
export class InvalidInputError extends RunError {
  /** `InvalidInputError`. */
  override readonly name = "InvalidInputError";
  /** The problems, one line each. */
  readonly problems: string[];

  /**
   * The message lists all problems, one per line.
   *
   * @param problems one line each, none of them empty: `RUNNER_TIMEOUT: "10x" is not a duration (…)`.
   */
  constructor(problems: string | string[], options: ErrorOptions = {}) {
    const lines = typeof problems === "string" ? [problems] : problems;
    super("InvalidInput", lines.join("\n"), options);
    this.problems = lines;
  }
}

/**
 * The API server refused a dry run. The same request without dry run may still be accepted, since a policy may refuse
 * only dry runs; so a preflight that throws this error does not end the run.
 */
export class DryRunRefusedError extends RunError {
  /** `DryRunRefusedError`. */
  override readonly name = "DryRunRefusedError";

  /**
   * Its reason is `RefusedByApi`.
   *
   * @param message what the API server said
   */
  constructor(message: string, options: ErrorOptions = {}) {
    super("RefusedByApi", message, options);
  }
}

/** The reason of an error; `InternalError` unless it is a `RunError`. */
export function reasonOf(error: unknown): Reason {
  return error instanceof RunError ? error.reason : "InternalError";
}

/** An error's text; never its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
