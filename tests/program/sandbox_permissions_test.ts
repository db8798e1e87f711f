import { assertEquals } from "@std/assert";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { ALL_SETTINGS, type Setting } from "../../src/config/settings.ts";
import { runPermissions } from "../../src/program/sandbox_permissions.ts";

const MAIN = "file:///program/main.js";
const FILES: Setting<string> = {
  variable: "RUNNER_FILES",
  flag: "files",
  placeholder: "FOLDER",
  help: "where they are",
  isPath: true,
  parse: (text) => text,
};

interface Given {
  env?: Record<string, string>;
  args?: string[];
}

/** What a run may read besides its own modules. */
function readSet({ env = {}, args = [] }: Given, settings?: Setting<string>[]): string[] {
  const { read } = runPermissions(MAIN, { env, commandLine: parseCommandLine(args) }, settings);
  return read ? read.filter((path) => path !== "/program/") : [];
}

const cases: { what: string; needs: Given; settings?: Setting<string>[]; expected: string[] }[] = [
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
    expected: ["/a", "/d"],
  },
  {
    what: "nothing that only looks like a program's own setting",
    needs: { env: { RUNNER_FILES: "/f" }, args: ["--files", "/g"] },
    expected: [],
  },
  {
    what: "what a program's own setting names",
    needs: { env: { RUNNER_INPUT_MANIFEST_PATH: "/m", RUNNER_FILES: "/f" } },
    settings: [FILES],
    expected: ["/m", "/f"],
  },
  {
    what: "what the flag of a program's own setting names",
    needs: { env: { RUNNER_FILES: "/f" }, args: ["--files=/g"] },
    settings: [FILES],
    expected: ["/g"],
  },
  {
    what: "what a program's own setting names by default",
    needs: {},
    settings: [{ ...FILES, default: "/d" }],
    expected: ["/d"],
  },
  {
    what: "nothing for a setting that names no path",
    needs: { env: { RUNNER_FILES: "/f" } },
    settings: [{ ...FILES, isPath: false }],
    expected: [],
  },
  {
    what: "nothing where a flag lacks its value",
    needs: { env: { RUNNER_INPUT_MANIFEST_PATH: "/m" }, args: ["--manifest", "--dry-run"] },
    expected: [],
  },
  {
    what: "nothing for a setting that is empty",
    needs: { env: { RUNNER_FILES: "" } },
    settings: [FILES],
    expected: [],
  },
];

for (const { what, needs, settings, expected } of cases) {
  Deno.test(`runPermissions() lets a run read ${what}`, () => {
    assertEquals(readSet(needs, settings), expected);
  });
}

Deno.test("every setting whose value is a FILE or FOLDER names what a run may read", () => {
  const paths = ALL_SETTINGS.filter(({ isPath }) => isPath).map(({ flag }) => flag);
  const files = ALL_SETTINGS.filter(({ placeholder }) => ["FILE", "FOLDER"].includes(placeholder ?? ""));
  assertEquals(paths, files.map(({ flag }) => flag));
});
