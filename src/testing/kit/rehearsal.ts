/**
 * A cluster in memory, with a clock that a check moves, in which a runner is run.
 *
 * @module
 */
import { parseCommandLine } from "../../config/command_line.ts";
import { parseConfig } from "../../config/config.ts";
import type { Reason } from "../../exit_codes.ts";
import type { ExecutionContext, RunnerFactory, WorkRef } from "../../runner.ts";
import type { StoredObject } from "../api/objects/api_object.ts";
import type { RunnerCases } from "./runner_cases.ts";
import { type EmbeddedApi, embeddedApi } from "../api/embedded_api.ts";
import { type FakeClock, fakeClock } from "../fake_clock.ts";
import { RehearsedRun, type RehearsedRunOptions } from "./rehearsed_run.ts";
import type { Timer } from "../api/wire/timer.ts";
import { CheckFailure, endOf, unexpectedEnd } from "./check_failure.ts";

/** Which object of the cluster is meant. */
export type Place = Pick<WorkRef, "kind" | "name" | "namespace">;

/** The context of the runs of a {@linkcode Rehearsal}: all that is not given has its default. */
const { context: CONTEXT } = parseConfig({
  program: "rehearsal",
  env: {},
  commandLine: parseCommandLine([
    "--manifest=/rehearsal.yaml",
    "--name=rehearsal",
    "--namespace=default",
    "--service-account=default",
    "--run-id=run-1",
  ]),
});

/** When the clock of the cluster starts, milliseconds since 1970. */
const START_MS = Date.UTC(2026, 0, 1);
/** How long a run may take for each step, milliseconds: a wait notices a silent watch only after 45 s. */
const LIMIT_MS = 3 * 60_000;
/** How long a run that waits is left alone so that its watch is open, milliseconds. */
const CALM_MS = 10_000;
/** The shortest step of the clock, milliseconds. */
const STEP_MS = 1_000;

/** One cluster, with the runs in it. */
export class Rehearsal {
  /** The cluster's API. */
  readonly api: EmbeddedApi;
  /** The cluster's clock. */
  readonly clock: FakeClock = fakeClock({ isBusy: () => this.#runs.some(({ isBusy }) => isBusy) });
  readonly #runner: RunnerFactory;
  readonly #cases: RunnerCases;
  readonly #context: ExecutionContext;
  readonly #runs: RehearsedRun[] = [];

  /** Sets up the cluster with what a run needs. */
  constructor(runner: RunnerFactory, cases: RunnerCases) {
    this.#runner = runner;
    this.#cases = cases;
    this.#context = { ...CONTEXT, ...cases.context };
    const { name, platform: { namespace } } = this.#context;
    this.api = embeddedApi({
      namespaces: [namespace],
      resources: cases.resources ?? [],
      now: () => new Date(START_MS + this.clock.now()),
      timer: timerOf(this.clock),
    });
    this.api.create("ConfigMap", { metadata: { name, namespace } });
    cases.prepare?.(this.api);
  }

  /** Starts a run. */
  run(
    context: Partial<ExecutionContext> = {},
    trouble: Pick<RehearsedRunOptions, "fault" | "killAtWrite"> = {},
  ): RehearsedRun {
    const run = new RehearsedRun({
      runner: this.#runner,
      manifest: this.#cases.manifest,
      api: this.api,
      clock: this.clock,
      context: { ...this.#context, ...context },
      ...trouble,
    });
    this.#runs.push(run);
    return run;
  }

  /**
   * Lets time pass until a run waits for its work. Returns the work's object.
   *
   * @throws {CheckFailure} If the run does not get that far
   */
  async atWork(run: RehearsedRun, when: string): Promise<WorkRef> {
    await this.until(() => run.started || run.result);
    if (!run.started) {
      throw new CheckFailure(`${run.result ? endOf(run.result) : "did not come to its work"} ${when}`);
    }
    const { object } = run.started;
    if (!object) throw new CheckFailure("start returned no object, so that the report cannot name it");
    if (this.find(object)?.metadata.uid !== object.uid) {
      throw new CheckFailure(
        `start returned the uid "${object.uid}", which no ${object.kind} of that name has`,
      );
    }
    await this.clock.advance(CALM_MS);
    if (run.result) throw new CheckFailure(`${endOf(run.result)} ${when}, before its work had ended`);
    return object;
  }

  /** The object that has the name at present, or undefined. */
  find({ kind, namespace, name }: Place): StoredObject | undefined {
    return this.api.find(kind, namespace, name);
  }

  /** Ends the work as its controller would. */
  async end(how: "succeed" | "fail", { kind, namespace, name }: Place): Promise<void> {
    const end = this.#cases[how];
    const object = this.api.find(kind, namespace, name);
    if (!object) throw new Error(`there is no ${kind} "${name}" that could ${how}`);
    if (typeof end === "function") await end(object, this.api);
    else this.api.patch(kind, namespace, name, end);
  }

  /**
   * Lets time pass until a run has ended.
   *
   * @param when such as `after its object was deleted`
   * @throws {CheckFailure} If it does not end as expected
   */
  async expectEnd(
    run: RehearsedRun,
    { expected, limitMs = LIMIT_MS, when }: { expected: Reason; when: string; limitMs?: number },
  ): Promise<void> {
    await this.until(() => run.result, limitMs);
    if (run.result?.outcome.reason !== expected) throw unexpectedEnd(run.result, { expected, limitMs, when });
  }

  /** Lets time pass until the condition holds, for at most `limitMs`. */
  async until(condition: () => unknown, limitMs = LIMIT_MS): Promise<void> {
    await this.clock.advance(0);
    for (let passedMs = 0; passedMs < limitMs && !condition();) {
      const stepMs = Math.min(limitMs - passedMs, Math.max(STEP_MS, passedMs / 4));
      await this.clock.advance(stepMs);
      passedMs += stepMs;
    }
  }

  /** Ends the runs that still go on, so that no timer of a runner outlives the check. */
  async close(): Promise<void> {
    for (const run of this.#runs) run.terminate();
    await this.until(() => this.#runs.every(({ result }) => result));
    this.api.endWatches();
  }
}

/** The place of an object. */
export function placeOf({ kind, metadata: { name, namespace = "" } }: StoredObject): Place {
  return { kind, name, namespace };
}

function timerOf(clock: FakeClock): Timer {
  return (callback, delayMs) => {
    const stop = new AbortController();
    clock.sleep(delayMs, stop.signal).then(callback, () => {});
    return () => stop.abort();
  };
}
