/**
 * A program whose run attempts what no run may do: in the Worker, and then in the main thread. Each of them prints one
 * JSON object: the attempts with their results.
 *
 * @module
 */
import { sandbox } from "../../src/program/sandbox.ts";

await sandbox(import.meta.url, async () => {
  const { attempts, tryOut } = await import("./attempts.ts");
  return async ({ apiServer, args, env }) => {
    if (args.includes("--version")) return 0;
    const worker = await attempts(env.RUNNER_INPUT_MANIFEST_PATH ?? "", new URL(apiServer?.server ?? ""));
    worker["start a freer Worker"] = await tryOut(freerWorker);
    Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ worker }) + "\n"));
    // The main thread makes its attempts while this run waits.
    await new Promise((resolve) => setTimeout(resolve, 500));
    return 0;
  };
});

if (!("WorkerGlobalScope" in globalThis)) {
  setTimeout(async () => {
    const { attempts } = await import("./attempts.ts");
    const main = await attempts("/etc/hostname", new URL("http://127.0.0.1:1"));
    Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify({ main }) + "\n"));
  }, 300);
}

/** A Worker with all permissions, which its parent does not have. */
function freerWorker(): void {
  const options = { type: "module", deno: { permissions: { read: true, run: true } } } as WorkerOptions;
  new Worker("data:application/javascript,", options).terminate();
}
