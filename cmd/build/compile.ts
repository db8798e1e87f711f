/**
 * Compiles programs: `deno task compile [NAME…] [--target TRIPLE]`, by default every program of this folder.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { denoCommand } from "../../.ci/without_jsr/deno.ts";
import { basename, dirname, join, relative, resolve } from "node:path";
import { programs, ROOT, SANDBOX_FLAGS, withBundle } from "./bundle.ts";
import { runTask } from "./task.ts";

/** The path of a compiled program. */
export function binaryPath(name: string): string {
  return join(ROOT, "dist", name);
}

/** Options of {@linkcode compileProgram}. */
export interface CompileOptions {
  /** The path of the program's main module in the project's folder. */
  entry: string;
  /** The path of the binary. */
  output: string;
  /** The target platform, such as `aarch64-unknown-linux-gnu`; this machine by default. */
  target?: string;
}

/** Bundles a program and compiles the bundle. Fails if either step fails, or if the binary cannot start. */
export async function compileProgram({ entry, output, target }: CompileOptions): Promise<void> {
  const part = resolve(`${output}.part`);
  await makeFolder(dirname(part));
  await withBundle(entry, async (main) => {
    const name = basename(main);
    const args = [
      "--quiet",
      ...SANDBOX_FLAGS,
      // Deno's code cache would have a predictable name in a folder that everyone may write.
      "--no-code-cache",
      // The Worker loads the main module again.
      ...["--include", name],
      ...(target ? ["--target", target] : []),
      ...["--output", part],
      name,
    ];
    // Compile in the bundle's folder, since its path may contain characters that Deno reads as a pattern.
    await succeed(await denoCommand(["compile", ...args], { cwd: dirname(main) }));
  });
  // `deno compile` succeeds even if the binary cannot start.
  if (!target) await succeed(new Deno.Command(part, { args: ["--version"], stdout: "null" }));
  // The rename is atomic: a start of the program meanwhile finds the old or the new binary.
  await Deno.rename(part, output);
}

async function makeFolder(folder: string): Promise<void> {
  await Deno.mkdir(folder, { recursive: true }).catch((cause) => {
    throw new Error(`Cannot make the folder "${folder}": ${cause.message}`, { cause });
  });
}

async function succeed(command: Deno.Command): Promise<void> {
  const { code } = await command.spawn().status;
  if (code !== 0) throw new Error(`A command of the compilation ended with code ${code}`);
}

async function main(args: string[]): Promise<number> {
  const { _: names, target } = parseArgs(args, { string: ["target"] });
  const known = await programs();
  const unknown = names.map(String).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new Error(`There is no program "${unknown}", expected ${known.join(", ")}`);
  }
  for (const name of names.length > 0 ? names.map(String) : known) {
    const output = binaryPath(`${name}${target ? `-${target}` : ""}`);
    await compileProgram({ entry: `cmd/${name}/main.ts`, output, ...(target ? { target } : {}) });
    const { size } = await Deno.stat(output);
    // deno-lint-ignore no-console
    console.log(`${relative(Deno.cwd(), output)} (${Math.round(size / 1e6)} MB)`);
  }
  return 0;
}

if (import.meta.main) await runTask(() => main(Deno.args));
