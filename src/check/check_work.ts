/**
 * The first calls of a run to its runner and reporter, with nothing stored.
 *
 * @module
 */
import type { Clock } from "../time/clock.ts";
import { withDeadline } from "../time/signals.ts";
import { InvalidInputError, messageOf } from "../errors.ts";
import { isFault } from "../kube/api_error.ts";
import type { Log } from "../io/log.ts";
import type {
  ActionRunner,
  ExecutionContext,
  FindInput,
  Found,
  PreflightInput,
  StatusReporter,
  WorkRef,
} from "../runner.ts";
import { type CheckItem, missing, notChecked, ok, reasonBeforeCreate, warning } from "./check_item.ts";

/** How long a call may take, milliseconds. */
const STEP_MS = 15_000;

/** Options of the calls. */
export interface CheckWorkOptions {
  context: ExecutionContext;
  clock: Clock;
  signal: AbortSignal;
}

/** The result of a call. */
type Tried<T> = { value: T } | { error: unknown };

/** The result of {@linkcode findWork}. */
export interface CheckedName {
  kind: CheckItem;
  name: CheckItem;
  /** What it has returned; absent where it failed or there is none. */
  found?: Found;
}

/** Has the runner check the manifest, which may not be for this runner, and read the work's name. */
export async function findWork(
  runner: ActionRunner,
  input: Omit<FindInput, "signal">,
  options: CheckWorkOptions,
): Promise<CheckedName | InvalidInputError> {
  const untold = notChecked("kind", "no answer has told");
  if (!runner.find) {
    return {
      kind: untold,
      name: notChecked("name", `the runner ${runner.name} looks only when it starts the work`),
    };
  }
  const tried = await attempt(options, async (signal) => await runner.find?.({ ...input, signal }) ?? {});
  const kind = ok("kind", "the API server has it");
  if ("value" in tried) {
    const { value: found } = tried;
    return { kind, name: nameItem(found.existing), found };
  }
  const { error } = tried;
  if (error instanceof InvalidInputError) return error;
  if (isFault((error as Error).cause, "kindMissing")) {
    const message = `${messageOf(error)}: install what brings it`;
    return {
      kind: missing("kind", message, "TargetMissing"),
      name: notChecked("name", "there is no such kind"),
    };
  }
  const name = failed("name", error);
  return { kind: name.reason === "NameTaken" ? kind : untold, name };
}

function nameItem(existing: WorkRef | undefined): CheckItem {
  if (!existing) return ok("name", "it is free");
  const { kind, name, finished } = existing;
  const state = finished ? "has ended: only its verdict is reported" : "is there: the run goes on with it";
  return ok("name", `${kind} "${name}" of an earlier start of this run ${state}`);
}

/** Has the API server validate the work. */
export async function dryRun(
  runner: ActionRunner,
  input: Omit<PreflightInput, "signal">,
  options: CheckWorkOptions,
): Promise<CheckItem> {
  const item = "dry run";
  if (!runner.preflight) return notChecked(item, `the runner ${runner.name} has none`);
  const tried = await attempt(options, async (signal) => await runner.preflight?.({ ...input, signal }));
  if (!("value" in tried)) return failed(item, tried.error);
  const more = runner.dryRun ? "; what the work then does, only a run with --dry-run tries" : "";
  return ok(item, `the API server accepts the work${more}`);
}

/** Has the reporter try to write the status. */
export async function checkStatus(
  reporter: StatusReporter,
  { isFound, ...options }: CheckWorkOptions & { isFound: boolean },
): Promise<CheckItem> {
  const item = "status object";
  const { context } = options;
  const tried = await attempt(options, (signal) => reporter.check({ context, signal }));
  if ("value" in tried) return ok(item, `${statusNameOf(reporter, context)} can be written`);
  const found = failed(item, tried.error);
  const hint = found.reason === "TargetMissing" ? createHint(reporter, context) : "";
  // A run whose work exists waits for it all the same.
  const reason = found.reason && (isFound ? "StatusNotWritten" : found.reason);
  return { ...found, message: found.message + hint, ...(reason ? { reason } : {}) };
}

/** The command that creates a status object. */
function createHint(reporter: StatusReporter, context: ExecutionContext): string {
  const [rule] = reporter.rbac?.(context) ?? [];
  const kinds: Record<string, string> = { configmaps: "configmap", secrets: "secret generic" };
  const kind = rule && kinds[rule.resource];
  return kind ? `: kubectl -n ${context.platform.namespace} create ${kind} ${context.name}` : "";
}

function statusNameOf(reporter: StatusReporter, context: ExecutionContext): string {
  const [rule] = reporter.rbac?.(context) ?? [];
  return rule ? `${rule.resource} "${rule.name}"` : "a report";
}

/** A log that keeps its warnings as items. */
export function warningLog(item: string, to: CheckItem[]): Log {
  const warn = (message: string) => {
    if (!to.some((known) => known.message === message)) to.push(warning(item, message));
  };
  return { debug() {}, info() {}, error: warn, warn };
}

async function attempt<T>(
  { clock, signal }: CheckWorkOptions,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<Tried<T>> {
  try {
    return { value: await withDeadline(STEP_MS, { clock, signal, reason: () => new TooLong() }, action) };
  } catch (error) {
    return { error };
  }
}

class TooLong extends Error {
  constructor() {
    super(
      `no end within ${
        STEP_MS / 1_000
      } s; a run may wait longer, such as for an object that is being deleted`,
    );
  }
}

function failed(item: string, error: unknown): CheckItem {
  if (error instanceof TooLong) return warning(item, error.message);
  if (isFault((error as Error).cause, "noDryRun")) return notChecked(item, messageOf(error));
  return missing(item, messageOf(error), reasonBeforeCreate(error));
}
