import { assertEquals, assertStringIncludes } from "@std/assert";
import { argoRunner } from "../../runners/argo/mod.ts";
import { checkProgram } from "../../src/check/check_program.ts";
import { RunError } from "../../src/errors.ts";
import { ApiError } from "../../src/kube/api_error.ts";
import type { WorkInput } from "../../src/program/sandbox.ts";
import { MemoryClient } from "../lab/memory_client.ts";
import { aConfig, anApi, MANIFEST } from "../lab/check_lab.ts";

const PROGRAM = { program: "argo-runner", runner: argoRunner };

function anInput(fields: Partial<WorkInput> = {}): WorkInput {
  const { signal } = new AbortController();
  const apiServer = { server: "https://api.example.org" };
  return { env: {}, args: [], apiServer, apiServerProblem: "", warnings: [], signal, ...fields };
}

async function withManifest(manifest: object, test: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, JSON.stringify(manifest));
    await test(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("checkProgram() prints what is missing and ends with the code of a run", async () => {
  await withManifest(MANIFEST, async (manifestPath) => {
    const api = anApi();
    const options = {
      config: aConfig({ manifestPath }),
      kube: new MemoryClient(api),
      format: "text",
    } as const;
    const good = await checkProgram(PROGRAM, anInput({ warnings: ["HTTPS_PROXY is ignored"] }), options);
    assertEquals(good.exitCode, 0, good.text);
    assertStringIncludes(good.text, "warning      settings       HTTPS_PROXY is ignored\n");
    api.delete("ConfigMap", "team", "demo");
    const bad = await checkProgram(PROGRAM, anInput(), options);
    assertEquals(bad.exitCode, 22, bad.text);
    assertStringIncludes(bad.text, "\na run would end with exit code 22 (TargetMissing)");
  });
});

Deno.test("checkProgram() hides the manifest's secrets in what the API server says", async () => {
  const secret = { parameters: [{ name: "token", value: "hunter2-and-more" }] };
  await withManifest({ ...MANIFEST, arguments: secret }, async (manifestPath) => {
    const kube = new MemoryClient(anApi());
    kube.trouble = ({ method }) =>
      method === "create" ? new ApiError('invalid value "hunter2-and-more"', { fault: "denied" }) : undefined;
    const options = { config: aConfig({ manifestPath }), kube, format: "json" } as const;
    const { exitCode, text } = await checkProgram(PROGRAM, anInput(), options);
    assertEquals(exitCode, 20);
    assertStringIncludes(text, 'invalid value \\"***\\"');
    assertEquals(text.includes("hunter2"), false);
  });
});

Deno.test("checkProgram() that is interrupted ends with the signal's code", async () => {
  const end = new AbortController();
  end.abort(new RunError("Interrupted", "interrupted by SIGINT"));
  const options = { config: aConfig(), kube: new MemoryClient(anApi()), format: "text" } as const;
  const { exitCode, text } = await checkProgram(PROGRAM, anInput({ signal: end.signal }), options);
  assertEquals([exitCode, text], [130, "argo-runner: interrupted by SIGINT\n"]);
});
