import { assert } from "@std/assert";
import { makeProject, readPage, runLine } from "./own_runner.ts";

/** The runner of the page's main module as a module of its own, which the page asks its reader for. */
function runnerModule(main: string): string {
  const types = /^import type .*$/m.exec(main)?.[0];
  const values = /const (\{.*\}) = await import\((".*")\);/.exec(main);
  const runner = /^ {2}const podRunner = [^]*?^ {2}\}\);$/m.exec(main)?.[0].trim();
  const outcome = /^function podOutcome[^]*?^\}$/m.exec(main)?.[0];
  assert(types && values && runner && outcome, "the page's runner has another form");
  return [types, `import ${values[1]} from ${values[2]};`, `export ${runner}`, `export ${outcome}`].join(
    "\n",
  );
}

Deno.test("the runner of the page passes the page's test, which needs no permission", async () => {
  const page = await readPage();
  const folder = await Deno.makeTempDir({ prefix: "own-runner-" });
  try {
    await makeProject(folder, page);
    await Deno.writeTextFile(`${folder}/pod_runner.ts`, runnerModule(page.main));
    await Deno.writeTextFile(`${folder}/pod_test.ts`, page.test);
    const output = await runLine(folder, "deno test --no-prompt pod_test.ts");
    assert(/1 passed/.test(output), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
