import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, eventually, type Space } from "../lab/cluster.ts";
import { type AnyObject, create, find, read, remove } from "../lab/objects.ts";
import { type Ended, run, type RunOptions } from "../../lab/compiled_program.ts";
import { reportOf, writeManifest } from "../lab/runner_env.ts";
import { assertNothingCreated, createStatusObject, pauseSpec, uidOf, workflowRef } from "../lab/workflows.ts";

/** How long the garbage collector may take, milliseconds. */
const COLLECTOR_MS = 60_000;

const KUBECONFIG = Deno.env.get("KUBECONFIG") ?? "";

/** Writes a context as an engine in Go does; `more` are further lines of `platform`. */
async function writeContext({ namespace, folder }: Space, more: string[] = []): Promise<string> {
  const path = `${folder}/context.yaml`;
  const lines = [
    "dryRun: false",
    "name: work",
    "platform:",
    `  namespace: ${namespace}`,
    ...more.map((line) => `  ${line}`),
    "  serviceAccountName: worker",
    "timeout: 30m0s",
  ];
  await Deno.writeTextFile(path, lines.join("\n") + "\n");
  return path;
}

function ownerLines({ metadata }: AnyObject): string[] {
  return [
    "ownerRef:",
    "  apiVersion: v1",
    "  blockOwnerDeletion: true",
    "  controller: true",
    "  kind: ConfigMap",
    `  name: ${metadata?.name}`,
    `  uid: ${metadata?.uid}`,
  ];
}

async function runFiles(space: Space, context: string, options: RunOptions = {}): Promise<Ended> {
  const RUNNER_ARGS_PATH = await writeManifest(space, { workflow: pauseSpec(1) });
  return await run({ KUBECONFIG, RUNNER_CONTEXT_PATH: context, RUNNER_ARGS_PATH }, options);
}

clusterTest(
  "a Workflow from the two files is reported, belongs to its owner and goes with it",
  async (space) => {
    await createStatusObject(space);
    const owner = await create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "owner", namespace: space.namespace },
    });
    const ended = await runFiles(space, await writeContext(space, ownerLines(owner)));
    assertEquals(ended.code, 0, ended.stderr);
    assertEquals(reportOf(ended).phase, "Succeeded");
    const { metadata, spec } = await read(workflowRef(space));
    assertEquals(spec.serviceAccountName, "worker");
    assertEquals(metadata?.ownerReferences?.map((reference: AnyObject) => ({ ...reference })), [{
      apiVersion: "v1",
      kind: "ConfigMap",
      name: "owner",
      uid: uidOf(owner),
      controller: true,
      blockOwnerDeletion: true,
    }]);

    const again = await runFiles(space, await writeContext(space));
    assertEquals(again.code, 0, again.stderr);
    assertEquals(reportOf(again).object.adopted, true, "an owner is no part of what proves an object");

    await remove(owner);
    await eventually(
      "the Workflow is collected",
      COLLECTOR_MS,
      async () => await find(workflowRef(space)) ? undefined : true,
    );
  },
);

clusterTest("flags name the two files, and win over what is in them", async (space) => {
  await createStatusObject(space);
  const args = await writeManifest(space, { workflow: pauseSpec() });
  const context = await writeContext(space);
  const ended = await run({ KUBECONFIG }, {
    args: ["--context", context, "--args", args, "--timeout", "2s"],
  });
  assertEquals(ended.code, 124, ended.stderr);
});

clusterTest(
  "what is wrong with the files ends the run with 2, a line each and nothing created",
  async (space) => {
    await createStatusObject(space);
    const path = `${space.folder}/context.yaml`;
    const refused = async (text: string, lines: string[]) => {
      await Deno.writeTextFile(path, text);
      const ended = await runFiles(space, path);
      assertEquals(ended.code, 2, ended.stderr);
      assertEquals(ended.text, lines.map((line) => `argo-runner: "${path}"${line}`));
    };
    await refused("", [" is empty"]);
    await refused("name: work\nplatform: {namespace: Bad}\ntimeout: 600\n", [
      `: platform.namespace: "Bad" is not a valid name (RFC 1123: lower-case letters, digits and -, starting and ending with a letter or digit)`,
      ": platform.serviceAccountName: is required (or --service-account NAME)",
      ": timeout: 600 has no unit, expected a text such as 10m",
    ]);
    await Deno.remove(path);
    const [line = "", ...others] = (await runFiles(space, path)).text;
    assertEquals([line, others], [`argo-runner: "${path}" is not found`, []]);
    await assertNothingCreated(space);
  },
);

clusterTest(
  "both contracts at once, or half of one, end the run with 2, one line and nothing created",
  async (space) => {
    await createStatusObject(space);
    const files = {
      RUNNER_CONTEXT_PATH: await writeContext(space),
      RUNNER_ARGS_PATH: await writeManifest(space, pauseSpec(1)),
    };
    const cases: [env: Record<string, string>, says: string][] = [
      [
        { ...files, RUNNER_CONTEXT_NAME: "work" },
        "RUNNER_CONTEXT_PATH, RUNNER_ARGS_PATH: cannot be given together with RUNNER_CONTEXT_NAME",
      ],
      [
        { RUNNER_CONTEXT_PATH: files.RUNNER_CONTEXT_PATH },
        "RUNNER_ARGS_PATH: is required with RUNNER_CONTEXT_PATH",
      ],
      [
        { RUNNER_ARGS_PATH: files.RUNNER_ARGS_PATH },
        "RUNNER_CONTEXT_PATH: is required with RUNNER_ARGS_PATH",
      ],
    ];
    for (const [env, says] of cases) {
      const ended = await run({ KUBECONFIG, ...env });
      assertEquals([ended.code, ended.text.length], [2, 1], ended.stderr);
      assertStringIncludes(ended.text[0] ?? "", says);
    }
    await assertNothingCreated(space);
  },
);

clusterTest("--help and --version need no settings and no cluster", async () => {
  const help = await run({}, { args: ["--help"] });
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "RUNNER_CONTEXT_PATH");
  const version = await run({}, { args: ["--version"] });
  assertEquals([version.code, version.stderr], [0, ""]);
  assertMatch(version.stdout, /^argo-runner \d+\.\d+\.\d+ \((commit [^ ,]+, )?Deno \d+\.\d+\.\d+, \S+\)\n$/);
});
