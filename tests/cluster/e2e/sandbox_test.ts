import { compileProgram } from "../../../cmd/build/compile.ts";
import { checkSandbox } from "../../sandbox/check_sandbox.ts";

const CANARY = "tests/sandbox/canary.ts";

Deno.test("sandbox() lets a compiled run read its manifest, reach its API server, and no more", async (t) => {
  const folder = await Deno.makeTempDir();
  const binary = `${folder}/canary`;
  try {
    await compileProgram({ entry: CANARY, output: binary });
    await t.step("with pipes", () => checkSandbox({ command: binary, args: [] }));
    // On a terminal Deno asks for permissions that are missing, unless the binary forbids that.
    await t.step(
      "on a terminal",
      () => checkSandbox({ command: "script", args: ["-qec", binary, "/dev/null"] }),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
