import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, type Space } from "../../lab/cluster.ts";
import { compiledProgram } from "../../../lab/compiled_program.ts";
import { runnerEnv } from "../../lab/runner_env.ts";
import { createStatusObject, pauseSpec } from "../../lab/workflows.ts";

/** Runs the program at a terminal, which `script` makes, and returns all that it shows. */
async function shown(space: Space, more: Record<string, string> = {}): Promise<string> {
  const env = {
    ...await runnerEnv(space, pauseSpec(4)),
    TERM: "xterm",
    PATH: Deno.env.get("PATH") ?? "",
    ...more,
  };
  const args = ["-qec", `stty rows 20 cols 80; exec ${await compiledProgram()}`, "/dev/null"];
  const { code, stdout } = await new Deno.Command("script", { args, clearEnv: true, env }).output();
  const text = new TextDecoder().decode(stdout);
  assertEquals(code, 0, text);
  return text;
}

clusterTest(
  "at a terminal a run shows its steps live, and at last all of them as they ended",
  async (space) => {
    await createStatusObject(space);
    const text = await shown(space);
    assertStringIncludes(text, "0/1 steps have ended");
    // deno-lint-ignore no-control-regex
    const last = text.split(/\x1b\[\d+A\x1b\[J/).at(-1) ?? "";
    assertMatch(last, /work +Succeeded \d+(\.\d)?s/);
    assertStringIncludes(last, "1/1 steps have ended");
  },
);

clusterTest("a terminal that wants no colours is not drawn on", async (space) => {
  await createStatusObject(space);
  const text = await shown(space, { NO_COLOR: "1" });
  assertEquals(text.includes("\x1b["), false, text);
  assertStringIncludes(text, 'Workflow \\"work\\" is Succeeded');
});
