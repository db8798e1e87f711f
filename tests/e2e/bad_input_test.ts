import { assertEquals, assertStringIncludes } from "@std/assert";
import { type AnyObject, clusterTest, type Space } from "./cluster.ts";
import { type Ended, run, runnerEnv } from "./program.ts";
import { assertNothingCreated, aWorkflow, createStatusObject, pauseSpec } from "./workflows.ts";

/** How long bad input may take to be told, milliseconds: a person's patience, three times for a busy machine. */
const FAST_MS = 10_000;

/** Asserts that each of `problems` has its line, and that there is no other. */
function assertBadInput(ended: Ended, problems: string[]): void {
  assertEquals(ended.code, 2, ended.stderr);
  assertEquals(ended.text.length, problems.length, ended.stderr);
  for (const [index, problem] of problems.entries()) {
    assertStringIncludes(ended.text[index]!, problem);
    assertEquals(ended.text[index]!.startsWith("argo-runner: "), true, ended.text[index]);
  }
  assertEquals(ended.tookMs < FAST_MS, true, `${ended.tookMs} ms`);
}

const REQUIRED = [
  "RUNNER_INPUT_MANIFEST_PATH",
  "RUNNER_CONTEXT_NAME",
  "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
  "RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME",
];

clusterTest("without the required variables the run ends with 2 and a line for each", async () => {
  const KUBECONFIG = Deno.env.get("KUBECONFIG")!;
  assertBadInput(await run({ KUBECONFIG }), REQUIRED.map((name) => `${name}: is required`));
});

clusterTest("with empty required variables the run ends with 2 and a line for each", async (space) => {
  const empty = Object.fromEntries(REQUIRED.map((name) => [name, ""]));
  const ended = await run(await runnerEnv(space, pauseSpec(), empty));
  assertBadInput(ended, REQUIRED.map((name) => `${name}: is empty`));
});

const settings = [
  {
    name: "one required variable that is empty",
    env: { RUNNER_CONTEXT_NAME: "" },
    says: "is empty",
  },
  {
    name: "a number without a unit as time-out",
    env: { RUNNER_TIMEOUT: "10" },
    says: 'RUNNER_TIMEOUT: "10"',
  },
  { name: "a negative time-out", env: { RUNNER_TIMEOUT: "-5s" }, says: 'RUNNER_TIMEOUT: "-5s"' },
  {
    name: "a word as boolean",
    env: { RUNNER_CONTEXT_DRY_RUN: "yes" },
    says: 'RUNNER_CONTEXT_DRY_RUN: "yes"',
  },
  { name: "a name that Kubernetes does not take", env: { RUNNER_CONTEXT_NAME: "My_Work" }, says: "My_Work" },
  {
    name: "a namespace that leads elsewhere",
    env: { RUNNER_CONTEXT_PLATFORM_NAMESPACE: "../x" },
    says: "RUNNER_CONTEXT_PLATFORM_NAMESPACE",
  },
  { name: "an unknown reporter", env: { RUNNER_STATUS_REPORTER: "mail" }, says: "configmap, secret, nop" },
  {
    name: "an unknown way with existing objects",
    env: { RUNNER_ON_EXISTING: "steal" },
    says: "adopt, refuse",
  },
  {
    name: "a kubeconfig that is not there",
    env: { KUBECONFIG: "/no/such/kubeconfig" },
    says: "is not found",
  },
];

clusterTest("a wrong setting ends the run with 2, one line and nothing created", async (space) => {
  await createStatusObject(space);
  for (const { name, env, says } of settings) {
    await told(name, async () => assertBadInput(await run(await runnerEnv(space, pauseSpec(), env)), [says]));
  }
  await assertNothingCreated(space);
});

/** Manifests as files: what is written, and what the one line says. */
const files = [
  { name: "empty", text: "", says: "is empty" },
  { name: "comments only", text: "# nothing\n---\n", says: "is empty" },
  { name: "not YAML", text: 'entrypoint: "main\n', says: "is not YAML" },
  {
    name: "too large",
    text: `entrypoint: main # ${"x".repeat(1.5 * 1024 * 1024)}\n`,
    says: "larger than the limit",
  },
  { name: "not UTF-8", text: new Uint8Array([0xff, 0xfe, 0x00, 0x41]), says: "is not UTF-8 text" },
  { name: "two documents", text: "entrypoint: a\n---\nentrypoint: b\n", says: "more than one document" },
  { name: "a list", text: "- entrypoint: main\n", says: "expected an object" },
  { name: "an unquoted template", text: "entrypoint: {{main}}\n", says: "quote templates" },
  { name: "the same key twice", text: "entrypoint: a\nentrypoint: b\n", says: "is not YAML" },
];

const manifests: { name: string; manifest: (space: Space) => AnyObject; says: string }[] = [
  {
    name: "another kind",
    manifest: (space) => ({ ...aWorkflow(space, pauseSpec()), kind: "CronWorkflow" }),
    says: "CronWorkflow",
  },
  {
    name: "another name",
    manifest: (space) => aWorkflow(space, pauseSpec(), { name: "other" }),
    says: 'metadata.name "other"',
  },
  {
    name: "another namespace",
    manifest: (space) => aWorkflow(space, pauseSpec(), { namespace: "default" }),
    says: 'metadata.namespace "default"',
  },
  {
    name: "an entrypoint that is not there",
    manifest: () => ({ ...pauseSpec(), entrypoint: "nowhere" }),
    says: 'entrypoint "nowhere"',
  },
  { name: "no templates", manifest: () => ({ entrypoint: "main" }), says: "no templates" },
];

clusterTest("a bad manifest ends the run with 2, one line and nothing created", async (space) => {
  await createStatusObject(space);
  const assertRefused = async (manifest: AnyObject | string, says: string) =>
    assertBadInput(await run(await runnerEnv(space, manifest)), [says]);
  await told("absent", () => assertRefused(`${space.folder}/absent.yaml`, "is not found"));
  await told("a folder", () => assertRefused(space.folder, "is not a regular file"));
  for (const { name, text, says } of files) {
    const path = `${space.folder}/manifest.yaml`;
    await Deno.writeFile(path, typeof text === "string" ? new TextEncoder().encode(text) : text);
    await told(name, () => assertRefused(path, says));
  }
  for (const { name, manifest, says } of manifests) {
    await told(name, () => assertRefused(manifest(space), says));
  }
  await assertNothingCreated(space);
});

/** Puts the name of a table's row in front of what failed. */
async function told(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error });
  }
}
