/**
 * One run of a runner on an embedded API, through the real Manager and the real client, and what was seen of it.
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
import type { ExecuteResult } from "../../run/execute_result.ts";
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
  /** What it is given. */
  manifest: JsonObject;
  /** The cluster. */
  api: EmbeddedApi;
  /** Its time. */
  clock: FakeClock;
  /** Which run it is. */
  context: ExecutionContext;
  /** What becomes of its requests; nothing special by default. */
  fault?: Interceptor;
  /** After how many writes its process is gone, the last of them done and not answered; never by default. */
  killAtWrite?: number;
}

/** An object that the runner has written, status objects left out. */
export interface Written {
  /** The method of {@linkcode ActionRunner} that was called last. */
  step: string;
  /** Whether it was made by this write. */
  created: boolean;
  /** The object as the API has answered it. */
  object: StoredObject;
}

/** The methods of a runner that may send requests. */
const STEPS = ["find", "preflight", "start", "dryRun", "waitForCompletion", "diagnose", "stop"];

/** A run, from its start on. */
export class RehearsedRun {
  /** What `start` returned; absent until then. */
  started: StartOutput | undefined;
  /** What `diagnose` threw, which ends no run. */
  diagnoseError: string | undefined;
  /** The objects that it has written, the first one first. */
  readonly written: Written[] = [];
  /** The methods of the runner that were called and have not ended. */
  readonly underWay = new Set<string>();
  /** Whether the runner has a method that stops the work. */
  readonly canStop: boolean;
  /** The work's object when the work had succeeded; absent until then. */
  succeeded: StoredObject | undefined;
  /** How it ended; absent until then. */
  result: ExecuteResult | undefined;
  /** Which run it is. */
  readonly context: ExecutionContext;
  readonly #options: RehearsedRunOptions;
  readonly #end = new AbortController();
  /** Requests that the API is about to answer. */
  #requests = 0;
  /** What sleeps. */
  #sleepers = 0;
  #isDead = false;
  #step = "";

  /** Starts it. */
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

  /** Whether it goes on without any time: it waits for an answer that is about to come, or for nothing. */
  get isBusy(): boolean {
    return !this.result && (this.#requests > 0 || this.#sleepers === 0);
  }

  /** The objects that it has created. */
  get created(): StoredObject[] {
    return this.written.filter(({ created }) => created).map(({ object }) => object);
  }

  /** Its process gets SIGTERM. */
  terminate(): void {
    this.#end.abort(new RunError("Terminated", "SIGTERM came before the work ended"));
  }

  /** Its process is gone: nothing that it sends arrives any more, nor any answer. */
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
    // A review is answered and not kept.
    if (isStatus || object.metadata?.uid === undefined) return;
    this.written.push({ step: this.#step, created: method === "POST", object });
    if (this.written.length === this.#options.killAtWrite) this.kill();
  }

  /** The runner, with a look at what goes into its methods and comes out. */
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

/** Never answers, and ends only when the request is given up. */
export function noAnswer({ signal }: Request): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
