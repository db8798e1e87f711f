/**
 * Runs Deno with the configuration that fits this machine: `deno.json` where JSR can be reached,
 * `.deno.without_jsr.json` where it cannot.
 *
 * ```sh
 * deno run --no-config -A tests/without_jsr/deno.ts test -A --doc
 * ```
 *
 * It imports nothing, since before it has run it is unknown what can be imported.
 *
 * @module
 */

/** What a probe found, for the launchers that this one's child starts. */
const ANSWER = "DENO_REACHES_JSR";
const PROBE_TIMEOUT_MS = 3_000;
const CONFIG_WITHOUT_JSR = `${import.meta.dirname}/../../.deno.without_jsr.json`;

/** The certificate authorities to trust: also the machine's own, where npm is reached through a mirror. */
const DENO_TLS_CA_STORE = Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla";

async function reachesJsr(): Promise<boolean> {
  const answer = Deno.env.get(ANSWER);
  if (answer !== undefined) return answer === "true";
  const probe = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-config", "--no-lock", "jsr:@std/assert@^1"],
    env: { DENO_TLS_CA_STORE },
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  });
  return (await probe.output()).success;
}

/**
 * Prepares this same Deno with the right configuration.
 *
 * @param args The sub-command and its arguments, as in `["compile", "--output", "dist/x", "cmd/x/main.ts"]`
 * @param options Options of the command, except `args`; its `env` adds to what is set here
 */
export async function denoCommand(
  [subcommand, ...rest]: [string, ...string[]],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<Deno.Command> {
  const jsr = await reachesJsr();
  return new Deno.Command(Deno.execPath(), {
    ...options,
    args: [subcommand, ...(jsr ? [] : ["--config", CONFIG_WITHOUT_JSR]), ...rest],
    env: { DENO_TLS_CA_STORE, [ANSWER]: String(jsr), ...options.env },
  });
}

if (import.meta.main) {
  const [subcommand = "help", ...rest] = Deno.args;
  const command = await denoCommand([subcommand, ...rest], {
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const child = command.spawn();
  Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  // A terminal sends Ctrl-C to the child as well, and a program may take a second SIGINT for impatience.
  Deno.addSignalListener("SIGINT", () => Deno.stdin.isTerminal() || child.kill("SIGINT"));
  Deno.exit((await child.status).code);
}
