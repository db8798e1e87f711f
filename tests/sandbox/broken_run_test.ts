import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT, SANDBOX_FLAGS, withBundle } from "../../cmd/build/bundle.ts";
import type { Breakage } from "../cluster/faults/programs/broken_runner.ts";

const PROGRAM = "tests/cluster/faults/programs/broken_runner.ts";
const CONFIG = join(ROOT, "deno.json");

const cases: { how: Breakage; says: string }[] = [
  { how: "throw", says: "broken on purpose" },
  { how: "throw nothing", says: "undefined" },
  { how: "throw later", says: "broken on purpose" },
  { how: "reject unheard", says: "broken on purpose" },
  { how: "close", says: "the run ended without an exit code" },
  { how: "exit", says: "the run ended without an exit code" },
];

Deno.test("sandbox() ends with 70, and never with a verdict or a stack, however the run breaks", async () => {
  await withBundle(PROGRAM, async (main) => {
    for (const { how, says } of cases) {
      const { code, stderr } = await runBroken(main, how);
      assertEquals(code, 70, `${how}: ${stderr}`);
      assert(stderr.includes(says), `${how}: ${stderr}`);
      assert(!/\n\s+at /.test(stderr), `${how}: ${stderr}`);
    }
  });
});

async function runBroken(main: string, how: Breakage): Promise<{ code: number; stderr: string }> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/manifest.yaml`, JSON.stringify({ step: "find", how }));
    await Deno.writeTextFile(`${folder}/kubeconfig`, KUBECONFIG);
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--config", CONFIG, ...SANDBOX_FLAGS, main],
      clearEnv: true,
      env: {
        DENO_DIR: `${main}.cache`,
        KUBECONFIG: `${folder}/kubeconfig`,
        RUNNER_INPUT_MANIFEST_PATH: `${folder}/manifest.yaml`,
        RUNNER_CONTEXT_NAME: "work",
        RUNNER_CONTEXT_PLATFORM_NAMESPACE: "default",
        RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "default",
        RUNNER_STATUS_REPORTER: "nop",
      },
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Names a server that gets no request. */
const KUBECONFIG = JSON.stringify({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "test",
  contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  clusters: [{ name: "test", cluster: { server: "http://127.0.0.1:6443" } }],
  users: [{ name: "test", user: { token: "none" } }],
});
