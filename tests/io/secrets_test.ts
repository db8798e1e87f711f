import { assert, assertEquals } from "@std/assert";
import { SANDBOX_FLAGS, withBundle } from "../../cmd/build/bundle.ts";
import type { JsonValue } from "../../src/text/json.ts";
import { Mask, secretsIn } from "../../src/io/secrets.ts";
import { embeddedApi, serveEmbeddedApi } from "../../src/testing/mod.ts";
import { denoCommand } from "../../.ci/without_jsr/deno.ts";
import { simulatedArgo } from "../lab/simulated_argo.ts";

const found: [manifest: JsonValue, secrets: string[]][] = [
  [{ password: "s3cret" }, ["s3cret"]],
  [{ dbPassword: "s3cret", user: "me" }, ["s3cret"]],
  [{ parameters: [{ name: "api-key", value: "s3cret" }, { name: "region", value: "eu" }] }, ["s3cret"]],
  [{ env: [{ name: "TOKEN", value: "s3cret" }] }, ["s3cret"]],
  [{ parameters: [{ name: "passphrase", default: "s3cret" }] }, ["s3cret"]],
  [{ credentials: { user: "me", token: "s3cret" } }, ["s3cret"]],
  [{ secretName: "the-secret", caSecretName: "the-ca" }, []],
  [{ parameters: [{ name: "secret-name", value: "the-secret" }] }, []],
  [{ token: 5 }, []],
  [{ maxTokens: 4096 }, []],
  [{ password: 12345678 }, ["12345678"]],
  [{ password: "4096" }, []],
  [{ imagePullSecrets: ["the-secret"] }, []],
  [{ parameters: [{ name: "max-tokens", value: "4096" }, { name: "secret-store", value: "prod" }] }, []],
  [{ auth: { existingSecret: "the-secret", secretKeys: { adminPasswordKey: "the-key" } } }, []],
  [{ tokens: 200_000, tokenLimit: "200000", password: "true" }, []],
  [{ secrets: { db: "hunter2", github: { value: "s3cret" } } }, ["hunter2", "s3cret"]],
  [{ passwords: ["one-1", "two-2"] }, ["one-1", "two-2"]],
  [{ credentials: { username: "someone", url: "https://x", key: "s3cret" } }, ["s3cret"]],
  [{ secrets: [{ name: "db", value: "hunter2" }] }, ["hunter2"]],
  [{ password: { valueFrom: { secretKeyRef: { name: "the-secret", key: "the-key" } } } }, []],
  [{ name: "PASSWORD", valueFrom: { secretKeyRef: { name: "the-secret", key: "password" } } }, []],
  [{
    volumes: [{ name: "v", secret: { secretName: "the-secret", items: [{ key: "a.crt", path: "b.crt" }] } }],
  }, []],
  [{ accessKeySecret: { name: "the-secret", key: "the-key" } }, []],
  [{ token: "{{inputs.parameters.token}}" }, []],
  [{ headers: [{ name: "Authorization", value: "Bearer abc-def" }] }, ["abc-def"]],
  [{ authorization: "rbac", name: "x", value: "Bearer abc-def" }, []],
];

for (const [manifest, secrets] of found) {
  Deno.test(`secretsIn() finds ${secrets.length} in ${JSON.stringify(manifest)}`, () => {
    assertEquals(secretsIn(manifest), secrets);
  });
}

Deno.test("Mask hides every secret, the longest first, in texts at any depth, and leaves keys and other values", () => {
  const mask = new Mask();
  mask.hide(["abcd", "abcdefgh", "x"]);
  assertEquals(mask.applyTo({ abcd: ["abcdefgh!", { b: "no abcd x" }], n: 1, t: null }), {
    abcd: ["***!", { b: "no *** x" }],
    n: 1,
    t: null,
  });
});

Deno.test("Mask hides a short secret only as a whole word, and a long secret anywhere", () => {
  const mask = new Mask();
  mask.hide(["prod", "4096", "long-secret"]);
  assertEquals(
    mask.apply("prod: prod-eu-1, products of prod, 4096Mi, xlong-secretx, (prod)"),
    "***: prod-eu-1, products of ***, 4096Mi, x***x, (***)",
  );
});

