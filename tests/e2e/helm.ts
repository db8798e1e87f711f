/**
 * Runs of the helm-runner, and what Helm itself says of the releases.
 *
 * @module
 */
import { type AnyObject, clusterTest, createAccount, type Space } from "./cluster.ts";
import { type Ended, run, runnerEnv, type RunningProgram, start } from "./program.ts";

/** A release's revision, as `helm history` has it. */
export interface Revision {
  revision: number;
  status: string;
  chart: string;
  app_version: string;
  description: string;
}

/** The account that Helm works under: it may do everything in the test's namespace. */
export const HELM_ACCOUNT = "helm";

const HELM_IMAGE = Deno.env.get("E2E_HELM_IMAGE") ?? "localhost/helm:1";
const PROGRAM = { program: "helm-runner" } as const;

/** What a test needs beside the cluster: these programs. */
export interface Needs {
  programs?: string[];
}

/** A cluster test that asks Helm for its verdict. Without the programs it needs it is ignored, and its name says why. */
export function helmTest(
  name: string,
  work: (space: Space) => Promise<void>,
  { programs = [] }: Needs = {},
): void {
  const missing = ["helm", ...programs].filter((program) => !isThere(program));
  if (missing.length > 0) {
    const why = `not on PATH: ${missing.join(", ")}`;
    return Deno.test({ name: `${name} (ignored: ${why})`, ignore: true, fn() {} });
  }
  clusterTest(name, async (space) => {
    await createAccount(space, HELM_ACCOUNT, [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);
    await work(space);
  });
}

function isThere(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", 'command -v "$0"', program] }).outputSync().success;
}

/** Runs the helm-runner to its end. */
export async function runHelm(
  space: Space,
  args: AnyObject,
  more: Record<string, string> = {},
): Promise<Ended> {
  return await run(await helmEnv(space, args, more), PROGRAM);
}

/** Starts the helm-runner. */
export async function startHelm(
  space: Space,
  args: AnyObject,
  more: Record<string, string> = {},
): Promise<RunningProgram> {
  return await start(await helmEnv(space, args, more), PROGRAM);
}

/** The environment of a run with these arguments. */
export async function helmEnv(
  space: Space,
  args: AnyObject,
  more: Record<string, string> = {},
): Promise<Record<string, string>> {
  return await runnerEnv(space, args, {
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: HELM_ACCOUNT,
    RUNNER_HELM_IMAGE: HELM_IMAGE,
    ...more,
  });
}

/** The revisions of the release `work`, the oldest first; none if there is no such release. */
export async function history({ namespace }: Space): Promise<Revision[]> {
  const { success, stdout, stderr } = await helm("history", "work", "-o", "json", "-n", namespace);
  if (success) return JSON.parse(stdout);
  if (stderr.includes("release: not found")) return [];
  throw new Error(`helm history: ${stderr}`);
}

/** The revisions in short: `1 superseded`, `2 deployed`. */
export async function revisions(space: Space): Promise<string[]> {
  return (await history(space)).map(({ revision, status }) => `${revision} ${status}`);
}

/** Runs Helm itself, as the user of KUBECONFIG. */
export async function helm(...args: string[]): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command("helm", { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}
