import { assert, assertEquals } from "@std/assert";
import deno from "../deno.json" with { type: "json" };
import { makeProject, readPage, runLine } from "./lab/own_runner.ts";

Deno.test("the page on runners of one's own holds a runner of at most 30 lines", async () => {
  const { runner, main } = await readPage();
  const { length } = `${runner}${main}`.trimEnd().split("\n");
  assert(length <= 30, `it has ${length}`);
});

Deno.test("the page on runners of one's own names the permission set of this project", async () => {
  const { config } = await readPage();
  assertEquals(JSON.parse(config).permissions, deno.permissions);
});

Deno.test("the runner of the page has no type error and can be bundled", async () => {
  const page = await readPage();
  const folder = await Deno.makeTempDir({ prefix: "own-runner-" });
  try {
    await makeProject(folder, page);
    const lines = page.build.filter((line) => /^deno (check|bundle) /.test(line));
    assertEquals(lines.length, 2);
    for (const line of lines) await runLine(folder, line);
    assert((await Deno.stat(`${folder}/build/main.js`)).isFile);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
