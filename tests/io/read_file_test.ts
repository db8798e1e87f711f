import { assertEquals, assertRejects } from "@std/assert";
import { InvalidInputError } from "../../src/errors.ts";
import { isAbsent, readFile } from "../../src/io/read_file.ts";

/** Runs a test in a folder of its own. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function assertRefuses(path: string, problem: string, maxBytes = 100): Promise<void> {
  const error = await assertRejects(() => readFile(path, maxBytes), InvalidInputError);
  assertEquals(error.message, `${JSON.stringify(path)} ${problem}`);
}

Deno.test("readFile() gives a file's bytes, an empty one's too", () =>
  inFolder(async (folder) => {
    for (const bytes of [new Uint8Array([0, 255, 10]), new Uint8Array()]) {
      await Deno.writeFile(`${folder}/file`, bytes);
      assertEquals(await readFile(`${folder}/file`, 100), bytes);
    }
  }));

Deno.test("readFile() puts a file of many chunks together", () =>
  inFolder(async (folder) => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_value, index) => index % 251);
    await Deno.writeFile(`${folder}/file`, bytes);
    assertEquals(await readFile(`${folder}/file`, 300_000) === bytes, false);
    assertEquals(
      (await readFile(`${folder}/file`, 300_000)).every((byte, index) => byte === index % 251),
      true,
    );
  }));

Deno.test("readFile() follows a link, as in a mounted ConfigMap", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "a");
    await Deno.symlink(`${folder}/file`, `${folder}/link`);
    assertEquals(await readFile(`${folder}/link`, 100), new TextEncoder().encode("a"));
  }));

Deno.test("readFile() says that a path is not found", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "a");
    await assertRefuses(`${folder}/none`, "is not found");
    await assertRefuses(`${folder}/file/below`, "is not found");
    await assertRefuses("", "is not found");
  }));

Deno.test("readFile() refuses a folder", () =>
  inFolder((folder) => assertRefuses(folder, "is not a regular file")));

Deno.test({
  name: "readFile() refuses a pipe and does not wait for a writer",
  ignore: Deno.build.os === "windows",
  fn: () =>
    inFolder(async (folder) => {
      await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
      await assertRefuses(`${folder}/pipe`, "is not a regular file");
    }),
});

Deno.test({
  name: "readFile() refuses a device that never ends",
  ignore: Deno.build.os === "windows",
  fn: () => assertRefuses("/dev/zero", "is not a regular file"),
});

Deno.test({
  name: "readFile() says that a file may not be read, as the file system has it",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/file`, "a", { mode: 0o000 });
      await assertRefuses(`${folder}/file`, "may not be read");
    }),
});

Deno.test({
  name: "readFile() says that a file may not be read, as Deno's permissions have it",
  permissions: { read: false },
  fn: () => assertRefuses("/etc/hostname", "may not be read"),
});

Deno.test("readFile() reads a file of just the limit and refuses a larger one", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/file`, new Uint8Array(100));
    assertEquals((await readFile(`${folder}/file`, 100)).length, 100);
    await assertRefuses(`${folder}/file`, "is larger than the limit of 99 bytes", 99);
  }));

Deno.test("readFile() stops reading at the limit, whatever the file system says of the size", async () => {
  // Files of /proc claim to have no bytes.
  if (Deno.build.os !== "linux") return;
  assertEquals((await Deno.stat("/proc/self/status")).size, 0);
  await assertRefuses("/proc/self/status", "is larger than the limit of 10 bytes", 10);
});

Deno.test("isAbsent() is true of nothing, and not of what may not be looked at", () =>
  inFolder(async (folder) => {
    assertEquals([await isAbsent(folder), await isAbsent(`${folder}/none`)], [false, true]);
  }));
