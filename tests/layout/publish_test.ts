import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../cmd/build/bundle.ts";
import deno from "../../deno.json" with { type: "json" };

const DOORS = Object.values(deno.exports).map((path) => path.replace("./", ""));

/** Runs this Deno in a folder, and returns what it prints. Fails if Deno fails. */
async function outputOf(folder: string, args: string[]): Promise<string> {
  const command = new Deno.Command(Deno.execPath(), { args, cwd: folder, env: { NO_COLOR: "1" } });
  const { success, stdout, stderr } = await command.output();
  const text = new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  assert(success, text);
  return text;
}

/** Copies a file, or a folder with its content. */
async function copy(from: string, to: string): Promise<void> {
  if ((await Deno.stat(from)).isFile) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

Deno.test("the library can be published: nothing of its source is missing or has slow types", async () => {
  // In a temporary folder that holds only the published files.
  const folder = await Deno.makeTempDir({ prefix: "publish-" });
  try {
    for (const name of deno.publish.include) await copy(join(ROOT, name), join(folder, name));
    const text = await outputOf(folder, ["publish", "--dry-run", "--allow-dirty", "--no-check"]);
    for (const door of DOORS) assert(text.includes(`/${door} (`), text);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the published package has a page for people and a licence, and no tests", () => {
  assertEquals(deno.publish.include, ["src", "README.md", "LICENSE", "deno.json"]);
});

Deno.test("every public symbol is documented, and refers to public types only", async () => {
  await outputOf(ROOT, ["doc", "--lint", ...DOORS]);
});
