/**
 * What a compiled program is run with on the cluster, and what it says there.
 *
 * @module
 */
import { type Ended, type Program, run } from "../../lab/compiled_program.ts";
import { type Space, WORKER } from "./cluster.ts";
import type { AnyObject } from "./objects.ts";

/** Writes a manifest into the test's folder, as JSON, which is YAML too. Returns its path. */
export async function writeManifest({ folder }: Space, manifest: AnyObject): Promise<string> {
  const path = `${folder}/${crypto.randomUUID()}.yaml`;
  await Deno.writeTextFile(path, JSON.stringify(manifest));
  return path;
}

/** The environment of a run: the required variables, and what the test adds to them. */
export async function runnerEnv(
  space: Space,
  manifest: AnyObject | string,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  return {
    KUBECONFIG: Deno.env.get("KUBECONFIG") ?? "",
    RUNNER_INPUT_MANIFEST_PATH: typeof manifest === "string"
      ? manifest
      : await writeManifest(space, manifest),
    RUNNER_CONTEXT_NAME: "work",
    RUNNER_CONTEXT_PLATFORM_NAMESPACE: space.namespace,
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: WORKER,
    ...more,
  };
}

/** What the command `explain` prints of the cluster's work of a name. */
export async function explain(
  { namespace }: Space,
  name: string,
  { program = "argo-runner", args = [] }: { program?: Program; args?: string[] } = {},
): Promise<{ code: number; text: string }> {
  const { code, stdout } = await run({ KUBECONFIG: Deno.env.get("KUBECONFIG") ?? "" }, {
    program,
    args: ["explain", "--name", name, "--namespace", namespace, ...args],
  });
  return { code, text: stdout };
}

/** The report, which must be the only line on standard output. */
export function reportOf({ report, stdout, stderr }: Ended): AnyObject {
  const lines = stdout.trimEnd().split("\n");
  if (!report || lines.length !== 1 || !stdout.endsWith("\n")) {
    throw new Error(`expected one report on standard output:\n${stdout}\n${stderr}`);
  }
  return report;
}
