/**
 * Errors that decide an exit code.
 *
 * @module
 */
import type { Left, Reason } from "./exit_codes.ts";

/** Further facts about a {@linkcode RunError}. */
export interface RunErrorOptions extends ErrorOptions {
  /** What is left in the cluster, where it differs from the table's word for this reason. */
  left?: Left | undefined;
}

/** An error that ends a run with the exit code of its `reason`. */
export class RunError extends Error {
  /** `RunError`, or the name of the kind of it. */
  override readonly name: string = "RunError";
  /** Decides the exit code: a key of `EXIT_CODES`. */
  readonly reason: Reason;
  /** What is left in the cluster, where the error knows better than the table. */
  readonly left: Left | undefined;

  /**
   * Nothing but the values is kept.
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
  /** One line for each thing that is wrong. */
  readonly problems: string[];

  /**
   * The message is all problems, one a line.
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
 * The API server refused a dry run, so that nothing is known of the same request without one: a policy may refuse dry
 * runs alone. A preflight that throws it does not end a run.
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

/** The reason that an error of any kind stands for; `InternalError` for one that nobody foresaw. */
export function reasonOf(error: unknown): Reason {
  return error instanceof RunError ? error.reason : "InternalError";
}

/** An error's text; never its stack. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
