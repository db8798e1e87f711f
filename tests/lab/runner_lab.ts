/**
 * A runner with its Manager on an embedded API, served so that the real client is used.
 *
 * @module
 */
import type { ExecutionContext, JsonObject, RunnerFactory } from "../../src/mod.ts";
import { silentLog } from "../../src/io/log.ts";
import { dryRunClient } from "../../src/kube/dry_run_client.ts";
import { fetchClient } from "../../src/kube/fetch_client.ts";
import { Manager } from "../../src/manager.ts";
import type { ExecuteResult } from "../../src/run/outcome/execute_result.ts";
import { configMapReporter } from "../../src/status/config_map.ts";
import { type EmbeddedApi, embeddedApi, serveEmbeddedApi, type StoredObject } from "../../src/testing/mod.ts";
import { aContext } from "./builders.ts";

/** What a test gets; `C` is the type of the simulated controller. */
export interface RunnerStage<C> {
  api: EmbeddedApi;
  controller: C;
  /** Runs a manifest as the run `demo`. */
  run(
    manifest: JsonObject,
    context?: Partial<ExecutionContext>,
    signal?: AbortSignal,
  ): Promise<ExecuteResult>;
  /** The run's object. */
  work(): StoredObject | undefined;
}

/** Options of {@linkcode stageTests}. */
export interface StageOptions<C> {
  runner: RunnerFactory;
  /** The kind of the runner's object. */
  kind: string;
  controller: (api: EmbeddedApi) => C;
}

/** Returns the function that defines a test of a runner, each test on a stage of its own. */
export function stageTests<C extends { close(): void }>(
  options: StageOptions<C>,
): (name: string, test: (stage: RunnerStage<C>) => Promise<void>) => void {
  return (name, test) =>
    // The client keeps its connection until the process ends.
    Deno.test({ name, sanitizeResources: false, sanitizeOps: false, fn: () => withStage(options, test) });
}

async function withStage<C extends { close(): void }>(
  { runner, kind, controller: open }: StageOptions<C>,
  test: (stage: RunnerStage<C>) => Promise<void>,
): Promise<void> {
  const { name, platform: { namespace } } = aContext();
  const api = embeddedApi({ namespaces: [namespace] });
  const controller = open(api);
  const server = serveEmbeddedApi(api);
  api.create("ConfigMap", { metadata: { name, namespace }, data: { other: "kept" } });
  const run: RunnerStage<C>["run"] = (manifest, changes = {}, signal = new AbortController().signal) => {
    const context = aContext(changes);
    const real = fetchClient({ server: server.url });
    const kube = context.dryRun ? dryRunClient(real) : real;
    return new Manager({
      runner: runner(kube, real),
      reporter: configMapReporter(kube),
      context,
      readManifest: () => Promise.resolve(manifest),
      log: () => silentLog,
    }).execute(signal);
  };
  try {
    await test({ api, controller, run, work: () => api.find(kind, namespace, name) });
  } finally {
    controller.close();
    await server.close();
  }
}
