/**
 * Runs Deno with this project's `deno.json`, from any folder and in any environment. If JSR cannot be reached, it uses
 * the registry of stand-ins in this folder, and says so.
 *
 * ```sh
 * deno run --no-config -A .ci/without_jsr/deno.ts test -A --doc
 * ```
 *
 * It imports only built-in parts of Deno, since other imports resolve only after it has run.
 *
 * @module
 */
// deno-lint-ignore-file no-console
import { join } from "node:path";

/** The oldest usable Deno: it has permission sets in `deno.json`, and its `compile` honours them. */
const OLDEST_DENO = "2.7.11";

/** How long JSR may take to answer, milliseconds: the first time Deno downloads two small files. */
const PROBE_TIMEOUT_MS = 10_000;

/** The variable with the registry of `jsr:` packages; if it is empty, Deno uses JSR. */
const REGISTRY = "JSR_URL";

const CONFIG = join(import.meta.dirname!, "../../deno.json");

/** The variables that Deno itself needs, also in a clean environment for a program. */
const NEEDED_BY_DENO = [
  "PATH",
  "HOME",
  "TMPDIR",
  "DENO_DIR",
  "XDG_CACHE_HOME",
  "DENO_TLS_CA_STORE",
  "DENO_CERT",
  "DENORT_BIN",
  "NPM_CONFIG_REGISTRY",
  REGISTRY,
];

/** Variables that would change what Deno itself does in a task. */
const STRAY = /^(DENO_SERVE_ADDRESS|FORCE_COLOR|CLICOLOR_FORCE)$/;

/** Variables that would affect a test: settings of a run, and the address of a cluster that the test did not choose. */
const STRAY_IN_TESTS = /^(RUNNER_.*|KUBERNETES_SERVICE_.*)$/;

/** Hosts that are reached without a proxy: this machine, and names that do not exist. */
const NEVER_BY_PROXY = ["127.0.0.1", "::1", "localhost", ".invalid"];

/**
 * Prepares a command of this Deno with the project's configuration and a reachable registry.
 *
 * @param args The sub-command and its arguments, as in `["compile", "--output", "dist/x", "cmd/x/main.ts"]`
 * @param options Options of the command, except `args`; its `env` is added to the variables that Deno always gets
 */
export async function denoCommand(
  [subcommand, ...rest]: [string, ...string[]],
  options: Omit<Deno.CommandOptions, "args"> = {},
): Promise<Deno.Command> {
  const registry = await registryUrl();
  const inherited = options.clearEnv ? pick(NEEDED_BY_DENO) : {};
  return new Deno.Command(Deno.execPath(), {
    ...options,
    args: [subcommand, "--config", CONFIG, ...rest],
    env: { ...inherited, ...authorities(), [REGISTRY]: registry, ...options.env },
  });
}

/** The value of {@linkcode REGISTRY}, if it is set; else empty if JSR answers, or this file's folder. */
async function registryUrl(): Promise<string> {
  const decided = Deno.env.get(REGISTRY);
  if (decided !== undefined) return decided;
  const answers = await jsrAnswers();
  if (!answers) {
    console.error("JSR cannot be reached: the stand-ins of .ci/without_jsr take the place of @std");
  }
  const registry = answers ? "" : new URL(".", import.meta.url).href;
  Deno.env.set(REGISTRY, registry);
  return registry;
}

/** Whether Deno can load a package of this project from JSR. */
async function jsrAnswers(): Promise<boolean> {
  const { imports } = JSON.parse(await Deno.readTextFile(CONFIG));
  const probe = new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--no-config", "--no-lock", `${imports["@std/cli"]}/parse-args`],
    env: authorities(),
    stdout: "null",
    stderr: "null",
    signal: AbortSignal.timeout(PROBE_TIMEOUT_MS),
  });
  return (await probe.output()).success;
}

/** Also trusts the machine's own certificate authorities, for networks that reach npm through a mirror. */
function authorities(): Record<string, string> {
  return { DENO_TLS_CA_STORE: Deno.env.get("DENO_TLS_CA_STORE") ?? "system,mozilla" };
}

function pick(names: string[]): Record<string, string> {
  const environment = Deno.env.toObject();
  return Object.fromEntries(names.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value]];
  }));
}

/** Removes variables from this process's environment that a developer's shell may set and no task should see. */
function tidyEnvironment(subcommand: string): void {
  const noProxy = [Deno.env.get("NO_PROXY") ?? Deno.env.get("no_proxy"), ...NEVER_BY_PROXY].filter(Boolean)
    .join(",");
  for (const name of ["NO_PROXY", "no_proxy"]) Deno.env.set(name, noProxy);
  // Deno then prints an error as one line for people, without a stack trace.
  Deno.env.set("RUST_BACKTRACE", "0");
  for (const name of Object.keys(Deno.env.toObject())) {
    if (STRAY.test(name) || subcommand === "test" && STRAY_IN_TESTS.test(name)) Deno.env.delete(name);
  }
}

/** Whether one version of Deno comes before another. */
export function isOlder(version: string, oldest: string): boolean {
  return version.localeCompare(oldest, "en", { numeric: true }) < 0;
}

async function main(subcommand = "help", ...rest: string[]): Promise<number> {
  if (isOlder(Deno.version.deno, OLDEST_DENO)) {
    console.error(`This is Deno ${Deno.version.deno}; Deno ${OLDEST_DENO} or later is needed: deno upgrade`);
    return 1;
  }
  tidyEnvironment(subcommand);
  const command = await denoCommand([subcommand, ...rest], {
    stdin: "inherit",
    stdout: "inherit",
    stderr: "inherit",
  });
  const child = command.spawn();
  Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  // A terminal sends Ctrl-C to the child too, and a program ends at once after a second SIGINT.
  Deno.addSignalListener("SIGINT", () => Deno.stdin.isTerminal() || child.kill("SIGINT"));
  return (await child.status).code;
}

if (import.meta.main) Deno.exit(await main(...Deno.args));
