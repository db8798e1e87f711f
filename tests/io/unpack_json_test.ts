import { assert, assertEquals, assertRejects } from "@std/assert";
import { unpackJson } from "../../src/io/unpack_json.ts";

/** Base64 of gzip of chunks of text. */
async function pack(...chunks: string[]): Promise<string> {
  const stream = new Blob(chunks).stream().pipeThrough(new CompressionStream("gzip"));
  return (await new Response(stream).bytes()).toBase64();
}

Deno.test("unpackJson() reads base64 of gzip of JSON", async () => {
  assertEquals(await unpackJson(await pack('{"a": "ä"}')), { a: "ä" });
});

Deno.test("unpackJson() refuses what unpacks to more than 64 MiB", async () => {
  const packed = await pack(...Array.from({ length: 65 }, () => " ".repeat(1024 * 1024)), "{}");
  assert(packed.length < 1024 * 1024);
  await assertRejects(() => unpackJson(packed), RangeError, "larger than the limit of 67108864 bytes");
});

for (const text of ["no base64!", "bm8gZ3ppcA==", ""]) {
  Deno.test(`unpackJson() refuses ${JSON.stringify(text)}`, async () => {
    await assertRejects(() => unpackJson(text), Error);
  });
}
