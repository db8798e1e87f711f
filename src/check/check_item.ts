/**
 * What `check` finds.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import type { Reason } from "../exit_codes.ts";
import { ApiError } from "../kube/api_error.ts";
import { BEFORE_CREATE } from "../object/fault_rules.ts";

/** How it is with one thing that a run needs. */
export interface CheckItem {
  /** What was looked at, such as `status object`. */
  item: string;
  /** `missing`: a run would fail. `warning`: it would do, and somebody should know. */
  state: "ok" | "warning" | "missing" | "not checked";
  /** One line: what was found, and what to do about it. */
  message: string;
  /** How a run would end; only of what is missing. */
  reason?: Reason;
  /** The run would not end at all, since it has no time-out; only of what is missing. */
  isEndless?: boolean;
}

/** All is well. */
export function ok(item: string, message: string): CheckItem {
  return { item, state: "ok", message };
}

/** A run would do, and somebody should know. */
export function warning(item: string, message: string): CheckItem {
  return { item, state: "warning", message };
}

/** A run would end with `reason`. */
export function missing(item: string, message: string, reason: Reason): CheckItem {
  return { item, state: "missing", message, reason };
}

/** It makes no sense to look, or nobody may. */
export function notChecked(item: string, message: string): CheckItem {
  return { item, state: "not checked", message };
}

/** How a run would end by an error that came before anything was created. */
export function reasonBeforeCreate(error: unknown): Reason {
  return error instanceof ApiError ? BEFORE_CREATE[error.fault].then : reasonOf(error);
}