Deno.test("Mask takes a secret for the text that it is", () => {
  const mask = new Mask();
  mask.hide(["a.b*c$d", "(x|y)[z]/\\-"]);
  assertEquals(mask.apply("a.b*c$d aXb*c$d (x|y)[z]/\\- x"), "*** aXb*c$d *** x");
});

Deno.test("Mask leaves names and the API's own words of a failure as they are", () => {
  const mask = new Mask();
  mask.hide(["Error", "main"]);
  const failure = {
    pod: "main",
    container: "main",
    reason: "Error",
    message: "Error of main",
    logTail: ["main"],
  };
  assertEquals(mask.applyToFailure(failure), { ...failure, message: "*** of ***", logTail: ["***"] });
});

Deno.test("Mask hides a secret without the line end that a block of YAML gives it", () => {
  const mask = new Mask();
  mask.hide(["s3cret\n"]);
  assertEquals(mask.apply("password is s3cret"), "password is ***");
});

Deno.test("Mask hides each line of a secret with several lines, except short lines", () => {
  const mask = new Mask();
  mask.hide(["{\n  first-part\n  second-part\n}\n"]);
  assertEquals(mask.applyTo(["got first-part", "second-part", "{}"]), ["got ***", "***", "{}"]);
});

Deno.test("no secret of a manifest is in anything that a run of it writes, in dev mode", async () => {
  const canaries = ["canary-one-41", "canary-two-42"];
  const api = embeddedApi({ namespaces: ["team"] });
  const container = { image: "busybox", command: ["sh", "-c", `echo ${canaries[0]}; exit 1`] };
  const argo = simulatedArgo(api, { log: `password is ${canaries[0]}` });
  const server = serveEmbeddedApi(api);
  const folder = await Deno.makeTempDir();
  try {
    api.create("ConfigMap", { metadata: { name: "work", namespace: "team" } });
    const manifest = {
      entrypoint: "main",
      arguments: { parameters: [{ name: "password", value: canaries[0] }] },
      templates: [{ name: "main", metadata: { annotations: { token: canaries[1] } }, container }],
    };
    await Deno.writeTextFile(`${folder}/manifest.yaml`, JSON.stringify(manifest));
    await Deno.writeTextFile(`${folder}/kubeconfig`, server.kubeconfig({ token: "canary-token-43" }));
    // The API server first refuses it and quotes the value, then the work runs and fails.
    let refused = false;
    api.use((request, next) => {
      if (refused || request.method !== "POST") return next(request);
      refused = true;
      const message = `Workflow "work" is invalid: spec.arguments: Invalid value: "${canaries[0]}"`;
      return Response.json({ kind: "Status", message, code: 503 }, { status: 503 });
    });
    const written = await outputOf(folder);
    const status = JSON.stringify(api.find("ConfigMap", "team", "work")?.data);
    assert(written.includes('Invalid value: "***"'), written);
    assert(written.includes("password is ***"), written);
    for (const canary of [...canaries, "canary-token-43"]) {
      assert(!written.includes(canary), `${canary} is in the output:\n${written}`);
      assert(!status.includes(canary), `${canary} is in the status:\n${status}`);
    }
  } finally {
    argo.close();
    await server.close();
    await Deno.remove(folder, { recursive: true });
  }
});

/** Runs the argo-runner from source to the failure of its work, and returns all that it writes. */
async function outputOf(folder: string): Promise<string> {
  const env = {
    KUBECONFIG: `${folder}/kubeconfig`,
    RUNNER_INPUT_MANIFEST_PATH: `${folder}/manifest.yaml`,
    RUNNER_CONTEXT_NAME: "work",
    RUNNER_CONTEXT_PLATFORM_NAMESPACE: "team",
    RUNNER_CONTEXT_PLATFORM_SERVICE_ACCOUNT_NAME: "default",
    RUNNER_LOGGER_DEV_MODE: "true",
  };
  return await withBundle("cmd/argo-runner/main.ts", async (main) => {
    const command = await denoCommand(["run", "--quiet", ...SANDBOX_FLAGS, main], { clearEnv: true, env });
    const { code, stdout, stderr } = await command.output();
    const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
    assertEquals(code, 10, text);
    return text;
  });
}
