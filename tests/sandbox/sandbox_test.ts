import { join } from "node:path";
import { ROOT, SANDBOX_FLAGS, withBundle } from "../../cmd/build/bundle.ts";
import { checkAttemptsCanSucceed, checkSandbox } from "./check_sandbox.ts";

const CANARY = "tests/sandbox/canary.ts";
const CONFIG = join(ROOT, "deno.json");

Deno.test("sandbox() lets a run from source read its manifest and reach its API server, and nothing else", async () => {
  await withBundle(CANARY, async (main) => {
    const args = ["run", "--quiet", "--config", CONFIG, ...SANDBOX_FLAGS, main];
    // Deno's cache and its check for updates, which a binary does not have.
    const env = { DENO_DIR: `${main}.cache`, DENO_NO_UPDATE_CHECK: "1" };
    await checkSandbox({ command: Deno.execPath(), args, env });
  });
});

Deno.test("the canary's attempts succeed where they are allowed", checkAttemptsCanSucceed);
