/**
 * One run of a runner on an embedded API, through the real Manager and the real client, and a record of what it did.
 *
 * @module
 */
import type { Clock } from "../../time/clock.ts";
import { messageOf, RunError } from "../../errors.ts";
import type { JsonObject } from "../../text/json.ts";
import { dryRunClient } from "../../kube/dry_run_client.ts";
import { fetchClient } from "../../kube/fetch_client.ts";
import { silentLog } from "../../io/log.ts";
import { Manager } from "../../manager.ts";
import type { ExecuteResult } from "../../run/outcome/execute_result.ts";
import type { ActionRunner, ExecutionContext, RunnerFactory, StartOutput } from "../../runner.ts";
import { configMapReporter } from "../../status/config_map.ts";
import type { StoredObject } from "../api/objects/api_object.ts";
import type { EmbeddedApi } from "../api/embedded_api.ts";
import type { Interceptor } from "../api/embedded_api_options.ts";
import type { FakeClock } from "../fake_clock.ts";

/** What a run is made of. */
export interface RehearsedRunOptions {
  /** Makes the runner. */
  runner: RunnerFactory;
  /** The manifest that the runner gets. */
  manifest: JsonObject;
  /** The cluster's API. */
  api: EmbeddedApi;
  /** The cluster's clock. */
  clock: FakeClock;
  /** The context that the runner gets. */
  context: ExecutionContext;
  /** Changes what happens to its requests. Default: nothing. */
  fault?: Interceptor;
  /** The number of the write after which its process dies: the write is stored and not answered. Default: never. */
  killAtWrite?: number;
}

/** An object that the runner has written; the status object is not recorded. */
export interface Written {
  /** The method of {@linkcode ActionRunner} that was called last. */
  step: string;
  /** Whether this write created it. */
  created: boolean;
  /** The object in the API's answer. */
  object: StoredObject;
}

/** The methods of a runner that may send requests. */
const STEPS = ["find", "preflight", "start", "dryRun", "waitForCompletion", "diagnose", "stop"];

/** A run, from its start on. */
export class RehearsedRun {
  /** What `start` returned; absent until then. */
  started: StartOutput | undefined;
  /** The message of what `diagnose` threw; a run goes on after that. */
  diagnoseError: string | undefined;
  /** The objects that it has written, in the order of the writes. */
  readonly written: Written[] = [];
  /** The methods of the runner that were called and have not returned. */
  readonly underWay = new Set<string>();
  /** Whether the runner has a method that stops the work. */
  readonly canStop: boolean;
  /** The work's object after it has succeeded; absent until then. */
  succeeded: StoredObject | undefined;
  /** How the run ended; absent until then. */
  result: ExecuteResult | undefined;
  /** The context that the runner got. */
  readonly context: ExecutionContext;
  readonly #options: RehearsedRunOptions;
  readonly #end = new AbortController();
  /** How many requests the API is about to answer. */
  #requests = 0;
  /** How many sleeps have not ended. */
  #sleepers = 0;
  #isDead = false;
  #step = "";

  /** Starts the run. */
  constructor(options: RehearsedRunOptions) {
    this.#options = options;
    this.context = options.context;
    const { context, manifest } = options;
    const clock = this.#clock();
    const real = fetchClient({ server: "http://embedded" }, { clock, handle: this.#handle });
    const kube = context.dryRun ? dryRunClient(real) : real;
    const runner = options.runner(kube, real);
    this.canStop = runner.stop !== undefined;
    const manager = new Manager({
      runner: this.#watched(runner),
      reporter: configMapReporter(kube),
      context,
      readManifest: () => Promise.resolve(structuredClone(manifest)),
      log: () => silentLog,
      clock,
    });
    manager.execute(this.#end.signal).then((result) => this.result = result);
  }

  /** Whether the run goes on without the clock: it computes, or waits for an answer that is about to come. */
  get isBusy(): boolean {
    return !this.result && (this.#requests > 0 || this.#sleepers === 0);
  }

  /** The objects that it has created. */
  get created(): StoredObject[] {
    return this.written.filter(({ created }) => created).map(({ object }) => object);
  }

  /** Sends SIGTERM to its process. */
  terminate(): void {
    this.#end.abort(new RunError("Terminated", "SIGTERM came before the work ended"));
  }

  /** Kills its process: no request reaches the API any more, and no answer reaches the run. */
  kill(): void {
    this.#isDead = true;
    this.terminate();
  }

  #clock(): Clock {
    const { clock } = this.#options;
    const sleep: Clock["sleep"] = (ms, signal) => {
      this.#sleepers++;
      return clock.sleep(ms, signal).finally(() => this.#sleepers--);
    };
    return { ...clock, sleep };
  }

  readonly #handle = async (request: Request): Promise<Response> => {
    if (this.#isDead) return await noAnswer(request);
    const { fault = (passed, next) => next(passed) } = this.#options;
    const answer = await fault(request, this.#pass);
    return this.#isDead ? await noAnswer(request) : answer;
  };

  readonly #pass = async (request: Request): Promise<Response> => {
    const { method, url } = request;
    const isWrite = method !== "GET" && !new URL(url).searchParams.has("dryRun");
    this.#requests++;
    const answer = await this.#options.api.handle(request).finally(() => this.#requests--);
    if (isWrite && answer.ok) this.#record(method, await answer.clone().json());
    return answer;
  };

  #record(method: string, object: StoredObject): void {
    const { name } = this.#options.context;
    const isStatus = object.kind === "ConfigMap" && object.metadata?.name === name;
    // The API answers a review and stores nothing.
    if (isStatus || object.metadata?.uid === undefined) return;
    this.written.push({ step: this.#step, created: method === "POST", object });
    if (this.written.length === this.#options.killAtWrite) this.kill();
  }

  /** The runner with a record of the calls of its methods. */
  #watched(runner: ActionRunner): ActionRunner {
    return new Proxy(runner, {
      get: (target, key) => {
        const value = Reflect.get(target, key, target);
        if (typeof value !== "function") return value;
        const call = (...args: unknown[]) => value.apply(target, args);
        return STEPS.includes(String(key))
          ? (...args: unknown[]) => this.#watch(String(key), () => call(...args))
          : call;
      },
    });
  }

  async #watch(step: string, action: () => unknown): Promise<unknown> {
    this.#step = step;
    this.underWay.add(step);
    try {
      const output = await action();
      if (step === "start") this.started = output as StartOutput;
      return output;
    } catch (error) {
      if (step === "diagnose") this.diagnoseError = messageOf(error);
      throw error;
    } finally {
      this.underWay.delete(step);
    }
  }
}

/** Never answers; rejects when the request is aborted. */
export function noAnswer({ signal }: Request): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
