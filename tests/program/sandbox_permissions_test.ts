import { assertEquals } from "@std/assert";
import { type Needs, type PathSetting, runPermissions } from "../../src/program/sandbox_permissions.ts";

const MAIN = "file:///program/main.js";
const FILES: PathSetting = { variable: "RUNNER_FILES", flag: "files" };

/** What a run may read beside its own modules. */
function readSet({ env = {}, args = [] }: Partial<Needs>, reads?: PathSetting[]): string[] {
  const { read } = runPermissions(MAIN, { env, args }, reads);
  return read ? read.filter((path) => path !== "/program/") : [];
}

const cases: { what: string; needs: Partial<Needs>; reads?: PathSetting[]; expected: string[] }[] = [
  { what: "nothing where nothing is named", needs: {}, expected: [] },
  {
    what: "the manifest that its variable names",
    needs: { env: { RUNNER_INPUT_MANIFEST_PATH: "/m" } },
    expected: ["/m"],
  },
  {
    what: "the manifest that its flag names, not its variable",
    needs: { env: { RUNNER_INPUT_MANIFEST_PATH: "/m" }, args: ["run", "--manifest", "/n"] },
    expected: ["/n"],
  },
  {
    what: "the manifest that the last of its flags names",
    needs: { args: ["--manifest=/m", "--manifest=/n=1"] },
    expected: ["/n=1"],
  },
  {
    what: "both files of the other contract",
    needs: { env: { RUNNER_CONTEXT_PATH: "/c", RUNNER_ARGS_PATH: "/a" }, args: ["--context=/d"] },
    expected: ["/d", "/a"],
  },
  {
    what: "nothing that only looks like a program's own setting",
    needs: { env: { RUNNER_FILES: "/f" }, args: ["--files", "/g"] },
    expected: [],
  },
  {
    what: "what a program's own setting names",
    needs: { env: { RUNNER_INPUT_MANIFEST_PATH: "/m", RUNNER_FILES: "/f" } },
    reads: [FILES],
    expected: ["/m", "/f"],
  },
  {
    what: "what the flag of a program's own setting names",
    needs: { env: { RUNNER_FILES: "/f" }, args: ["--files=/g"] },
    reads: [FILES],
    expected: ["/g"],
  },
  {
    what: "nothing for a setting that is empty",
    needs: { env: { RUNNER_FILES: "" } },
    reads: [FILES],
    expected: [],
  },
];

for (const { what, needs, reads, expected } of cases) {
  Deno.test(`runPermissions() lets a run read ${what}`, () => {
    assertEquals(readSet(needs, reads), expected);
  });
}
