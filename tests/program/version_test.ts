import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, withBundle } from "../../cmd/build/bundle.ts";
import { versionText } from "../../src/program/version.ts";

const PROGRAM = "src/program/version.ts";

Deno.test("versionText() has version, Deno and platform, and no commit if the bundle has no commit", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  assertEquals(versionText("x"), `x ${version} (Deno ${Deno.version.deno}, ${Deno.build.target})\n`);
});

Deno.test("withBundle() writes the commit of the checkout into a program", async () => {
  await withBundle(PROGRAM, async (main) => {
    const bundled = await import(pathToFileURL(main).href);
    const [, commit] = /\(commit ([^,]+), /.exec(bundled.versionText("x")) ?? [];
    assertEquals(commit?.replace(/-dirty$/, ""), await headOf(ROOT));
  });
});

/** The commit, or `undefined` without a checkout or without git. */
async function headOf(folder: string): Promise<string | undefined> {
  const args = ["rev-parse", "--short=7", "HEAD"];
  const output = await new Deno.Command("git", { args, cwd: folder, stderr: "null" }).output()
    .catch(() => undefined);
  return output?.success ? new TextDecoder().decode(output.stdout).trim() : undefined;
}
