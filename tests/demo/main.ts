/**
 * `deno task demo`: serves the embedded Kubernetes API on loopback, and runs the real argo-runner against it with the
 * manifest of its example. It needs no cluster.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { parse } from "@std/yaml";
import { join } from "node:path";
import { ROOT } from "../../cmd/build/bundle.ts";
import { runProgram } from "../../cmd/build/run.ts";
import { runTask } from "../../cmd/build/task.ts";
import { withTemporaryFolder } from "../../cmd/build/temporary_folder.ts";
import { type EmbeddedApi, embeddedApi, serveEmbeddedApi } from "../../src/testing/mod.ts";
import { simulatedArgo } from "../lab/simulated_argo.ts";

const EXAMPLE = "cmd/argo-runner/example/workflow.yaml";
const NAMESPACE = "demo";
const NAME = "hello";
/** What a newcomer may want to do next. */
const NEXT = `on a cluster, with your kubeconfig   README.md, "Try it": deno task run job --manifest …
as an engine starts it, as a Job     kubectl apply -f cmd/argo-runner/example/
a binary of each program, in dist/   deno task compile
a runner of your own, in a page      runners/README.md`;
/** Slow enough to be watched, milliseconds. */
const STEP_MS = 600;

await runTask(() => withTemporaryFolder("action-runner-demo-", demo));

async function demo(folder: string): Promise<number> {
  const api = embeddedApi({ namespaces: [NAMESPACE] });
  const argo = simulatedArgo(api, { stepMs: STEP_MS });
  const server = serveEmbeddedApi(api);
  const stopProgress = showProgress(api);
  try {
    const manifest = await manifestOfExample();
    await Deno.writeTextFile(`${folder}/kubeconfig`, server.kubeconfig());
    await Deno.writeTextFile(`${folder}/workflow.yaml`, manifest);
    api.create("ConfigMap", { metadata: { name: NAME, namespace: NAMESPACE } });
    say(`An embedded Kubernetes API with a simulated Argo controller listens on ${server.url}`);
    say(`The manifest, from ${EXAMPLE}:`);
    console.log(indent(manifest));
    say("argo-runner starts; its log, with the nodes of the workflow beside it:");
    const exitCode = await runProgram({
      name: "argo",
      clearEnv: true,
      env: environment(folder),
      stdout: "null",
    });
    say(`argo-runner ended with exit code ${exitCode}. The status that it left in ConfigMap "${NAME}":`);
    const status = api.find("ConfigMap", NAMESPACE, NAME)?.data?.status;
    console.log(indent(JSON.stringify(JSON.parse(String(status)), null, 2)));
    say(`It made ${api.requests.length} requests:`);
    console.log(indent(api.requests.map(requestLine).join("\n")));
    say("Where to go from here:");
    console.log(indent(NEXT));
    return exitCode;
  } finally {
    stopProgress();
    argo.close();
    await server.close();
  }
}

function environment(folder: string): Record<string, string> {
  return {
    KUBECONFIG: `${folder}/kubeconfig`,
    RUNNER_INPUT_MANIFEST_PATH: `${folder}/workflow.yaml`,
    RUNNER_CONTEXT_NAME: NAME,
    RUNNER_CONTEXT_PLATFORM_NAMESPACE: NAMESPACE,
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "default",
    RUNNER_LOGGER_DEV_MODE: "true",
  };
}

async function manifestOfExample(): Promise<string> {
  const [first = ""] = (await Deno.readTextFile(join(ROOT, EXAMPLE))).split("\n---\n");
  const configMap = parse(first, { schema: "core" }) as { data: Record<string, string> };
  return configMap.data["workflow.yaml"] ?? "";
}

/** Prints each node of the workflow when its phase changes. Call the result to stop that. */
function showProgress(api: ReturnType<typeof embeddedApi>): () => void {
  const phases = new Map<string, unknown>();
  return api.observe(({ object }) => {
    if (object.kind !== "Workflow") return;
    const status = object.status as
      | { nodes?: Record<string, { displayName: string; phase: string }> }
      | undefined;
    for (const { displayName, phase } of Object.values(status?.nodes ?? {})) {
      if (phases.get(displayName) !== phase) console.log(indent(`${displayName}: ${phase}`));
      phases.set(displayName, phase);
    }
  });
}

function requestLine({ method, path, query }: EmbeddedApi["requests"][number]): string {
  const how = query.dryRun ? " (dry run)" : query.watch ? " (watch)" : "";
  return `${method.padEnd(5)} ${path}${how}`;
}

function say(text: string): void {
  console.log(`\n# ${text}`);
}

function indent(text: string): string {
  return text.trimEnd().replace(/^/gm, "    ");
}
