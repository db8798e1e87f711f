import { assertEquals } from "@std/assert";

const LAUNCHER = new URL("deno.ts", import.meta.url).href;
const PROGRAM = `
  import { parse } from "@std/yaml";
  console.log(parse("a: 1", { schema: "core" }), Deno.env.get("DENO_REACHES_JSR"), Deno.env.get("DENO_TLS_CA_STORE"));
  Deno.exit(7);
`;

Deno.test("the launcher uses the second configuration from any folder, and exits with Deno's code", async () => {
  const cwd = await Deno.makeTempDir();
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-config", "-A", LAUNCHER, "eval", PROGRAM],
    cwd,
    env: { DENO_REACHES_JSR: "false", DENO_TLS_CA_STORE: "mozilla", NO_COLOR: "1" },
  }).output();
  await Deno.remove(cwd);
  assertEquals(new TextDecoder().decode(output.stdout), "{ a: 1 } false mozilla\n");
  assertEquals(output.code, 7);
});
