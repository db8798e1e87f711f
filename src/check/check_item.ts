/**
 * What `check` finds.
 *
 * @module
 */
import { reasonOf } from "../errors.ts";
import type { Reason } from "../exit_codes.ts";
import { ApiError } from "../kube/api_error.ts";
import { BEFORE_CREATE } from "../object/fault_rules.ts";

/** What `check` says about one thing that a run needs. */
export interface CheckItem {
  /** What was checked, such as `status object`. */
  item: string;
  /** `missing`: a run would fail. `warning`: a run could succeed, and people should know. */
  state: "ok" | "warning" | "missing" | "not checked";
  /** One line: what was found, and what to do about it. */
  message: string;
  /** How a run would end; only with `missing`. */
  reason?: Reason;
  /** Whether the run would not end at all, since it has no time-out; only with `missing`. */
  isEndless?: boolean;
}

/** Makes an item without a problem. */
export function ok(item: string, message: string): CheckItem {
  return { item, state: "ok", message };
}

/** Makes an item that people should know about; a run could succeed. */
export function warning(item: string, message: string): CheckItem {
  return { item, state: "warning", message };
}

/** Makes an item without which a run would end with `reason`. */
export function missing(item: string, message: string, reason: Reason): CheckItem {
  return { item, state: "missing", message, reason };
}

/** Makes an item that could not be checked. */
export function notChecked(item: string, message: string): CheckItem {
  return { item, state: "not checked", message };
}

/** How a run would end after an error that came before anything was created. */
export function reasonBeforeCreate(error: unknown): Reason {
  return error instanceof ApiError ? BEFORE_CREATE[error.fault].then : reasonOf(error);
}
