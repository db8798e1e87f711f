import { assert, assertEquals } from "@std/assert";
import deno from "../deno.json" with { type: "json" };
import { denoCommand } from "./without_jsr/deno.ts";

const DOORS = ["src/mod.ts", "src/sandbox.ts", "src/testing/mod.ts"];
const ROOT = new URL("..", import.meta.url).pathname;
const TEXT = { env: { NO_COLOR: "1" } };

async function outputOf(command: Deno.Command): Promise<string> {
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  assert(success, text);
  return text;
}

Deno.test("the library can be published: nothing of its source is missing or has slow types", async () => {
  const text = await outputOf(
    await denoCommand(["publish", "--dry-run", "--allow-dirty", "--no-check"], TEXT),
  );
  const files = [...text.matchAll(/^ +file:\/\/(\S+) \(/gm)].map(([, path = ""]) => path.replace(ROOT, ""));
  for (const door of DOORS) assert(files.includes(door), text);
});

Deno.test("the published package has a page for people and a licence, and no tests", () => {
  assertEquals(deno.publish.include, ["src", "README.md", "LICENSE", "deno.json"]);
});

Deno.test("every public symbol is documented, and refers to public types only", async () => {
  // Deno 2.7 takes no other configuration here; to find one package or another does not matter.
  await outputOf(
    new Deno.Command(Deno.execPath(), { args: ["doc", "--lint", ...DOORS], cwd: ROOT, ...TEXT }),
  );
});
