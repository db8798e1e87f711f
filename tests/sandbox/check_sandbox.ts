/**
 * Checks the sandbox of a program, however the program is started.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { type Attempts, attempts } from "./attempts.ts";

/** How to start a canary. */
export interface CanaryCommand {
  command: string;
  args: string[];
  env?: Record<string, string>;
}

/** All that a Worker may do. */
const ALLOWED = ["read the manifest", "reach the API server"];

/** Runs a canary with an empty home and a proxy in its environment, and checks that only what is allowed succeeds. */
export async function checkSandbox({ command, args, env = {} }: CanaryCommand): Promise<void> {
  const folder = await Deno.makeTempDir();
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("ok"),
  );
  const proxied: string[] = [];
  await using proxy = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, ({ method, url }) => {
    proxied.push(`${method} ${url}`);
    return new Response("proxied");
  });
  try {
    await Deno.writeTextFile(`${folder}/manifest.yaml`, "entrypoint: main");
    await Deno.writeTextFile(`${folder}/kubeconfig`, kubeconfig(server.addr.port));
    const before = await filesIn(folder);
    const proxyUrl = `http://127.0.0.1:${proxy.addr.port}`;
    const { code, stdout, stderr } = await new Deno.Command(command, {
      args,
      cwd: folder,
      clearEnv: true,
      env: {
        PATH: Deno.env.get("PATH") ?? "",
        HOME: folder,
        TMPDIR: folder,
        SECRET: "canary",
        HTTPS_PROXY: proxyUrl,
        http_proxy: proxyUrl,
        KUBECONFIG: `${folder}/kubeconfig`,
        RUNNER_INPUT_MANIFEST_PATH: `${folder}/manifest.yaml`,
        ...env,
      },
    }).output();
    const text = new TextDecoder().decode(stdout);
    assertEquals(code, 0, text + new TextDecoder().decode(stderr));
    const [worker, main] = ["worker", "main"].map((thread) => resultsOf(thread, text));
    assertEquals(succeeded(worker), ALLOWED);
    assertEquals(succeeded(main), []);
    assertEquals(proxied, [], "a request went to the proxy");
    assertEquals(await filesIn(folder), before, "the run left files behind");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Checks that most attempts succeed outside a sandbox; otherwise the canary would prove nothing. */
export async function checkAttemptsCanSucceed(): Promise<void> {
  const results = await attempts("/etc/hostname", new URL("http://127.0.0.1:1"));
  const free = succeeded(results);
  for (
    const what of ["read /etc/passwd", "list the root folder", "write a file", "run a program", "read PATH"]
  ) {
    assert(free.includes(what), `"${what}" fails even where everything is allowed: ${results[what]}`);
  }
  await Deno.remove("/tmp/canary-was-here");
}

function succeeded(results: Attempts | undefined): string[] {
  assert(results !== undefined, "a thread printed no results");
  return Object.keys(results).filter((what) => results[what] === "done");
}

function resultsOf(thread: string, text: string): Attempts | undefined {
  const line = text.split("\n").find((line) => line.startsWith(`{"${thread}"`));
  return line && JSON.parse(line)[thread];
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder));
  return entries.map(({ name }) => name).sort();
}

function kubeconfig(port: number): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "test", user: { token: "canary-token" } }],
  });
}
