/**
 * The compiled program whose runner breaks.
 *
 * @module
 */
import { compileProgram } from "../../../../cmd/build/compile.ts";
import type { Breakage, BrokenStep } from "../programs/broken_runner.ts";
import { RunningProgram } from "../../../lab/compiled_program.ts";
import type { Rig } from "./rig.ts";

let compiled: Promise<string> | undefined;

/** The compiled program; made once, removed when the tests end. */
function brokenProgram(): Promise<string> {
  compiled ??= compileBroken();
  return compiled;
}

async function compileBroken(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "action-runner-broken-" });
  addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  const output = `${folder}/broken-runner`;
  const entry = "tests/cluster/faults/programs/broken_runner.ts";
  await compileProgram({ entry, output });
  return output;
}

/** Starts it with a manifest that says in which step its runner breaks, and how. */
export async function startBroken(
  rig: Rig,
  { step, how, env = {} }: { step: BrokenStep; how: Breakage; env?: Record<string, string> },
): Promise<RunningProgram> {
  await Deno.writeTextFile(`${rig.folder}/manifest.yaml`, JSON.stringify({ step, how }));
  return rig.start({ RUNNER_LOGGER_DEV_MODE: "false", ...env }, { path: await brokenProgram() });
}
