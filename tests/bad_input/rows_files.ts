/**
 * Rows on the manifest's file, before its text is parsed.
 *
 * @module
 */
import { accepted, type BadInputCase, type BadInputRow, refused } from "./bad_input_row.ts";
import type { BadInputLab } from "./bad_input_lab.ts";

const MANIFEST = "RUNNER_INPUT_MANIFEST_PATH";
const GOOD = "entrypoint: main\ntemplates: [{name: main, suspend: {}}]\n";
/** What etcd takes at most, bytes. */
const LIMIT = 1.5 * 1024 * 1024;
/** A user that owns nothing. */
const NOBODY = 65_534;

/** The manifest's path is this one below the lab's folder, or elsewhere. */
function at(
  input: string,
  path: string,
  says: string,
  make?: (path: string, lab: BadInputLab) => Promise<void>,
): BadInputCase {
  const prepare = async (lab: BadInputLab) => {
    const full = path.startsWith("/") ? path : `${lab.folder}/${path}`;
    await make?.(full, lab);
    return { [MANIFEST]: full };
  };
  return refused(input, { prepare }, says);
}

function bytes(...values: number[]): Uint8Array {
  return new Uint8Array(values);
}

/** A text in UTF-16. */
function utf16(text: string, littleEndian: boolean): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * text.length));
  for (let index = 0; index < text.length; index++) {
    view.setUint16(2 * index, text.charCodeAt(index), littleEndian);
  }
  return new Uint8Array(view.buffer);
}

function ofSize(size: number): string {
  return GOOD + `# ${"x".repeat(size - GOOD.length - 3)}\n`;
}

export const rows: BadInputRow[] = [
  {
    row: 14,
    name: "the manifest's path is absent",
    cases: [
      at("no such file", "absent.yaml", '/absent.yaml" is not found'),
      at("no such folder", "absent/manifest.yaml", '/absent/manifest.yaml" is not found'),
      at(
        "a path below a file",
        "file/below",
        '/file/below" is not found',
        (path) => Deno.writeTextFile(path.slice(0, -"/below".length), GOOD),
      ),
      at("a link to nothing", "link", '/link" is not found', (path) => Deno.symlink("/no/such/file", path)),
      refused(
        "--manifest names it",
        { args: ["--manifest", "/no/such/file"] },
        '"/no/such/file" is not found',
      ),
    ],
  },
  {
    row: 15,
    name: "the manifest's path is no regular file",
    cases: [
      at("a folder", "folder", '/folder" is not a regular file', (path) => Deno.mkdir(path)),
      at("a pipe that nobody writes to", "pipe", '/pipe" is not a regular file', async (path) => {
        await new Deno.Command("mkfifo", { args: [path] }).output();
      }),
      at("a socket", "socket", '/socket" is not a regular file', (path, { opened }) => {
        opened.use(Deno.listen({ transport: "unix", path }));
        return Promise.resolve();
      }),
      at("/dev/zero", "/dev/zero", '"/dev/zero" is not a regular file'),
      at("/dev/null", "/dev/null", '"/dev/null" is not a regular file'),
      at("/dev/stdin", "/dev/stdin", '"/dev/stdin" is not a regular file'),
    ],
  },
  {
    row: 16,
    name: "the manifest may not be read",
    needs: "root",
    cases: [
      {
        ...at(
          "a file of root's",
          "secret.yaml",
          '/secret.yaml" may not be read',
          (path) => Deno.writeTextFile(path, GOOD, { mode: 0o600 }),
        ),
        uid: NOBODY,
      },
      {
        ...at(
          "a file in a folder of root's",
          "closed/manifest.yaml",
          '/manifest.yaml" may not be read',
          async (path) => {
            await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { mode: 0o700 });
            await Deno.writeTextFile(path, GOOD);
          },
        ),
        uid: NOBODY,
      },
    ],
  },
  {
    row: 17,
    name: "the manifest is empty",
    cases: [
      ["no bytes", ""],
      ["blanks", "  \n\n \n"],
      ["only comments", "# nothing\n# lab\n"],
      ["---", "---\n"],
      ["---, comments and ---", "---\n# nothing\n---\n"],
      ["null", "null\n"],
      ["~", "~\n"],
      ["a byte order mark", "\ufeff"],
    ].map(([input, manifest]) => refused(input!, { manifest: manifest! }, '/manifest.yaml" is empty')),
  },
  {
    row: 18,
    name: "the manifest is larger than 1.5 MiB",
    cases: [
      accepted("1.5 MiB", { manifest: ofSize(LIMIT) }, { entrypoint: "main" }),
      refused(
        "1.5 MiB and a byte",
        { manifest: ofSize(LIMIT + 1) },
        "is larger than the limit of 1572864 bytes",
      ),
      refused("10 MB", { manifest: ofSize(10_000_000) }, "is larger than the limit of 1572864 bytes"),
    ],
  },
  {
    row: 19,
    name: "the manifest is not UTF-8 text",
    cases: [
      refused(
        "a program's bytes",
        { manifest: bytes(0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0xff, 0x00) },
        "is not UTF-8 text",
      ),
      refused("gzip", { manifest: bytes(0x1f, 0x8b, 0x08, 0x00, 0x00) }, "is not UTF-8 text"),
      refused("UTF-16, little-endian", { manifest: utf16("\ufeff" + GOOD, true) }, "is not UTF-8 text"),
      refused("UTF-16, big-endian", { manifest: utf16("\ufeff" + GOOD, false) }, "is not UTF-8 text"),
      refused("UTF-16 without a byte order mark", { manifest: utf16(GOOD, true) }, "is not UTF-8 text"),
      refused("half a character", { manifest: bytes(0x61, 0x3a, 0x20, 0xc3, 0x28) }, "is not UTF-8 text"),
      refused("a surrogate", { manifest: bytes(0x61, 0x3a, 0x20, 0xed, 0xa0, 0x80) }, "is not UTF-8 text"),
      refused("a NUL", { manifest: `${GOOD}x: a\0b\n` }, "is not UTF-8 text: it has a NUL character"),
    ],
  },
  {
    row: 20,
    name: "the manifest has a byte order mark",
    cases: [
      accepted("at its start", { manifest: `\ufeff${GOOD}` }, { entrypoint: "main" }),
      refused("inside", { manifest: `${GOOD}\ufeffx: 1\n` }, "has a byte order mark inside the text"),
      refused(
        "twice at its start",
        { manifest: `\ufeff\ufeff${GOOD}` },
        "has a byte order mark inside the text",
      ),
    ],
  },
  {
    row: 21,
    name: "the manifest's lines end with CRLF",
    cases: [
      accepted("CRLF", { manifest: `${GOOD}x: a\n`.replaceAll("\n", "\r\n") }, {
        entrypoint: "main",
        x: "a",
      }),
    ],
  },
];
