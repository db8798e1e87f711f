/**
 * Attempts to get out of a sandbox.
 *
 * @module
 */

/** The result of each attempt: `done`, or the error's name. */
export type Attempts = Record<string, string>;

/** Makes all attempts. A run may read the manifest and reach the API server. */
export async function attempts(manifest: string, server: URL): Promise<Attempts> {
  const elsewhere = Number(server.port) === 65_535 ? 65_534 : Number(server.port) + 1;
  const tries: Record<string, () => unknown> = {
    "read the manifest": () => Deno.readTextFile(manifest),
    "reach the API server": () => fetch(server),
    "read /etc/passwd": () => Deno.readTextFile("/etc/passwd"),
    "list the root folder": () => Array.fromAsync(Deno.readDir("/")),
    "write a file": () => Deno.writeTextFile("/tmp/canary-was-here", ""),
    "make a folder": () => Deno.makeTempDir(),
    "dial another port": () => Deno.connect({ hostname: "127.0.0.1", port: elsewhere }),
    "dial another host": () => fetch("http://example.invalid/"),
    "listen": () => Deno.listen({ port: 0, hostname: "127.0.0.1" }).close(),
    "run a program": () => new Deno.Command("/bin/true").output(),
    "load a library": () => Deno.dlopen("libc.so.6", {}).close(),
    "ask for the host's name": () => Deno.hostname(),
    "import a file": () => import(`file://${manifest}.js`),
    "read PATH": () => Deno.env.get("PATH") ?? Promise.reject(new Deno.errors.NotCapable("not shown")),
    "read the environment": () => foreignVariables(),
  };
  const results: Attempts = {};
  for (const [what, attempt] of Object.entries(tries)) results[what] = await tryOut(attempt);
  return results;
}

/** Makes one attempt and returns its result. */
export async function tryOut(attempt: () => unknown): Promise<string> {
  try {
    await attempt();
    return "done";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

/** Fails unless the environment shows a variable that is not part of the contract. */
function foreignVariables(): void {
  const contract = /^(RUNNER_|KUBE|HOME$|NO_COLOR$|https?_proxy$|all_proxy$)/i;
  if (Object.keys(Deno.env.toObject()).every((name) => contract.test(name))) {
    throw new Deno.errors.NotCapable("nothing else is shown");
  }
}
