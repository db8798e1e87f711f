import { assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { prepareWork } from "../../../runners/helm/work.ts";
import { type ExecutionContext, InvalidInputError, type JsonObject, Mask } from "../../../src/mod.ts";
import { silentLog } from "../../../src/io/log.ts";
import { aContext } from "../../lab/builders.ts";

const CHART = { name: "app", repo: "https://charts.example.org" };

async function prepare(manifest: JsonObject, context: Partial<ExecutionContext> = {}, mask = new Mask()) {
  const { signal } = new AbortController();
  return await prepareWork({ manifest, context: aContext(context), signal, log: silentLog, mask });
}

async function withFile(text: string, test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/web.yaml`, text);
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("prepareWork() names the Job after the context, the manifest and the run", async () => {
  const manifest = { chart: CHART, values: { a: 1 } };
  const { name, hash } = await prepare(manifest, { runId: "one" });
  assertMatch(name, /^demo-[0-9a-f]{8}$/);
  const same = await prepare(manifest, { runId: "one", timeoutMs: 5_000 });
  assertEquals([same.name, same.hash], [name, hash]);
  const another = await prepare(manifest, { runId: "two" });
  assertEquals(another.hash, hash);
  assertNotEquals(another.name, name);
  assertNotEquals((await prepare({ ...manifest, values: { a: 2 } }, { runId: "one" })).name, name);
  assertNotEquals((await prepare(manifest, { runId: "one", dryRun: true })).name, name);
});

Deno.test("prepareWork() does not hash the image of the setting, which may change between starts", async () => {
  const { hash } = await prepare({ chart: CHART });
  const settings = { RUNNER_HELM_IMAGE: "localhost/helm:1", RUNNER_HELM_PENDING: "rollback" };
  const other = await prepare({ chart: CHART }, { settings });
  assertEquals(other.hash, hash);
});

Deno.test("prepareWork() refuses a name that is too long for the Job's suffix", async () => {
  const context = { name: "a".repeat(55) };
  await assertRejects(
    () => prepare({ chart: CHART, name: "web" }, context),
    InvalidInputError,
    "the limit is 54",
  );
});

Deno.test("prepareWork() reads values from a file, and hides the secrets in it", async () => {
  await withFile("greeting: hi\npassword: sesame-open\n", async (folder) => {
    const settings = { RUNNER_HELM_FILES: folder };
    const inline = await prepare({ chart: CHART, values: { password: "sesame-open", greeting: "hi" } });
    for (const valuesFromFile of ["web.yaml", `${folder}/web.yaml`]) {
      const mask = new Mask();
      const { hash, values } = await prepare({ chart: CHART, valuesFromFile }, { settings }, mask);
      assertEquals(values, { greeting: "hi", password: "sesame-open" });
      assertEquals([hash, mask.apply("it is sesame-open")], [inline.hash, "it is ***"]);
    }
  });
});

Deno.test("prepareWork() reads no file outside the folder", async () => {
  await withFile("a: 1", async (folder) => {
    const settings = { RUNNER_HELM_FILES: `${folder}/inner/` };
    for (const valuesFromFile of ["../web.yaml", `${folder}/web.yaml`, "a/../../web.yaml"]) {
      const message = `valuesFromFile is ${JSON.stringify(valuesFromFile)}, expected a path in`;
      await assertRejects(
        () => prepare({ chart: CHART, valuesFromFile }, { settings }),
        InvalidInputError,
        message,
      );
    }
  });
});

Deno.test("prepareWork() says what is wrong with a file of values", async () => {
  const manifest = { chart: CHART, valuesFromFile: "web.yaml" };
  await assertRejects(() => prepare(manifest), InvalidInputError, "needs RUNNER_HELM_FILES");
  await withFile("- 1", async (folder) => {
    const settings = { RUNNER_HELM_FILES: folder };
    const list = 'valuesFromFile "web.yaml" is a list, expected an object';
    await assertRejects(() => prepare(manifest, { settings }), InvalidInputError, list);
    await assertRejects(
      () => prepare({ ...manifest, valuesFromFile: "other.yaml" }, { settings }),
      InvalidInputError,
      "is not found",
    );
  });
});

Deno.test("prepareWork() reads values from a rendered chart's file, and ignores documents of comments", async () => {
  const comment = "---\n# Source: c/templates/off.yaml\n";
  await withFile(`${comment}---\ngreeting: hi\nreplicas: null\n${comment}`, async (folder) => {
    const settings = { RUNNER_HELM_FILES: folder };
    const { values } = await prepare({ chart: CHART, valuesFromFile: "web.yaml" }, { settings });
    assertEquals(values, { greeting: "hi", replicas: null });
  });
  await withFile(`a: 1\n${comment}---\nb: 1\n`, async (folder) => {
    await assertRejects(
      () =>
        prepare({ chart: CHART, valuesFromFile: "web.yaml" }, { settings: { RUNNER_HELM_FILES: folder } }),
      InvalidInputError,
      `valuesFromFile "web.yaml" has 2 documents, expected one`,
    );
  });
});
