import { assert } from "@std/assert";
import { makeProject, readPage, runLine } from "./lab/own_runner.ts";

Deno.test("the runner of the page passes the page's test, which needs no permission", async () => {
  const folder = await Deno.makeTempDir({ prefix: "own-runner-" });
  try {
    await makeProject(folder, await readPage());
    const output = await runLine(folder, "deno test --no-prompt pod_test.ts");
    assert(/1 passed/.test(output), output);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
