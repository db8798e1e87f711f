/**
 * Runs a program from source, with the permissions of its binary: `deno task run argo [FLAGS]`.
 *
 * @module
 */
import { denoCommand } from "../../.ci/without_jsr/deno.ts";
import { programs, SANDBOX_FLAGS, withBundle } from "./bundle.ts";
import { runTask } from "./task.ts";

/** Options of {@linkcode runProgram}. */
export interface RunProgramOptions extends Omit<Deno.CommandOptions, "args"> {
  /** The program's name: the NAME of `cmd/NAME-runner`. */
  name: string;
  /** The program's flags. */
  flags?: string[];
}

/** Runs a program until it ends, passing on signals. Returns its exit code. */
export async function runProgram({ name, flags = [], ...options }: RunProgramOptions): Promise<number> {
  return await withBundle(`cmd/${name}-runner/main.ts`, async (main) => {
    const command = await denoCommand(["run", "--quiet", ...SANDBOX_FLAGS, main, ...flags], options);
    const child = command.spawn();
    const passOn = (["SIGINT", "SIGTERM"] as const).map((signal) =>
      [signal, () => child.kill(signal)] as const
    );
    for (const [signal, listener] of passOn) Deno.addSignalListener(signal, listener);
    try {
      return (await child.status).code;
    } finally {
      for (const [signal, listener] of passOn) Deno.removeSignalListener(signal, listener);
    }
  });
}

async function main([name, ...flags]: string[]): Promise<number> {
  const names = (await programs()).map((program) => program.replace(/-runner$/, ""));
  // Deno starts a task in the project's folder, but the paths in flags are relative to the user's folder.
  const cwd = Deno.env.get("INIT_CWD") ?? Deno.cwd();
  if (name && names.includes(name)) return await runProgram({ name, flags, cwd });
  // deno-lint-ignore no-console
  console.error(`usage: deno task run NAME [FLAGS], where NAME is one of ${names.join(", ")}`);
  return 2;
}

if (import.meta.main) await runTask(() => main(Deno.args));
