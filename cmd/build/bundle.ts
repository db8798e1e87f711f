/**
 * Bundles a program, both for binaries and for runs from source.
 *
 * @module
 */
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { denoCommand } from "../../.ci/without_jsr/deno.ts";
import { withTemporaryFolder } from "./temporary_folder.ts";

/** The flags of Deno that the sandbox needs. */
export const SANDBOX_FLAGS = [
  // Without this flag Deno would ask at a terminal for permissions that the program has given up.
  "--no-prompt",
  "--unstable-worker-options",
  "--permission-set=runner",
];

/** The project's folder. */
export const ROOT = join(import.meta.dirname!, "../..");

/**
 * Bundles a program into a temporary folder that exists while `use` runs. The program's main module is given by its path
 * in the project's folder.
 *
 * Unbundled, every file of every npm package would be embedded in a binary: 160 MB instead of 100, and half a second
 * to start.
 */
export async function withBundle<T>(entry: string, use: (main: string) => Promise<T>): Promise<T> {
  return await withTemporaryFolder("bundle-", async (folder) => {
    const args = ["--quiet", "--code-splitting", "--outdir", folder, moduleUrl(entry)];
    const command = await denoCommand(["bundle", ...args]);
    const { success } = await command.spawn().status;
    if (!success) throw new Error(`Cannot bundle ${entry}`);
    await writeCommit(folder);
    return await use(`${folder}/${basename(entry, ".ts")}.js`);
  });
}

/** A path for the bundler, which would read a `*` as a pattern. */
function moduleUrl(entry: string): string {
  return pathToFileURL(join(ROOT, entry)).href.replaceAll("*", "%2A");
}

/** The names of the programs: the folders of `cmd/` other than this folder. */
export async function programs(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, "cmd")));
  const own = basename(import.meta.dirname!);
  return entries.filter(({ isDirectory, name }) => isDirectory && name !== own).map(({ name }) => name)
    .sort();
}

/** Writes the commit into a bundle, for `--version`; nothing if the commit is unknown. */
async function writeCommit(folder: string): Promise<void> {
  const commit = Deno.env.get("REVISION")?.slice(0, 12) || await checkedOutCommit();
  if (commit === undefined) return;
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(`${folder}/${name}`);
    const written = text.replace('"%COMMIT%"', JSON.stringify(commit));
    if (written !== text) await Deno.writeTextFile(`${folder}/${name}`, written);
  }
}

/** For example `9d4674f`, or `9d4674f-dirty` with changes; `undefined` without a checkout or without git. */
async function checkedOutCommit(): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command("git", {
      args: ["describe", "--always", "--dirty", "--abbrev=7", "--exclude=*"],
      cwd: ROOT,
      stderr: "null",
    }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch {
    return undefined;
  }
}
