import { assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "../../cmd/build/bundle.ts";
import deno from "../../deno.json" with { type: "json" };

const STAND_INS = new URL("../../.ci/without_jsr/", import.meta.url);

interface Versions {
  readonly versions: Record<string, unknown>;
}

async function read<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, STAND_INS)));
}

const packages = Object.values(deno.imports).flatMap((specifier) => {
  const [, name, version] = /^jsr:(@.+)@(.+)$/.exec(specifier) ?? [];
  return name && version ? [{ name, version }] : [];
});

Deno.test("every import is of one exact version", () => {
  for (const specifier of Object.values(deno.imports)) {
    assertEquals(/@\d+\.\d+\.\d+$/.test(specifier), true, specifier);
  }
});

for (const { name, version } of packages) {
  Deno.test(`the registry of stand-ins has ${name} in the version of deno.json, and no other`, async () => {
    assertEquals(Object.keys((await read<Versions>(`${name}/meta.json`)).versions), [version]);
    const { exports } = await read<{ exports: Record<string, string> }>(`${name}/${version}_meta.json`);
    for (const path of Object.values(exports)) {
      const { isFile } = await Deno.stat(new URL(`${name}/${version}/${path}`, STAND_INS));
      assertEquals(isFile, true);
    }
  });
}

Deno.test("the registry of stand-ins has no package that the project does not import", async () => {
  const folders = await Array.fromAsync(Deno.readDir(new URL("@std/", STAND_INS)));
  assertEquals(folders.map(({ name }) => `@std/${name}`).sort(), packages.map(({ name }) => name).sort());
});

/** The paths of a folder's modules, at any depth. */
async function modulesBelow(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(ROOT, folder)));
  const paths = await Promise.all(entries.map(({ name, isDirectory }) => {
    if (isDirectory) return modulesBelow(join(folder, name));
    return name.endsWith(".ts") ? [join(folder, name)] : [];
  }));
  return paths.flat();
}

Deno.test("no module but the launcher, and its tests, knows where packages come from", async () => {
  const modules = (await Promise.all(["cmd", "runners", "src", "tests"].map(modulesBelow))).flat();
  const knows = await Promise.all(
    modules.map(async (path) => /JSR_URL|without_jsr\/@std/.test(await Deno.readTextFile(join(ROOT, path)))),
  );
  const own = ["launcher_test.ts", "registry_test.ts"].map((name) => join("tests/without_jsr", name));
  assertEquals(modules.filter((_path, index) => knows[index]).sort(), own);
});
