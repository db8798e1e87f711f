/**
 * Serves a registry like JSR, over HTTPS: `deno run -A serve.ts ADDRESS CERTIFICATE KEY`.
 *
 * Its packages are the stand-ins of `../without_jsr`. Each also has a newer version in the same range, whose modules
 * throw: if a program does not use the exact versions of `deno.json`, it fails.
 *
 * @module
 */
// deno-lint-ignore-file no-console

const STAND_INS = new URL("../without_jsr/", import.meta.url);

async function answer(path: string): Promise<string> {
  const [, name = "", file = ""] = /^\/(@std\/[a-z-]+)\/(.+)$/.exec(path) ?? [];
  const version = await versionOf(name);
  const newer = version.replace(/\d+$/, "999");
  if (file === "meta.json") {
    return JSON.stringify({ latest: newer, versions: { [version]: {}, [newer]: {} } });
  }
  const [, asked] = /^([\d.]+)_meta\.json$/.exec(file) ?? [];
  if (asked !== undefined) return JSON.stringify(await contents({ name, version, asked }));
  if (file.startsWith(`${newer}/`)) return `throw new Error("${path} is not what deno.json names");`;
  return await Deno.readTextFile(new URL(`.${path}`, STAND_INS));
}

async function readJson<T>(path: string): Promise<T> {
  return JSON.parse(await Deno.readTextFile(new URL(path, STAND_INS)));
}

/** The only version of a stand-in. */
async function versionOf(name: string): Promise<string> {
  const { versions } = await readJson<{ versions: Record<string, unknown> }>(`${name}/meta.json`);
  return Object.keys(versions)[0] ?? "";
}

/** The exports of a package, and the sizes and checksums of a version's files, which Deno compares. */
async function contents({ name, version, asked }: { name: string; version: string; asked: string }) {
  const { exports } = await readJson<{ exports: Record<string, string> }>(`${name}/${version}_meta.json`);
  const manifest: Record<string, { size: number; checksum: string }> = {};
  for await (const { name: file } of Deno.readDir(new URL(`${name}/${version}/`, STAND_INS))) {
    const bytes = new TextEncoder().encode(await answer(`/${name}/${asked}/${file}`));
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
    manifest[`/${file}`] = { size: bytes.length, checksum: `sha256-${hash}` };
  }
  return { exports, manifest };
}

const [hostname = "", cert = "", key = ""] = Deno.args;
Deno.serve(
  {
    hostname,
    port: 443,
    cert: await Deno.readTextFile(cert),
    key: await Deno.readTextFile(key),
    onListen: () => console.log("ready"),
  },
  async ({ url }) => {
    const { pathname } = new URL(url);
    const headers = {
      "content-type": pathname.endsWith(".json") ? "application/json" : "application/typescript",
    };
    return await answer(pathname).then(
      (text) => new Response(text, { headers }),
      () => new Response("not found", { status: 404 }),
    );
  },
);
