/**
 * Runs of the helm-runner, and what Helm itself says of the releases.
 *
 * @module
 */
import { clusterTest, createAccount, eventually, type Needs, type Space } from "../../lab/cluster.ts";
import { type AnyObject, find, list } from "../../lab/objects.ts";
import { type Ended, run, type RunningProgram, start } from "../../../lab/compiled_program.ts";
import { runnerEnv } from "../../lab/runner_env.ts";

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

/** The Helm image, which must be on the node. */
export const HELM_IMAGE = Deno.env.get("E2E_HELM_IMAGE") ?? "localhost/helm:1";
/** How long it may take until a hook exists, milliseconds: the pod that runs Helm must start first. */
const HOOK_MS = 60_000;
/** What the tests run. */
export const HELM_RUNNER = { program: "helm-runner" } as const;

/** A cluster test that asks Helm itself for its verdict. */
export function helmTest(
  name: string,
  work: (space: Space) => Promise<void>,
  { programs = [] }: Needs = {},
): void {
  clusterTest(name, async (space) => {
    await createAccount(space, HELM_ACCOUNT, [{ apiGroups: ["*"], resources: ["*"], verbs: ["*"] }]);
    await work(space);
  }, { programs: ["helm", ...programs] });
}

/** Runs the helm-runner to its end. */
export async function runHelm(
  space: Space,
  args: AnyObject,
  more: Record<string, string> = {},
): Promise<Ended> {
  return await run(await helmEnv(space, args, more), HELM_RUNNER);
}

/** Starts the helm-runner. */
export async function startHelm(
  space: Space,
  args: AnyObject,
  more: Record<string, string> = {},
): Promise<RunningProgram> {
  return await start(await helmEnv(space, args, more), HELM_RUNNER);
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

/** A release's revisions, the oldest first; empty if there is no such release. */
export async function history({ namespace }: Space, release = "work"): Promise<Revision[]> {
  const { success, stdout, stderr } = await helm("history", release, "-o", "json", "-n", namespace);
  if (success) return JSON.parse(stdout);
  if (stderr.includes("release: not found")) return [];
  throw new Error(`helm history: ${stderr}`);
}

/** The revisions in short: `1 superseded`, `2 deployed`. */
export async function revisions(space: Space, release?: string): Promise<string[]> {
  return (await history(space, release)).map(({ revision, status }) => `${revision} ${status}`);
}

/** The Jobs that the helm-runner has made, without the hooks of charts. */
export async function helmJobs(space: Space): Promise<AnyObject[]> {
  const jobs = await list({ apiVersion: "batch/v1", kind: "Job" }, space);
  return jobs.filter(({ metadata }) => metadata?.labels?.["runner.capact.io/created-by"] === "helm-runner");
}

/** Waits until a chart's hook is under way: from then on Helm waits for its end. */
export async function hookStarted({ namespace }: Space): Promise<void> {
  const hook = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "work-hook", namespace } };
  await eventually("the hook is there", HOOK_MS, () => find(hook));
}

/** Runs Helm itself until it waits for the hook, and kills it: the release's status stays as it is, pending. */
export async function killHelmInHook(space: Space, ...args: string[]): Promise<void> {
  const command = new Deno.Command("helm", { args, stdin: "null", stdout: "null", stderr: "null" });
  await using child = command.spawn();
  await hookStarted(space);
  child.kill("SIGKILL");
}

/** Runs Helm itself, as the user of KUBECONFIG. */
export async function helm(...args: string[]): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const { success, stdout, stderr } = await new Deno.Command("helm", { args, stdin: "null" }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { success, stdout: text(stdout), stderr: text(stderr) };
}
