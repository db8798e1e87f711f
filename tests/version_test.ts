import { assertEquals } from "@std/assert";
import { withBundle } from "../cmd/bundle.ts";
import { versionText } from "../src/version.ts";

const PROGRAM = new URL("../src/version.ts", import.meta.url).pathname;

Deno.test("versionText() tells version, Deno and platform, and no commit where none was written", async () => {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  assertEquals(versionText("x"), `x ${version} (Deno ${Deno.version.deno}, ${Deno.build.target})\n`);
});

Deno.test("withBundle() writes the commit of the checkout into a program", async () => {
  await withBundle(PROGRAM, async (main) => {
    const bundled = await import(`file://${main}`);
    const [, commit] = /\(commit ([^,]+), /.exec(bundled.versionText("x")) ?? [];
    assertEquals(commit?.replace(/-dirty$/, ""), await headOf(new URL("..", import.meta.url)));
  });
});

/** The commit, or `undefined` where there is no checkout, or no git. */
async function headOf(folder: URL): Promise<string | undefined> {
  const args = ["rev-parse", "--short=7", "HEAD"];
  const output = await new Deno.Command("git", { args, cwd: folder, stderr: "null" }).output()
    .catch(() => undefined);
  return output?.success ? new TextDecoder().decode(output.stdout).trim() : undefined;
}
