/**
 * Compiles programs: `deno task compile [NAME…] [--target TRIPLE]`, by default every program of this folder.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { denoCommand } from "../tests/without_jsr/deno.ts";
import { SANDBOX_FLAGS, withBundle } from "./bundle.ts";

/** Options of {@linkcode compileProgram}. */
export interface CompileOptions {
  /** The program's main module. */
  entry: string;
  /** The binary to make. */
  output: string;
  /** What to compile for, such as `aarch64-unknown-linux-gnu`; by default this machine. */
  target?: string;
}

/** Bundles a program and compiles the bundle. Fails if either does, or if the binary cannot start. */
export async function compileProgram({ entry, output, target }: CompileOptions): Promise<void> {
  const part = `${output}.part`;
  await withBundle(entry, (main) =>
    deno(
      "compile",
      "--quiet",
      ...SANDBOX_FLAGS,
      // The cache has a predictable name in a folder that everyone writes.
      "--no-code-cache",
      // The Worker is the main module once more.
      "--include",
      main,
      ...(target ? ["--target", target] : []),
      "--output",
      part,
      main,
    ));
  // `deno compile` succeeds even where the result cannot start.
  if (!target) await succeed(new Deno.Command(part, { args: ["--version"], stdout: "null" }));
  // At once: whoever runs the program meanwhile finds the old one or the new one.
  await Deno.rename(part, output);
}

async function deno(...args: [string, ...string[]]): Promise<void> {
  await succeed(await denoCommand(args));
}

async function succeed(command: Deno.Command): Promise<void> {
  const { code } = await command.spawn().status;
  if (code !== 0) throw new Error(`A command of the compilation ended with code ${code}`);
}

async function programs(): Promise<string[]> {
  const names = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(".", import.meta.url))) {
    if (isDirectory) names.push(name);
  }
  return names.sort();
}

if (import.meta.main) {
  const { _: names, target } = parseArgs(Deno.args, { string: ["target"] });
  for (const name of names.length > 0 ? names.map(String) : await programs()) {
    const output = `dist/${name}${target ? `-${target}` : ""}`;
    await compileProgram({ entry: `cmd/${name}/main.ts`, output, ...(target ? { target } : {}) });
    const { size } = await Deno.stat(output);
    // deno-lint-ignore no-console
    console.log(`${output} (${Math.round(size / 1e6)} MB)`);
  }
}
