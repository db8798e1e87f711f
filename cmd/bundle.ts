/**
 * What the binaries and the programs run from source have in common.
 *
 * @module
 */
import { denoCommand } from "../tests/without_jsr/deno.ts";

/** The flags of Deno that the sandbox needs. */
export const SANDBOX_FLAGS = [
  // A permission that the program gave up must not be asked for on a terminal.
  "--no-prompt",
  "--unstable-worker-options",
  "--permission-set=runner",
];

/**
 * Bundles a program into a temporary folder for as long as `use` takes.
 *
 * Unbundled, every file of every npm package would be embedded in a binary: 160 MB instead of 100, and half a second
 * to start.
 */
export async function withBundle<T>(entry: string, use: (main: string) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "bundle-" });
  try {
    const command = await denoCommand(["bundle", "--quiet", "--code-splitting", "--outdir", folder, entry]);
    const { success } = await command.spawn().status;
    if (!success) throw new Error(`Cannot bundle ${entry}`);
    const name = entry.slice(entry.lastIndexOf("/") + 1).replace(/\.ts$/, ".js");
    return await use(`${folder}/${name}`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
