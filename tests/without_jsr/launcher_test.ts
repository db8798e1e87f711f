import { assertEquals, assertStringIncludes } from "@std/assert";
import { withTemporaryFolder } from "../../cmd/build/temporary_folder.ts";
import { isOlder } from "../../.ci/without_jsr/deno.ts";

const LAUNCHER = new URL("../../.ci/without_jsr/deno.ts", import.meta.url).href;

interface Launched {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs the launcher in a folder, with nothing of this process's environment but what it needs. */
async function launchIn(cwd: string, args: string[], env: Record<string, string>): Promise<Launched> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-config", "-A", LAUNCHER, ...args],
    cwd,
    clearEnv: true,
    env: { NO_COLOR: "1", PATH: Deno.env.get("PATH") ?? "", HOME: cwd, ...env },
  }).output();
  const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { code, stdout: out ?? "", stderr: err ?? "" };
}

const launch = (args: string[], env: Record<string, string>) =>
  withTemporaryFolder("launcher-", (folder) => launchIn(folder, args, env));

/** Prints what `parseArgs` of the registry makes of a flag, and variables. Ends with 7. */
function program(...variables: string[]): string {
  return `import { parseArgs } from "@std/cli/parse-args";
    console.log(parseArgs(["--a=b"]).a, ...${JSON.stringify(variables)}.map((name) => Deno.env.get(name)));
    Deno.exit(7);`;
}

Deno.test("the launcher leaves a registry that is named as it is, and exits with Deno's code", async () => {
  const registry = new URL("../../.ci/without_jsr/", import.meta.url).href;
  const { code, stdout, stderr } = await launch(["eval", program("JSR_URL", "DENO_TLS_CA_STORE")], {
    JSR_URL: registry,
    DENO_TLS_CA_STORE: "mozilla",
  });
  assertEquals([stdout, stderr, code], [`b ${registry} mozilla\n`, "", 7]);
});

Deno.test("the launcher takes the stand-ins where JSR does not answer, and says so", async () => {
  const { code, stdout, stderr } = await launch(["eval", program()], { HTTPS_PROXY: "http://127.0.0.1:9" });
  assertEquals(stdout, "b\n", stderr);
  assertStringIncludes(
    stderr,
    "JSR cannot be reached: the stand-ins of .ci/without_jsr take the place of @std",
  );
  assertEquals(code, 7);
});

Deno.test("the launcher keeps what a shell holds from the tests, and requests to this machine from proxies", async () => {
  const env = await withTemporaryFolder("launcher-", async (folder) => {
    const written = `${folder}/env.json`;
    const test = `Deno.writeTextFile(${JSON.stringify(written)}, JSON.stringify(Deno.env.toObject()))`;
    await Deno.writeTextFile(`${folder}/env_test.ts`, `Deno.test("env", () => ${test});`);
    await launchIn(folder, ["test", "-A", "--no-check", "env_test.ts"], {
      JSR_URL: "",
      RUNNER_TIMEOUT: "1s",
      DENO_SERVE_ADDRESS: "tcp:127.0.0.1:1",
      FORCE_COLOR: "1",
      KUBERNETES_SERVICE_HOST: "10.0.0.1",
      NO_PROXY: "intranet",
      OTHER: "kept",
    });
    return JSON.parse(await Deno.readTextFile(written));
  });
  assertEquals(env.OTHER, "kept");
  assertEquals(env.NO_PROXY, "intranet,127.0.0.1,::1,localhost,.invalid");
  const strays = ["RUNNER_TIMEOUT", "DENO_SERVE_ADDRESS", "FORCE_COLOR", "KUBERNETES_SERVICE_HOST"];
  assertEquals(strays.filter((name) => name in env), []);
});

Deno.test("isOlder() compares versions by their numbers", () => {
  assertEquals(["2.2.0", "2.4.5", "2.7.9"].filter((version) => !isOlder(version, "2.7.11")), []);
  assertEquals(["2.7.11", "2.8.0", "2.10.0", "3.0.0"].filter((version) => isOlder(version, "2.7.11")), []);
});
