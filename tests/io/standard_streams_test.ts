import { assertEquals } from "@std/assert";
import { type Stream, writeText } from "../../src/io/standard_streams.ts";

/** A stream that takes at most `size` bytes at a time and keeps them. */
function narrowStream(size: number): Stream & { text: () => string } {
  const bytes: number[] = [];
  return {
    writeSync(chunk) {
      bytes.push(...chunk.slice(0, size));
      return Math.min(size, chunk.length);
    },
    text: () => new TextDecoder().decode(new Uint8Array(bytes)),
  };
}

Deno.test("writeText() writes the whole text as UTF-8", () => {
  const stream = narrowStream(1_000);
  writeText(stream, "Grüße ✓\n");
  assertEquals(stream.text(), "Grüße ✓\n");
});

Deno.test("writeText() goes on when the stream took only a part, also within a character", () => {
  const stream = narrowStream(1);
  writeText(stream, "Grüße ✓\n");
  assertEquals(stream.text(), "Grüße ✓\n");
});

Deno.test("writeText() stops without an error on a broken pipe, and does not try again", () => {
  let tries = 0;
  const stream = {
    writeSync() {
      tries++;
      throw new Deno.errors.BrokenPipe("closed");
    },
  };
  writeText(stream, "nobody listens");
  assertEquals(tries, 1);
});

Deno.test("writeText() stops without an error on a closed stream", async () => {
  const path = await Deno.makeTempFile();
  const file = await Deno.open(path, { write: true });
  file.close();
  writeText(file, "lost");
  assertEquals(await Deno.readTextFile(path), "");
  await Deno.remove(path);
});

Deno.test({
  name: "writeText() gives up in silence on a full disk",
  ignore: Deno.build.os !== "linux",
  fn() {
    using full = Deno.openSync("/dev/full", { write: true });
    writeText(full, "no room");
  },
});
